/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_OWN_ADJ_H
#define OE_OWN_ADJ_H

#include <linux/sched/signal.h>
#include <linux/types.h>

struct oe_adj_policy;
struct oe_candidate;
struct oe_pid_table;
struct task_struct;

short oe_own_adj_recorded(struct task_struct *p);

/* RCU; NULL while nothing is mirrored. */
extern struct oe_pid_table *oe_own_adj_table;

/**
 * oe_own_adj_of - the oom_score_adj that a process has without us
 * @p: any of its threads
 *
 * Inline: the OOM path looks at every process.
 *
 * Context: any, under rcu_read_lock(), which also keeps @p; takes no lock.
 * Return: -1000..1000
 */
static __always_inline short oe_own_adj_of(struct task_struct *p)
{
	if (READ_ONCE(oe_own_adj_table)) /* published by oe_own_adj_begin() */
		return oe_own_adj_recorded(p);
	return READ_ONCE(p->signal->oom_score_adj); /* written by anybody */
}

int oe_own_adj_begin(void);
void oe_own_adj_end(void);
void oe_own_adj_exit(void);
void oe_own_adj_fork(struct task_struct *parent, struct task_struct *child);
void oe_own_adj_mirror(const struct oe_candidate *c,
		       const struct oe_adj_policy *policy);
void oe_own_adj_drop_dead(void);
bool oe_own_adj_take_back(void);

#endif /* OE_OWN_ADJ_H */
