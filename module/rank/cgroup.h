/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_H
#define OE_CGROUP_H

#include <linux/types.h>

struct cgroup;
struct task_struct;

#ifdef CONFIG_CGROUPS
bool oe_cgroup_is_root(const struct cgroup *cgroup);
struct cgroup *oe_cgroup_of(struct task_struct *p);
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
