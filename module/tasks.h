/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TASKS_H
#define OE_TASKS_H

#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "rank/group.h"
#include "rules/policy.h"

struct mem_cgroup;

/**
 * struct oe_domain - whose memory ran out
 * @memcg: only processes below it may be chosen; NULL = the whole machine
 * @nodemask: mempolicy of the allocation, or NULL
 * @cpuset: only processes that may use the caller's nodes
 * @totalpages: what oom_score_adj is a share of, as in out_of_memory()
 */
struct oe_domain {
	struct mem_cgroup *memcg;
	const nodemask_t *nodemask;
	bool cpuset;
	unsigned long totalpages;
};

/**
 * struct oe_process - a process as it stands in the record
 * @pid: thread group id in the initial pid namespace; 0 = nobody
 * @uid: of its leader
 * @rank: its ranking
 * @source: &enum oe_source
 * @group: name of the group the ranking is from, with OE_SOURCE_GROUP
 * @badness: in pages
 * @rss: resident pages
 * @comm: of its leader
 */
struct oe_process {
	pid_t pid;
	kuid_t uid;
	u16 rank;
	u8 source;
	s64 badness;
	unsigned long rss;
	char comm[TASK_COMM_LEN];
	char group[OE_GROUP_NAME];
};

/**
 * struct oe_decision - who is chosen and who was close
 * @victim: pid 0 if nobody may be chosen
 * @runner_up: pid 0 if there is none
 * @nr_eligible: see &struct oe_choice
 * @nr_protected: see &struct oe_choice
 * @unprotected: @victim is a protected one that was given up
 * @task: the victim's leader, one reference held by the owner of the decision;
 *	NULL if there is no victim
 */
struct oe_decision {
	struct oe_process victim;
	struct oe_process runner_up;
	unsigned int nr_eligible;
	unsigned int nr_protected;
	bool unprotected;
	struct task_struct *task;
};

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
