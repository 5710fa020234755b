/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PART_H
#define OE_PART_H

#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "episode.h"

struct oe_group;

/**
 * struct oe_part - the processes of a walk
 * @domain: the memory that they are for, and whom a request is for
 * @group: the group that @domain names, or NULL
 * @asks_more: the memory cgroup alone does not decide
 * @css_set: of the process that was looked at last: neighbours in the list of
 *	processes are often in one cgroup
 * @has_css_set: it is in the memory cgroup of @domain
 */
struct oe_part {
	const struct oe_domain *domain;
	const struct oe_group *group;
	bool asks_more;
#ifdef CONFIG_MEMCG
	const struct css_set *css_set;
	bool has_css_set;
#endif
};

bool oe_part_of_domain(struct task_struct *p, const struct oe_domain *domain);
void oe_part_describe(struct oe_part *part, const struct oe_domain *domain,
		      const struct oe_group *group);
void oe_part_look_up(struct oe_part *part, struct task_struct *p);
bool oe_part_admits(const struct oe_part *part, struct task_struct *p);

/**
 * oe_part_is_whole - does a walk go to every process of the machine?
 * @part: of oe_part_describe()
 *
 * Return: true if so: oe_part_has() need not be asked.
 */
static inline bool oe_part_is_whole(const struct oe_part *part)
{
	return !part->domain->memcg && !part->asks_more;
}

/*
 * The address of a css_set means the same until the end of the RCU section. A
 * css_set never changes its cgroups: a process that is moved gets another one.
 */
static __always_inline bool oe_part_has_memcg(struct oe_part *part,
					      struct task_struct *p)
{
#ifdef CONFIG_MEMCG
	if (part->domain->memcg) {
		if (part->css_set != rcu_access_pointer(p->cgroups))
			oe_part_look_up(part, p);
		return part->has_css_set;
	}
#endif
	return true;
}

/**
 * oe_part_has - does a walk go to a process?
 * @part: of oe_part_describe()
 * @p: its group leader
 *
 * Inline: without a call for each process outside the memory cgroup.
 *
 * Context: under one rcu_read_lock() since oe_part_describe(), also the OOM path;
 * takes task locks only.
 * Return: true if so.
 */
static __always_inline bool oe_part_has(struct oe_part *part,
					struct task_struct *p)
{
	return oe_part_has_memcg(part, p) &&
	       (!part->asks_more || oe_part_admits(part, p));
}

#endif /* OE_PART_H */
