/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_WATCHDOG_H
#define OE_WATCHDOG_H

#include <linux/types.h>

struct task_struct;

bool oe_watchdog_may_be_fed_by(struct task_struct *leader, unsigned int *total);

#endif /* OE_WATCHDOG_H */
