/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_HEADROOM_H
#define OE_HEADROOM_H

#include <linux/types.h>

struct oe_call;

bool oe_memory_is_back(const struct oe_call *call, unsigned long beyond);
unsigned long oe_memory_swap_room(const struct oe_call *call);
bool oe_memory_may_be_reclaimed(const struct oe_call *call,
				unsigned long before);

#endif /* OE_HEADROOM_H */
