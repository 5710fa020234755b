/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SWAPPINESS_H
#define OE_SWAPPINESS_H

#include <linux/types.h>

#ifdef CONFIG_OE_LEVELS
void oe_swappiness_init(void);
void oe_swappiness_exit(void);
void oe_swappiness_look(void);
bool oe_swappiness_is_used(bool is_cgroup);
#else
static inline void oe_swappiness_init(void)
{
}

static inline void oe_swappiness_exit(void)
{
}

static inline bool oe_swappiness_is_used(bool is_cgroup)
{
	return true;
}
#endif

#endif /* OE_SWAPPINESS_H */
