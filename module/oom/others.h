/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_OTHERS_H
#define OE_OTHERS_H

#include <linux/types.h>

struct notifier_block;

int oe_others_register(struct notifier_block *last);
void oe_others_unregister(void);
bool oe_others_exist(void);

#endif /* OE_OTHERS_H */
