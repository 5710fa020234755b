/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GRACE_H
#define OE_GRACE_H

#include <linux/gfp.h>
#include <linux/types.h>

struct oe_budget;
struct oe_call;
struct oe_domain_state;
struct oe_episode;

bool oe_grace_may_wait(gfp_t gfp);
unsigned int oe_grace_grant(struct oe_budget *budget,
			    const struct oe_call *call);
void oe_grace_unboost(struct oe_episode *episode);
bool oe_grace_spend(struct oe_domain_state *state);
void oe_grace_renew(struct oe_budget *budget);

#endif /* OE_GRACE_H */
