/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_OWN_ADJ_H
#define OE_OWN_ADJ_H

#include <linux/types.h>

struct oe_adj_policy;
struct oe_candidate;
struct task_struct;

int oe_own_adj_begin(void);
void oe_own_adj_end(void);
void oe_own_adj_exit(void);
short oe_own_adj_of(struct task_struct *p);
void oe_own_adj_fork(struct task_struct *parent, struct task_struct *child);
void oe_own_adj_mirror(const struct oe_candidate *c,
		       const struct oe_adj_policy *policy);
void oe_own_adj_drop_dead(void);
bool oe_own_adj_take_back(void);

#endif /* OE_OWN_ADJ_H */
