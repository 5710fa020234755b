/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_LEVEL_H
#define OE_CGROUP_LEVEL_H

#include <linux/types.h>

#include "core.h"
#include "levels/types.h"
#include "rules/watermark.h"

struct kernfs_node;
struct mem_cgroup;
struct oe_memcg_amount;

/**
 * struct oe_cgroup_watch - a memory cgroup that has levels, part of its directory
 *	in sysfs
 * @name: of the directory
 * @path: of the cgroup, in the initial namespace; NULL = none; under the lock of
 *	paths
 * @memcg: the cgroup that has this path now, with a reference; or NULL
 * @percent: by &enum oe_level: its watermark, in percent of the limit; 0 = off
 * @state: of the level
 * @announced: what userspace was told, one word
 * @last_ms: when the thread looked last
 * @last_kb: how much there was
 * @charges: of oe_memcg_charges() then
 * @good_ms: until then the level stays if @charges do; 0 = it has to be measured
 * @rest_ms: and the thread looks again after this time
 * @node: of the file `level`; NULL = nobody is told
 * @stall: how much of the time the cgroup is stalled
 *
 * @memcg to @node are under the lock of the table; @last_ms to @rest_ms are the
 * thread's, but for @good_ms, which others set to 0.
 */
struct oe_cgroup_watch {
	char name[OE_GROUP_NAME];
	char *path;
	struct mem_cgroup *memcg;
	u32 percent[OE_NR_LEVELS];
	struct oe_level_state state;
	enum oe_level announced;
	u64 last_ms;
	u64 last_kb;
	u64 charges;
	u64 good_ms;
	unsigned int rest_ms;
	struct kernfs_node *node;
	struct oe_cgroup_stall stall;
};

void oe_cgroup_level_init(struct oe_cgroup_watch *watch, const char *name);
void oe_cgroup_level_release(struct oe_cgroup_watch *watch);
bool oe_cgroup_level_rests(struct oe_cgroup_watch *watch, unsigned int *ms);
unsigned int oe_cgroup_level_step(struct oe_cgroup_watch *watch,
				  const struct oe_memcg_amount *amount);
void oe_cgroup_level_reset(struct oe_cgroup_watch *watch);
void oe_cgroup_level_enter_oom(struct oe_cgroup_watch *watch);
struct mem_cgroup *oe_cgroup_level_find(const char *path);

#endif /* OE_CGROUP_LEVEL_H */
