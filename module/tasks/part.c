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

#ifdef CONFIG_MEMCG
static bool has_css_set(const struct oe_part *part, const struct css_set *set)
{
	return mem_cgroup_is_descendant(
		mem_cgroup_from_css(set->subsys[memory_cgrp_id]),
		part->domain->memcg);
}

/*
 * Neighbours in the list of processes are often in the same cgroups, so that a
 * comparison is enough for most of those outside. The address of a css_set means
 * the same until the end of the RCU section, and a css_set never changes its
 * cgroups: a process that is moved gets another one.
 */
static struct task_struct *seek_in_memcg(struct oe_part *part,
					 struct task_struct *p)
{
	const struct css_set *outside = part->outside;
	const struct css_set *set;

	for (; p != &init_task; p = next_task(p)) {
		set = rcu_dereference(p->cgroups);
		if (set == outside)
			continue;
		if (set == part->inside)
			break;
		if (has_css_set(part, set)) {
			part->inside = set;
			break;
		}
		outside = set;
	}
	part->outside = outside;
	return p;
}
#else
static struct task_struct *seek_in_memcg(struct oe_part *part,
					 struct task_struct *p)
{
	return p; /* no cgroup can be out of memory */
}
#endif

/* The conditions besides the memory cgroup of the domain. */
static bool is_admitted(const struct oe_part *part, struct task_struct *p)
{
	const struct oe_domain *domain = part->domain;

	return !(p->flags & PF_KTHREAD) &&
	       (domain->memcg || oe_part_of_domain(p, domain)) &&
	       (!domain->only || p == domain->only) &&
	       (!domain->within || in_memcg(p, domain->within)) &&
	       (!part->group || oe_rank_in_group(part->group, p));
}

/**
 * oe_part_seek - the next process that a walk goes to
 * @part: of oe_part_describe()
 * @p: a process of for_each_process()
 *
 * Context: under one rcu_read_lock() since oe_part_describe(), also the OOM path;
 * takes task locks only.
 * Return: @p, or the first after it that is in @part; &init_task if there is none.
 */
struct task_struct *oe_part_seek(struct oe_part *part, struct task_struct *p)
{
	for (; p != &init_task; p = next_task(p)) {
		if (part->domain->memcg)
			p = seek_in_memcg(part, p);
		if (p == &init_task || !part->asks_more || is_admitted(part, p))
			break;
	}
	return p;
}
