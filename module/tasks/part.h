/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PART_H
#define OE_PART_H

#include <linux/sched.h>
#include <linux/types.h>

#include "episode.h"

struct oe_group;

/**
 * struct oe_part - the processes of a walk
 * @domain: the memory that they are for, and whom a request is for
 * @group: the group that @domain names, or NULL
 * @is_whole: every process of the machine
 */
struct oe_part {
	const struct oe_domain *domain;
	const struct oe_group *group;
	bool is_whole;
};

bool oe_part_of_domain(struct task_struct *p, const struct oe_domain *domain);
void oe_part_describe(struct oe_part *part, const struct oe_domain *domain,
		      const struct oe_group *group);
bool oe_part_admits(const struct oe_part *part, struct task_struct *p);

/**
 * oe_part_has - does a walk go to a process?
 * @part: of oe_part_describe()
 * @p: its group leader
 *
 * Context: under one rcu_read_lock() since oe_part_describe(), also the OOM path;
 * takes task locks only.
 * Return: true if so.
 */
static __always_inline bool oe_part_has(const struct oe_part *part,
					struct task_struct *p)
{
	return part->is_whole || oe_part_admits(part, p);
}

#endif /* OE_PART_H */
