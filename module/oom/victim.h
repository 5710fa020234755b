/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_VICTIM_H
#define OE_VICTIM_H

#include <linux/types.h>

struct oe_process;
struct task_struct;

void oe_victim_init(void);
void oe_victim_exit(void);
void oe_victim_expect(struct task_struct *expected);
void oe_victim_arm(void);
bool oe_victim_is_marked(struct task_struct *expected);
bool oe_victim_take(struct task_struct *expected, struct oe_process *process,
		    u64 *when_ns);
const char *oe_victim_cgroup(void);
const char *oe_victim_arguments(void);

#endif /* OE_VICTIM_H */
