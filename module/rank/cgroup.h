/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_H
#define OE_CGROUP_H

#include <linux/cgroup.h>
#include <linux/types.h>

struct task_struct;

#ifdef CONFIG_CGROUPS
/**
 * oe_cgroup_is_root - is it the root of the default hierarchy?
 * @cgroup: any
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool oe_cgroup_is_root(const struct cgroup *cgroup)
{
	return cgroup == &cgrp_dfl_root.cgrp;
}

/**
 * oe_cgroup_of - the cgroup that a process is in
 * @p: any of its threads
 *
 * Context: under rcu_read_lock(), under which it is valid.
 * Return: in the default hierarchy.
 */
static inline struct cgroup *oe_cgroup_of(struct task_struct *p)
{
	return task_dfl_cgroup(p);
}
#else
static inline bool oe_cgroup_is_root(const struct cgroup *cgroup)
{
	return false;
}

static inline struct cgroup *oe_cgroup_of(struct task_struct *p)
{
	return NULL;
}
#endif

#endif /* OE_CGROUP_H */
