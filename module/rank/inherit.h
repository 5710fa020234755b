/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_INHERIT_H
#define OE_INHERIT_H

#include <linux/types.h>

struct pid;
struct task_struct;

void oe_inherit_open_group(unsigned int group);
void oe_inherit_close_group(unsigned int group);
void oe_inherit_expect_forks(void);
void oe_inherit_fork(struct pid *parent, struct pid *child, u64 child_start);
bool oe_inherit_is_lost(struct task_struct *p);
bool oe_inherit_adopts(struct task_struct *parent);
void oe_inherit_exit(void);

#endif /* OE_INHERIT_H */
