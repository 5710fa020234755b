/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MEMORY_H
#define OE_MEMORY_H

#include <linux/gfp.h>
#include <linux/types.h>

struct oe_call;
struct oe_domain;

unsigned long oe_memory_usable(gfp_t gfp, const struct oe_domain *domain);
bool oe_memory_is_back(const struct oe_call *call, unsigned long beyond);
unsigned long oe_memory_swap_room(const struct oe_call *call);
bool oe_memory_may_be_reclaimed(const struct oe_call *call,
				unsigned long before);
unsigned long oe_memory_low(void);
unsigned long oe_memory_boost(void);
unsigned long oe_memory_drop_boost(void);
unsigned long oe_memory_lost(void);

#endif /* OE_MEMORY_H */
