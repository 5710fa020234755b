/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TASKS_H
#define OE_TASKS_H

#include <linux/types.h>

#include "episode.h"
#include "rules/policy.h"

struct mem_cgroup;
struct task_struct;

/* Called under RCU, must not sleep; a non-zero return ends the walk. */
typedef int (*oe_task_visitor)(const struct oe_candidate *c, void *arg);

void oe_tasks_decide(const struct oe_domain *domain,
		     const struct oe_policy *policy, bool unprotect,
		     struct oe_decision *decision);
bool oe_tasks_victim_pending(const struct oe_domain *domain, bool *anywhere);
bool oe_tasks_is_dying(struct task_struct *p);
bool oe_tasks_snapshot(struct task_struct *p, struct oe_candidate *c);
void oe_tasks_describe(const struct oe_candidate *c,
		       struct oe_process *process);
unsigned long oe_tasks_rss(struct task_struct *p);
void oe_tasks_size(struct task_struct *p, unsigned long *rss,
		   unsigned long *swap);
unsigned long oe_tasks_totalpages(struct mem_cgroup *memcg);

int oe_tasks_for_each(const struct oe_domain *domain, oe_task_visitor visit,
		      void *arg);

#endif /* OE_TASKS_H */
