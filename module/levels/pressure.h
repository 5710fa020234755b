/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PRESSURE_H
#define OE_PRESSURE_H

#include "rules/watermark.h"

int oe_pressure_init(enum oe_level (*level_now)(void));
void oe_pressure_exit(void);
void oe_pressure_wake(void);

#endif /* OE_PRESSURE_H */
