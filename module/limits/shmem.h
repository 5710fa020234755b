/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_SHMEM_H
#define OE_LIMIT_SHMEM_H

struct task_struct;

unsigned long oe_shmem_held(struct task_struct *p);
void oe_shmem_count(void);

#endif /* OE_LIMIT_SHMEM_H */
