/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PRESSURE_H
#define OE_PRESSURE_H

#include "rules/watermark.h"

#ifdef CONFIG_OE_LEVELS
int oe_pressure_init(enum oe_level (*level_now)(void));
void oe_pressure_exit(void);
void oe_pressure_wake(void);
#else
static inline int oe_pressure_init(enum oe_level (*level_now)(void))
{
	return 0;
}

static inline void oe_pressure_exit(void)
{
}
#endif

#endif /* OE_PRESSURE_H */
