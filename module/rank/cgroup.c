// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroup of a process.
 */
#include "core.h"

#include <linux/cgroup.h>

#include "rank/cgroup.h"

/**
 * oe_cgroup_is_root - is it the root of the default hierarchy?
 * @cgroup: any
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_cgroup_is_root(const struct cgroup *cgroup)
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
struct cgroup *oe_cgroup_of(struct task_struct *p)
{
	return task_dfl_cgroup(p);
}
