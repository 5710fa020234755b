/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_ZONES_H
#define OE_ZONES_H

struct oe_kernel_supply;

unsigned long oe_memory_low(void);
unsigned long oe_memory_min(void);
unsigned long oe_memory_boost(void);
unsigned long oe_memory_drop_boost(void);
void oe_memory_kernel(struct oe_kernel_supply *kernel);

#endif /* OE_ZONES_H */
