/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_KILL_SET_H
#define OE_KILL_SET_H

#include <linux/types.h>

#include "episode.h"
#include "rules/policy.h"

struct mem_cgroup;
struct task_struct;

/**
 * struct oe_kill_member - the most protected member of a kill set
 * @task: its leader, or NULL for an empty set
 * @rank: its ranking
 * @tie: why it dies with the others
 */
struct oe_kill_member {
	struct task_struct *task;
	u16 rank;
	u8 tie;
};

/**
 * struct oe_kill_cache - what was found for the last memory cgroup
 * @group: the cgroup; NULL = nothing yet
 * @lowest: its most protected member
 *
 * Starts zeroed, and lasts one RCU section.
 */
struct oe_kill_cache {
	const struct mem_cgroup *group;
	struct oe_kill_member lowest;
};

void oe_kill_set_judge(struct oe_candidate *c, const struct oe_domain *domain,
		       struct oe_kill_cache *cache);
void oe_kill_set_judge_atomic(struct oe_candidate *c,
			      const struct oe_domain *domain);
struct mem_cgroup *oe_kill_set_group(struct task_struct *p,
				     const struct oe_domain *domain);
const char *oe_kill_set_tie_name(enum oe_tie tie);

#endif /* OE_KILL_SET_H */
