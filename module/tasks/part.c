// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes that a walk is about. Conditions follow oom_evaluate_task() in
 * mm/oom_kill.c.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/cpuset.h>
#include <linux/memcontrol.h>
#include <linux/mempolicy.h>
#include <linux/nodemask.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/compat.h"
#include "episode.h"
#include "rank/ranking.h"
#include "tasks/part.h"

static bool in_memcg(struct task_struct *p, struct mem_cgroup *memcg)
{
#ifdef CONFIG_MEMCG
	return mem_cgroup_is_descendant(mem_cgroup_from_task(p), memcg);
#else
	return true; /* no cgroup can be out of memory */
#endif
}

/* As mempolicy_in_oom_domain(), not exported. */
static bool mempolicy_allows(struct task_struct *t, const nodemask_t *nodemask)
{
	bool allowed = true;
#ifdef CONFIG_NUMA
	struct mempolicy *policy;

	task_lock(t);
	policy = t->mempolicy;
	if (policy && policy->mode == MPOL_BIND)
		allowed =
			nodes_intersects(oe_mempolicy_nodes(policy), *nodemask);
	task_unlock(t);
#endif
	return allowed;
}

/* As cpuset_mems_allowed_intersects(), not exported. */
static bool mems_intersect(struct task_struct *a, struct task_struct *b)
{
#ifdef CONFIG_CPUSETS
	return nodes_intersects(a->mems_allowed, b->mems_allowed);
#else
	return true;
#endif
}

/* As oom_cpuset_eligible(). */
static bool shares_nodes(struct task_struct *p, const struct oe_domain *domain)
{
	struct task_struct *t;
	bool shares = false;

	for_each_thread(p, t) {
		if (domain->nodemask)
			shares = mempolicy_allows(t, domain->nodemask);
		else
			shares = mems_intersect(current, t);
		if (shares)
			break;
	}
	return shares;
}

/**
 * oe_part_of_domain - does a process count for the memory that ran out?
 * @p: its group leader
 * @domain: the domain; whom a request is for (group, only, within) is not looked at
 *
 * Context: under rcu_read_lock(), also the OOM path; takes task locks only.
 * Return: true if so.
 */
bool oe_part_of_domain(struct task_struct *p, const struct oe_domain *domain)
{
	if (domain->memcg)
		return in_memcg(p, domain->memcg);
	if (domain->nodemask || domain->cpuset)
		return shares_nodes(p, domain);
	return true;
}

/**
 * oe_part_describe - the processes of a domain
 * @part: filled in
 * @domain: kept as long as @part is used
 * @group: the group that it names, or NULL
 *
 * Context: in the RCU section in which @part is used.
 */
void oe_part_describe(struct oe_part *part, const struct oe_domain *domain,
		      const struct oe_group *group)
{
	bool by_nodes = domain->nodemask || domain->cpuset;

	*part = (struct oe_part){
		.domain = domain,
		.group = group,
		.asks_more = domain->only || domain->within || group ||
			     (!domain->memcg && by_nodes),
	};
}

/**
 * oe_part_look_up - keep the answer for processes in the same cgroups
 * @part: its domain is a memory cgroup
 * @p: a process
 *
 * Context: as oe_part_has().
 */
void oe_part_look_up(struct oe_part *part, struct task_struct *p)
{
#ifdef CONFIG_MEMCG
	/* Read once: a process may be moved to other cgroups meanwhile. */
	const struct css_set *set = rcu_dereference(p->cgroups);

	part->css_set = set;
	part->has_css_set = mem_cgroup_is_descendant(
		mem_cgroup_from_css(set->subsys[memory_cgrp_id]),
		part->domain->memcg);
#endif
}

/**
 * oe_part_admits - does a process meet the conditions besides the memory cgroup?
 * @part: of oe_part_describe()
 * @p: its group leader; in the memory cgroup of the domain, if that has one
 *
 * Context: as oe_part_has().
 * Return: true if so.
 */
bool oe_part_admits(const struct oe_part *part, struct task_struct *p)
{
	const struct oe_domain *domain = part->domain;

	return (domain->memcg || oe_part_of_domain(p, domain)) &&
	       (!domain->only || p == domain->only) &&
	       (!domain->within || in_memcg(p, domain->within)) &&
	       (!part->group || oe_rank_in_group(part->group, p));
}
