/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_WATCH_H
#define OE_CGROUP_WATCH_H

#include <linux/types.h>

#include "core.h"
#include "rules/watermark.h"

struct kernfs_node;
struct mem_cgroup;

enum {
	/* How many cgroups may be watched. */
	OE_NR_CGROUP_WATCHES = OOM_EMBEDDED_CGROUPS_MAX,
};

struct oe_cgroup_watch;
struct oe_memcg_amount;

#if defined(CONFIG_MEMCG) && defined(CONFIG_OE_LEVELS)
int oe_cgroup_watch_add(struct oe_cgroup_watch *watch,
			struct kernfs_node *node);
void oe_cgroup_watch_remove(struct oe_cgroup_watch *watch);
struct oe_cgroup_watch *oe_cgroup_watch_find(const char *name);
struct oe_cgroup_watch *oe_cgroup_watch_any(void);
int oe_cgroup_watch_set_path(struct oe_cgroup_watch *watch, const char *text);
int oe_cgroup_watch_show_path(struct oe_cgroup_watch *watch, char *text);
int oe_cgroup_watch_set_percent(struct oe_cgroup_watch *watch,
				enum oe_level level, u32 percent);
bool oe_cgroup_watch_amount(struct oe_cgroup_watch *watch,
			    struct oe_memcg_amount *amount);
bool oe_cgroup_watch_is_there(const struct oe_cgroup_watch *watch);
void oe_cgroup_watch_enter_oom(struct mem_cgroup *memcg);
#else
static inline void oe_cgroup_watch_enter_oom(struct mem_cgroup *memcg)
{
}
#endif

#endif /* OE_CGROUP_WATCH_H */
