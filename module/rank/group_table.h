/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The struct of a group, for the files group*.c only.
 */
#ifndef OE_GROUP_TABLE_H
#define OE_GROUP_TABLE_H

#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "core.h"
#include "rank/group_rule.h"
#include "rank/joint_rule.h"
#include "rank/types.h"

/**
 * struct oe_group - a group
 * @name: as in sysfs
 * @index: for the ranking table and for records; reused after removal
 * @rank: of its members, one word
 * @precedence: before groups of a lower one, if rules are equally exact, one word
 * @signal: for its members at OOM, 0 = none, one word
 * @trusts_names: a rule by name alone protects processes of any user, one word
 * @rules: of one condition, NULL where there is none; written under groups.lock
 * @joint: those with several, or NULL; written under groups.lock
 * @rcu: for freeing
 */
struct oe_group {
	char name[OE_GROUP_NAME];
	unsigned int index;
	unsigned int rank;
	unsigned int precedence;
	int signal;
	bool trusts_names;
	struct oe_rule __rcu *rules[OE_NR_RULES];
	struct oe_joint_rules __rcu *joint;
	struct rcu_head rcu;
};

/**
 * struct oe_groups - all groups
 * @lock: changes
 * @used: indexes, under @lock
 * @end: all groups are below it, under @lock
 * @nr_rules: of all kinds, all joint ones of a group as one, under @lock
 * @nr_exe_uses: groups of which a joint rule asks for an executable, under @lock
 * @nr_signals: groups that have one, under @lock
 * @all: by index; NULL where there is none
 */
struct oe_groups {
	struct mutex lock;
	DECLARE_BITMAP(used, OE_NR_GROUPS);
	unsigned int end;
	unsigned int nr_rules;
	unsigned int nr_exe_uses;
	unsigned int nr_signals;
	struct oe_group __rcu *all[OE_NR_GROUPS];
};

extern struct oe_groups oe_groups;

/**
 * oe_group_table_next - walk over all groups
 * @i: from where on; moved behind the group
 *
 * Inlined: it is called for each process and group in the OOM path.
 *
 * Context: under rcu_read_lock().
 * Return: a group, or NULL at the end.
 */
static inline struct oe_group *oe_group_table_next(unsigned int *i)
{
	struct oe_group *group = NULL;

	while (!group &&
	       *i < READ_ONCE(oe_groups.end)) /* written by set_end() */
		group = rcu_dereference(oe_groups.all[(*i)++]);
	return group;
}

/**
 * oe_group_table_before - of two groups that a process belongs to for equally good
 *	reasons, which counts?
 * @group: one
 * @other: the other
 *
 * Inlined, as the walk.
 *
 * Context: under rcu_read_lock().
 * Return: true if it is @group.
 */
static inline bool oe_group_table_before(const struct oe_group *group,
					 const struct oe_group *other)
{
	unsigned int ours = READ_ONCE(group->precedence);
	unsigned int theirs = READ_ONCE(other->precedence);

	if (ours != theirs)
		return ours > theirs;
	/* The most protective one. */
	return READ_ONCE(group->rank) < READ_ONCE(other->rank);
}

/**
 * oe_group_table_ranking - the ranking of a group's members
 * @group: the group
 *
 * Context: under rcu_read_lock().
 * Return: with the group as its source.
 */
static inline struct oe_ranking
oe_group_table_ranking(const struct oe_group *group)
{
	return (struct oe_ranking){
		.rank = READ_ONCE(group->rank),
		.source = OE_SOURCE_GROUP,
		.group = group->index,
	};
}

void oe_group_table_adjust(unsigned int *counter, bool was, bool is);

#endif /* OE_GROUP_TABLE_H */
