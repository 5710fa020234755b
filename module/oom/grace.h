/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GRACE_H
#define OE_GRACE_H

#include <linux/types.h>

struct oe_call;
struct oe_episode;

unsigned int oe_grace_grant(const struct oe_call *call);
void oe_grace_unboost(struct oe_episode *episode);
bool oe_grace_spend(struct oe_episode *episode);
void oe_grace_renew(void);

#endif /* OE_GRACE_H */
