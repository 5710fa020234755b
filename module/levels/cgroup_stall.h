/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_STALL_H
#define OE_CGROUP_STALL_H

#include "core.h"

struct kernfs_node;
struct mem_cgroup;
struct oe_cgroup_watch;

#if defined(CONFIG_MEMCG) && defined(CONFIG_KPROBES)
void oe_cgroup_stall_measure(bool on);
void oe_cgroup_stall_add(struct oe_cgroup_watch *watch,
			 struct kernfs_node *node);
void oe_cgroup_stall_remove(struct oe_cgroup_watch *watch);
struct mem_cgroup *oe_cgroup_stall_look(unsigned int limit,
					unsigned int *percent);
void oe_cgroup_stall_put(struct mem_cgroup *memcg);
void oe_cgroup_stall_asked(struct mem_cgroup *memcg, unsigned int ms,
			   bool relieved);
void oe_cgroup_stall_restart(void);
int oe_cgroup_stall_now(const struct oe_cgroup_watch *watch);
#else

#include <linux/errno.h>

static inline void oe_cgroup_stall_measure(bool on)
{
}

static inline void oe_cgroup_stall_add(struct oe_cgroup_watch *watch,
				       struct kernfs_node *node)
{
}

static inline void oe_cgroup_stall_remove(struct oe_cgroup_watch *watch)
{
}

static inline struct mem_cgroup *oe_cgroup_stall_look(unsigned int limit,
						      unsigned int *percent)
{
	return NULL;
}

static inline void oe_cgroup_stall_put(struct mem_cgroup *memcg)
{
}

static inline void oe_cgroup_stall_asked(struct mem_cgroup *memcg,
					 unsigned int ms, bool relieved)
{
}

static inline void oe_cgroup_stall_restart(void)
{
}

static inline int oe_cgroup_stall_now(const struct oe_cgroup_watch *watch)
{
	return -ENODATA;
}
#endif

#endif /* OE_CGROUP_STALL_H */
