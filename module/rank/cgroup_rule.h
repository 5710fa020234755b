/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_RULE_H
#define OE_CGROUP_RULE_H

#include <linux/err.h>
#include <linux/types.h>

struct cgroup;
struct task_struct;

/* Told that @cgroup has the path @path now. */
typedef void (*oe_cgroup_bind)(struct cgroup *cgroup, const char *path);

/* A path with one of these is a pattern. */
#define OE_CGROUP_WILDCARDS "*?["

#ifdef CONFIG_CGROUPS
char *oe_cgroup_resolve(const char *text);
bool oe_cgroup_is_named(struct cgroup *cgroup, const char *names,
			unsigned int depth, bool glob);
struct cgroup *oe_cgroup_find(const char *text, char **path);
void oe_cgroup_get(struct cgroup *cgroup);
void oe_cgroup_put(struct cgroup *cgroup);
bool oe_cgroup_is_removed(struct cgroup *cgroup);
bool oe_cgroup_is_root(const struct cgroup *cgroup);
struct cgroup *oe_cgroup_of(struct task_struct *p);
bool oe_cgroup_contains(struct cgroup *cgroup, struct cgroup *inner);
int oe_cgroup_watch(oe_cgroup_bind bind);
void oe_cgroup_unwatch(void);
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

static inline struct cgroup *oe_cgroup_find(const char *text, char **path)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline void oe_cgroup_get(struct cgroup *cgroup)
{
}

static inline void oe_cgroup_put(struct cgroup *cgroup)
{
}

static inline bool oe_cgroup_is_removed(struct cgroup *cgroup)
{
	return false;
}

static inline bool oe_cgroup_is_root(const struct cgroup *cgroup)
{
	return false;
}

static inline struct cgroup *oe_cgroup_of(struct task_struct *p)
{
	return NULL;
}

static inline bool oe_cgroup_contains(struct cgroup *cgroup,
				      struct cgroup *inner)
{
	return false;
}

static inline int oe_cgroup_watch(oe_cgroup_bind bind)
{
	return 0;
}

static inline void oe_cgroup_unwatch(void)
{
}
#endif /* CONFIG_CGROUPS */

#endif /* OE_CGROUP_RULE_H */
