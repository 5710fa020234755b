/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_KILL_TABLE_H
#define OE_KILL_TABLE_H

#include <linux/types.h>

struct task_struct;

/**
 * struct oe_kill_member - the most protected member of a kill set
 * @task: its leader, or NULL for an empty set; kept by RCU, not by this
 * @tgid: of @task
 * @rank: its ranking
 * @tie: why it dies with the others
 */
struct oe_kill_member {
	struct task_struct *task;
	s32 tgid;
	u16 rank;
	u8 tie;
};

struct oe_kill_table;

struct oe_kill_table *oe_kill_table_new(unsigned long nr_keys, gfp_t gfp);
void oe_kill_table_free(struct oe_kill_table *table);
void oe_kill_table_clear(struct oe_kill_table *table);
void oe_kill_table_add(struct oe_kill_table *table, const void *key,
		       const struct oe_kill_member *member);
bool oe_kill_table_find(const struct oe_kill_table *table, const void *key,
			struct oe_kill_member *member);

void oe_kill_member_lower(struct oe_kill_member *lowest,
			  const struct oe_kill_member *member);

#endif /* OE_KILL_TABLE_H */
