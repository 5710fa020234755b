/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SETTLE_H
#define OE_SETTLE_H

#include <linux/types.h>

struct oe_episode;

void oe_settle_reserve(void);
void oe_settle_exit(void);
void oe_settle(void);
void oe_settle_killed(void);
void oe_settle_later(struct oe_episode *episode, bool steer);

#endif /* OE_SETTLE_H */
