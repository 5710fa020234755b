/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_PASS_H
#define OE_GROUP_PASS_H

#include <linux/types.h>

struct oe_ranking;
struct task_struct;

void oe_group_pass_begin(void);
void oe_group_pass_end(void);
bool oe_group_pass_judge(struct task_struct *p, struct oe_ranking *ranking);

#endif /* OE_GROUP_PASS_H */
