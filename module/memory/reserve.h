/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RESERVE_H
#define OE_RESERVE_H

#include <linux/types.h>

void oe_reserve_init(void);
void oe_reserve_exit(void);
void oe_reserve_changed(void);
unsigned long oe_reserve_release(void);
unsigned long oe_reserve_available_kb(void);

#endif /* OE_RESERVE_H */
