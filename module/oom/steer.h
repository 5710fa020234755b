/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_STEER_H
#define OE_STEER_H

#include <linux/types.h>

struct task_struct;

void oe_steer(struct task_struct *victim, bool *was_origin);
void oe_unsteer(struct task_struct *victim, bool was_origin);

#endif /* OE_STEER_H */
