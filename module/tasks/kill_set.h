/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_KILL_SET_H
#define OE_KILL_SET_H

#include <linux/types.h>

#include "episode.h"
#include "rules/policy.h"
#include "tasks/kill_table.h"

struct mem_cgroup;
struct task_struct;

/**
 * struct oe_kill_cache - the kill sets that are known
 * @table: the caller's, filled when it is needed first; NULL = none
 * @below: with @table, a set's ranking is found only if it is below this one
 * @filled: @table is
 * @group: the last cgroup that was looked at without it; NULL = none yet
 * @lowest: its most protected member
 *
 * Starts zeroed but for @table and @below, and lasts one RCU section. It lasts
 * longer for a user that is content with the rankings: addresses in it are compared
 * only, and may have come to mean something else.
 */
struct oe_kill_cache {
	struct oe_kill_table *table;
	unsigned int below;
	bool filled;
	const struct mem_cgroup *group;
	struct oe_kill_member lowest;
};

void oe_kill_set_judge(struct oe_candidate *c, const struct oe_domain *domain,
		       struct oe_kill_cache *cache);
void oe_kill_set_judge_atomic(struct oe_candidate *c,
			      const struct oe_domain *domain);
struct mem_cgroup *oe_kill_set_group(struct task_struct *p,
				     const struct oe_domain *domain);
void oe_kill_set_signal(struct task_struct *victim,
			const struct oe_domain *domain, int signal);
void oe_kill_set_visit_sharers(struct task_struct *p,
			       void (*visit)(struct task_struct *sharer,
					     void *arg),
			       void *arg);
bool oe_kill_set_is_gone(struct task_struct *victim);
const char *oe_kill_set_tie_name(enum oe_tie tie);

#endif /* OE_KILL_SET_H */
