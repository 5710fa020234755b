/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PRESSURE_H
#define OE_PRESSURE_H

int oe_pressure_init(void);
void oe_pressure_exit(void);
void oe_pressure_wake(void);

#endif /* OE_PRESSURE_H */
