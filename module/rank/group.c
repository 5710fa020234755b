// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: a name, a ranking, a signal, and rules that processes match
 * (group_rule.c). Membership by pid is in the ranking table, under the group's
 * index.
 *
 * Changes may allocate and sleep. Look-ups, in the OOM path too, are under RCU
 * and take no lock.
 */
#include "core.h"

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/group_table.h"
#include "rank/name_index.h"
#include "rank/rank.h"
#include "rank/version.h"

/**
 * oe_group_next - walk over all groups
 * @index: from where on; 0 to begin with, moved behind the group
 *
 * Context: under rcu_read_lock().
 * Return: a group, or NULL at the end.
 */
const struct oe_group *oe_group_next(unsigned int *index)
{
	return oe_group_table_next(index);
}

/**
 * oe_group_any_rule - has any group a rule?
 *
 * Context: any.
 * Return: false if no process can match.
 */
bool oe_group_any_rule(void)
{
	return READ_ONCE(oe_groups.nr_rules);
}

/**
 * oe_group_any_signal - does any group send a signal?
 *
 * Context: any.
 * Return: false if no process can get one.
 */
bool oe_group_any_signal(void)
{
	return READ_ONCE(oe_groups.nr_signals);
}

/**
 * oe_group_name - the name of a group
 * @index: the group's
 * @name: filled in; "" if the group has just been removed
 *
 * Context: any.
 */
void oe_group_name(unsigned int index, char name[OE_GROUP_NAME])
{
	const struct oe_group *group;

	rcu_read_lock();
	group = rcu_dereference(oe_groups.all[index]);
	strscpy(name, group ? group->name : "", OE_GROUP_NAME);
	rcu_read_unlock();
}

/**
 * oe_group_index - the number of a group in the ranking table
 * @group: the group
 *
 * Return: its index.
 */
unsigned int oe_group_index(const struct oe_group *group)
{
	return group->index;
}

/**
 * oe_group_rank - the ranking of a group's members
 * @group: the group
 *
 * Return: 0..OE_RANK_MAX.
 */
unsigned int oe_group_rank(const struct oe_group *group)
{
	return READ_ONCE(group->rank);
}

/**
 * oe_group_set_rank - change the ranking of a group's members
 * @group: the group
 * @rank: 0..OE_RANK_MAX
 */
void oe_group_set_rank(struct oe_group *group, unsigned int rank)
{
	oe_version_begin_change();
	WRITE_ONCE(group->rank, rank); /* read by oe_group_table_ranking() */
	oe_version_end_change();
}

/**
 * oe_group_precedence - of groups with equally exact rules, which counts
 * @group: the group
 *
 * Return: 0..OOM_EMBEDDED_PRECEDENCE_MAX; the highest one counts.
 */
unsigned int oe_group_precedence(const struct oe_group *group)
{
	return READ_ONCE(group->precedence);
}

/**
 * oe_group_set_precedence - change it
 * @group: the group
 * @precedence: 0..OOM_EMBEDDED_PRECEDENCE_MAX
 */
void oe_group_set_precedence(struct oe_group *group, unsigned int precedence)
{
	oe_version_begin_change();
	/* Read by oe_group_table_before(). */
	WRITE_ONCE(group->precedence, precedence);
	oe_version_end_change();
}

/**
 * oe_group_signal - the signal that a group's members get at OOM
 * @group: the group
 *
 * Return: the signal's number or 0.
 */
int oe_group_signal(const struct oe_group *group)
{
	return READ_ONCE(group->signal);
}

/**
 * oe_group_trusts_names - whom does a rule by name or executable alone protect?
 * @group: the group
 *
 * Return: true if processes of every user, false if those of uid 0.
 */
bool oe_group_trusts_names(const struct oe_group *group)
{
	return READ_ONCE(group->trusts_names);
}

/**
 * oe_group_trust_names - change it
 * @group: the group
 * @trust: true for processes of every user
 */
void oe_group_trust_names(struct oe_group *group, bool trust)
{
	oe_version_begin_change();
	WRITE_ONCE(group->trusts_names, trust); /* read by is_trusted() */
	oe_version_end_change();
}

/**
 * oe_group_set_signal - change the signal of a group
 * @group: the group
 * @signal: the signal's number or 0
 *
 * Context: between oe_group_lock() and oe_group_unlock().
 */
void oe_group_set_signal(struct oe_group *group, int signal)
{
	oe_group_table_adjust(&oe_groups.nr_signals, group->signal, signal);
	WRITE_ONCE(group->signal, signal); /* read by oe_group_signal() */
}

/**
 * oe_group_lock - before groups are changed together
 *
 * Context: process context, may sleep; until oe_group_unlock() nothing may be
 * allocated: a manager that changes a group in an OOM waits for it.
 */
void oe_group_lock(void)
{
	mutex_lock(&oe_groups.lock);
}

/**
 * oe_group_unlock - the changes are made
 *
 * Context: after oe_group_lock().
 */
void oe_group_unlock(void)
{
	mutex_unlock(&oe_groups.lock);
}

/**
 * oe_group_of_members - the group that counts among those a process was put
 *	into
 * @members: a bit a group
 * @ranking: written if there is one
 *
 * Context: under rcu_read_lock().
 * Return: true if there is one.
 */
bool oe_group_of_members(const unsigned long *members,
			 struct oe_ranking *ranking)
{
	const struct oe_group *first = NULL;
	const struct oe_group *group;
	unsigned int i;

	for_each_set_bit(i, members, OE_NR_GROUPS) {
		group = rcu_dereference(oe_groups.all[i]);
		if (group && (!first || oe_group_table_before(group, first)))
			first = group;
	}
	if (first)
		*ranking = oe_group_table_ranking(first);
	return first;
}

static struct oe_group *find_group(const char *name)
{
	struct oe_group *group;
	unsigned int i;

	for (i = 0; (group = oe_group_table_next(&i));)
		if (!strcmp(group->name, name))
			break;
	return group;
}

/**
 * oe_group_find - a group by its name
 * @name: any text
 *
 * Context: between oe_group_lock() and oe_group_unlock(), as long as the group
 * is used.
 * Return: the group, or NULL.
 */
struct oe_group *oe_group_find(const char *name)
{
	struct oe_group *group;

	lockdep_assert_held(&oe_groups.lock);
	rcu_read_lock();
	group = find_group(name);
	rcu_read_unlock();
	return group;
}

/**
 * oe_group_peek - the same for those who only read
 * @name: any text
 *
 * Context: under rcu_read_lock(), as long as the group is used.
 * Return: the group, or NULL.
 */
const struct oe_group *oe_group_peek(const char *name)
{
	return find_group(name);
}

static void set_end(void)
{
	unsigned int end = OE_NR_GROUPS;

	while (end && !test_bit(end - 1, oe_groups.used))
		end--;
	WRITE_ONCE(oe_groups.end, end); /* read by oe_group_table_next() */
}

static int publish_group(struct oe_group *group)
{
	unsigned int i = find_first_zero_bit(oe_groups.used, OE_NR_GROUPS);

	lockdep_assert_held(&oe_groups.lock);
	if (oe_group_find(group->name))
		return -EEXIST;
	if (i == OE_NR_GROUPS)
		return -ENOSPC;
	set_bit(i, oe_groups.used);
	group->index = i;
	oe_rank_open_group(i);
	rcu_assign_pointer(oe_groups.all[i], group);
	set_end();
	return 0;
}

/**
 * oe_group_add - a new group without members
 * @name: valid
 * @group: set on success; until oe_group_remove()
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int oe_group_add(const char *name, struct oe_group **group)
{
	struct oe_group *new;
	int err;

	err = oe_name_index_reserve();
	if (err)
		return err;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	strscpy(new->name, name, sizeof(new->name));
	new->rank = READ_ONCE(oe_config.default_rank);
	mutex_lock(&oe_groups.lock);
	err = publish_group(new);
	mutex_unlock(&oe_groups.lock);
	if (err)
		kfree(new);
	else
		*group = new;
	return err;
}

/**
 * oe_group_remove - remove a group; its members lose it immediately
 * @group: has no other users, except under RCU
 *
 * Context: process context, may sleep.
 */
void oe_group_remove(struct oe_group *group)
{
	mutex_lock(&oe_groups.lock);
	oe_version_begin_change();
	RCU_INIT_POINTER(oe_groups.all[group->index], NULL);
	oe_version_end_change();
	oe_group_set_signal(group, 0);
	oe_group_drop_rules(group);
	oe_rank_close_group(group->index);
	/* No process refers to the index any more: it may be reused. */
	clear_bit(group->index, oe_groups.used);
	set_end();
	mutex_unlock(&oe_groups.lock);
	kfree_rcu(group, rcu);
}

/**
 * oe_group_exit - all groups have been removed
 *
 * Context: module exit, may sleep.
 */
void oe_group_exit(void)
{
	rcu_barrier(); /* oe_rule_free()'s last step is in this module */
}
