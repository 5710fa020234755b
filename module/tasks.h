/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TASKS_H
#define OE_TASKS_H

#include <linux/types.h>

#include "episode.h"
#include "rank/group_pass.h"
#include "rules/policy.h"

struct mem_cgroup;
struct oe_kill_cache;
struct pid_namespace;
struct task_struct;

/**
 * struct oe_pass - a pass of a decision over all processes
 * @choice: its outcome
 * @asking: current's process, if it is in the domain; else pid 0
 * @sets: judge each process with those who die with it; NULL = alone
 *
 * Starts zeroed, but for @sets. Its candidates last as long as the RCU section.
 */
struct oe_pass {
	struct oe_choice choice;
	struct oe_candidate asking;
	struct oe_kill_cache *sets;
};

/* Called under RCU, must not sleep; a non-zero return ends the walk. */
typedef int (*oe_task_visitor)(const struct oe_candidate *c, void *arg);

void oe_tasks_consider(const struct oe_domain *domain,
		       const struct oe_policy *policy, struct oe_pass *pass);
bool oe_tasks_victim_pending(const struct oe_domain *domain, bool *anywhere);
bool oe_tasks_is_dying(struct task_struct *p);
bool oe_tasks_snapshot(struct task_struct *p, struct oe_candidate *c);
void oe_tasks_describe(const struct oe_candidate *c,
		       struct oe_process *process);
unsigned long oe_tasks_rss(struct task_struct *p);
unsigned long oe_tasks_totalpages(struct mem_cgroup *memcg);

void oe_tasks_list(struct pid_namespace *ns,
		   void (*visit)(struct task_struct *p, void *arg), void *arg);
int oe_tasks_for_each(const struct oe_domain *domain, enum oe_group_pass user,
		      oe_task_visitor visit, void *arg);

#endif /* OE_TASKS_H */
