/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PART_H
#define OE_PART_H

#include <linux/types.h>

#include "episode.h"

struct css_set;
struct oe_group;
struct task_struct;

/**
 * struct oe_part - the processes of a walk
 * @domain: the memory that they are for, and whom a request is for
 * @group: the group that @domain names, or NULL
 * @asks_more: the memory cgroup alone does not decide
 * @inside: a css_set whose processes are in the memory cgroup of @domain; NULL if
 *	none is known
 * @outside: one whose processes are not
 */
struct oe_part {
	const struct oe_domain *domain;
	const struct oe_group *group;
	bool asks_more;
#ifdef CONFIG_MEMCG
	const struct css_set *inside;
	const struct css_set *outside;
#endif
};

bool oe_part_of_domain(struct task_struct *p, const struct oe_domain *domain);
void oe_part_describe(struct oe_part *part, const struct oe_domain *domain,
		      const struct oe_group *group);
struct task_struct *oe_part_seek(struct oe_part *part, struct task_struct *p);

/**
 * oe_part_is_whole - does a walk go to every process of the machine?
 * @part: of oe_part_describe()
 *
 * Return: true if so: oe_part_seek() need not be asked.
 */
static inline bool oe_part_is_whole(const struct oe_part *part)
{
	return !part->domain->memcg && !part->asks_more;
}

#endif /* OE_PART_H */
