/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_RULE_H
#define OE_CGROUP_RULE_H

#include <linux/err.h>
#include <linux/types.h>

struct cgroup;

/* A path with one of these is a pattern. */
#define OE_CGROUP_WILDCARDS "*?["

#ifdef CONFIG_CGROUPS
char *oe_cgroup_resolve(const char *text);
bool oe_cgroup_is_named(struct cgroup *cgroup, const char *names,
			unsigned int depth, bool glob);
#else
static inline char *oe_cgroup_resolve(const char *text)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline bool oe_cgroup_is_named(struct cgroup *cgroup, const char *names,
				      unsigned int depth, bool glob)
{
	return false;
}

#endif /* CONFIG_CGROUPS */

#endif /* OE_CGROUP_RULE_H */
