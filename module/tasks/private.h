/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PRIVATE_H
#define OE_PRIVATE_H

struct task_struct;

unsigned long oe_private_pages(struct task_struct *p);
unsigned long oe_private_shared(struct task_struct *p);

#endif /* OE_PRIVATE_H */
