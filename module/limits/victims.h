/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_VICTIMS_H
#define OE_LIMIT_VICTIMS_H

#include <linux/types.h>

#include "limits/types.h"

struct pid;

void oe_victims_init(struct oe_limit_victims *victims);
void oe_victims_clear(struct oe_limit_victims *victims);
struct oe_limit_slot *oe_victims_find(struct oe_limit_victims *victims,
				      const struct pid *pid);
struct oe_limit_slot *oe_victims_add(struct oe_limit_victims *victims,
				     struct pid *pid);
void oe_victims_drop(struct oe_limit_victims *victims,
		     struct oe_limit_slot *slot);
bool oe_victims_is_pending(const struct oe_limit_slot *slot);

#endif /* OE_LIMIT_VICTIMS_H */
