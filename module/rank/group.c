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

#include "rank/cgroup_rule.h"
#include "rank/group.h"
#include "rank/group_rule.h"
#include "rank/rank.h"

/**
 * struct oe_group - a group
 * @name: as in sysfs
 * @index: for the ranking table and for records; reused after removal
 * @rank: of its members, one word
 * @signal: for its members at OOM, 0 = none, one word
 * @rules: NULL where there is none; written under groups.lock
 * @rcu: for freeing
 */
struct oe_group {
	char name[OE_GROUP_NAME];
	unsigned int index;
	unsigned int rank;
	int signal;
	struct oe_rule __rcu *rules[OE_NR_RULES];
	struct rcu_head rcu;
};

static struct {
	struct mutex lock; /* changes */
	DECLARE_BITMAP(used, OE_NR_GROUPS); /* indexes, under lock */
	unsigned int end; /* all groups are below it, under lock */
	unsigned int nr_rules; /* of all kinds, under lock */
	unsigned int nr_cgroup_rules; /* under lock */
	unsigned int nr_signals; /* groups that have one, under lock */
	struct oe_group __rcu *all[OE_NR_GROUPS];
} groups = {
	.lock = __MUTEX_INITIALIZER(groups.lock),
};

/* The first group from index *@i on, or NULL; *@i moves behind it. Under RCU. */
static struct oe_group *next_group(unsigned int *i)
{
	struct oe_group *group = NULL;

	while (!group && *i < READ_ONCE(groups.end)) /* written by set_end() */
		group = rcu_dereference(groups.all[(*i)++]);
	return group;
}

static bool has_by_rule(const struct oe_group *group, enum oe_rule_kind kind,
			const union oe_subject *subject)
{
	const struct oe_rule *rule = rcu_dereference(group->rules[kind]);

	return rule && oe_rule_matches(rule, subject);
}

/* The most protective of the groups that match counts. */
static void prefer_lower(const struct oe_group *group, struct oe_ranking *best,
			 bool *found)
{
	unsigned int rank = READ_ONCE(group->rank);

	if (*found && best->rank <= rank)
		return;
	*found = true;
	*best = (struct oe_ranking){
		.rank = rank,
		.source = OE_SOURCE_GROUP,
		.group = group->index,
	};
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
	const struct oe_group *group;
	bool found = false;
	unsigned int i;

	for_each_set_bit(i, members, OE_NR_GROUPS) {
		group = rcu_dereference(groups.all[i]);
		if (group)
			prefer_lower(group, ranking, &found);
	}
	return found;
}

/**
 * oe_group_of_rules - the group that counts among those whose rule is matched
 * @subject: a process
 * @ranking: written if there is one
 *
 * Context: under rcu_read_lock().
 * Return: true if there is one.
 */
bool oe_group_of_rules(const union oe_subject *subject,
		       struct oe_ranking *ranking)
{
	const struct oe_group *group;
	enum oe_rule_kind kind;
	bool found = false;
	unsigned int i;

	for (kind = 0; !found && kind < OE_NR_RULES; kind++)
		for (i = 0; (group = next_group(&i));)
			if (has_by_rule(group, kind, subject))
				prefer_lower(group, ranking, &found);
	return found;
}

/**
 * oe_group_has_by_rule - does a process match any rule of a group?
 * @group: the group
 * @subject: the process
 *
 * Context: under rcu_read_lock().
 * Return: true if so.
 */
bool oe_group_has_by_rule(const struct oe_group *group,
			  const union oe_subject *subject)
{
	return has_by_rule(group, OE_RULE_CGROUP, subject) ||
	       has_by_rule(group, OE_RULE_COMM, subject) ||
	       has_by_rule(group, OE_RULE_UID, subject);
}

/**
 * oe_group_next - walk over all groups
 * @index: from where on; 0 to begin with, moved behind the group
 *
 * Context: under rcu_read_lock().
 * Return: a group, or NULL at the end.
 */
const struct oe_group *oe_group_next(unsigned int *index)
{
	return next_group(index);
}

/**
 * oe_group_any_rule - has any group a rule?
 *
 * Context: any.
 * Return: false if no process can match.
 */
bool oe_group_any_rule(void)
{
	return READ_ONCE(groups.nr_rules);
}

/**
 * oe_group_any_signal - does any group send a signal?
 *
 * Context: any.
 * Return: false if no process can get one.
 */
bool oe_group_any_signal(void)
{
	return READ_ONCE(groups.nr_signals);
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
	group = rcu_dereference(groups.all[index]);
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
	WRITE_ONCE(group->rank, rank); /* read by prefer_lower() */
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

/* Lockless hint: lets readers skip the walk over the groups. */
static void adjust_count(unsigned int *counter, bool was, bool is)
{
	lockdep_assert_held(&groups.lock);
	WRITE_ONCE(*counter, *counter + is - was);
}

static void set_signal(struct oe_group *group, int signal)
{
	adjust_count(&groups.nr_signals, group->signal, signal);
	WRITE_ONCE(group->signal, signal); /* read by oe_group_signal() */
}

/**
 * oe_group_set_signal - change the signal of a group
 * @group: the group
 * @signal: the signal's number or 0
 *
 * Context: process context, may sleep.
 */
void oe_group_set_signal(struct oe_group *group, int signal)
{
	mutex_lock(&groups.lock);
	set_signal(group, signal);
	mutex_unlock(&groups.lock);
}

static struct oe_rule *rule_of(struct oe_group *group, enum oe_rule_kind kind)
{
	return rcu_dereference_protected(group->rules[kind],
					 lockdep_is_held(&groups.lock));
}

static void replace_rule(struct oe_group *group, enum oe_rule_kind kind,
			 struct oe_rule *rule)
{
	struct oe_rule *old = rule_of(group, kind);

	rcu_assign_pointer(group->rules[kind], rule);
	adjust_count(&groups.nr_rules, old, rule);
	if (kind == OE_RULE_CGROUP)
		adjust_count(&groups.nr_cgroup_rules, old, rule);
	if (old)
		oe_rule_free(old);
}

/*
 * A new cgroup has got a path. A service that is restarted gets a new cgroup of
 * the old name, and the rule still means that service. Called by the
 * tracepoint, with preemption off, too.
 */
static void bind_cgroup(struct cgroup *cgroup, const char *path)
{
	struct oe_group *group;
	struct oe_rule *rule;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; (group = next_group(&i));) {
		rule = rcu_dereference(group->rules[OE_RULE_CGROUP]);
		if (rule)
			oe_rule_bind_cgroup(rule, cgroup, path);
	}
	rcu_read_unlock();
}

/* Between look-up and publication the path may have got a new cgroup. */
static void look_again(const char *text)
{
	struct cgroup *cgroup;
	char *path;

	cgroup = oe_cgroup_find(text, &path);
	if (IS_ERR(cgroup))
		return;
	bind_cgroup(cgroup, path);
	oe_cgroup_put(cgroup);
	kfree(path);
}

static int set_rule(struct oe_group *group, enum oe_rule_kind kind,
		    const char *text)
{
	struct oe_rule *rule = NULL;

	if (*text)
		rule = oe_rule_make(kind, text);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	replace_rule(group, kind, rule);
	return 0;
}

static int set_cgroup_rule(struct oe_group *group, const char *text)
{
	int err;

	/* Before the look-up, so that no new cgroup of that path is missed. */
	err = oe_cgroup_watch(bind_cgroup);
	if (err)
		return err;
	err = set_rule(group, OE_RULE_CGROUP, text);
	if (!err && *text)
		look_again(text);
	if (!groups.nr_cgroup_rules)
		oe_cgroup_unwatch();
	return err;
}

/**
 * oe_group_set_rule - change a rule of a group
 * @group: the group
 * @kind: which of its rules
 * @text: without a newline; "" clears
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; or -EINVAL, -ERANGE, -ENOENT (no such cgroup), -EOPNOTSUPP (the
 * kernel lacks it), -ENOMEM and nothing changed.
 */
int oe_group_set_rule(struct oe_group *group, enum oe_rule_kind kind,
		      const char *text)
{
	int err;

	mutex_lock(&groups.lock);
	err = kind == OE_RULE_CGROUP ? set_cgroup_rule(group, text) :
				       set_rule(group, kind, text);
	mutex_unlock(&groups.lock);
	return err;
}

/**
 * oe_group_show_rule - print a rule as it can be written
 * @group: the group
 * @kind: which of its rules
 * @text: a page
 *
 * Context: process context.
 * Return: number of bytes written.
 */
int oe_group_show_rule(struct oe_group *group, enum oe_rule_kind kind,
		       char *text)
{
	const struct oe_rule *rule;
	int length;

	rcu_read_lock();
	rule = rcu_dereference(group->rules[kind]);
	length = rule ? oe_rule_show(rule, text) : sysfs_emit(text, "\n");
	rcu_read_unlock();
	return length;
}

static bool name_exists(const char *name)
{
	const struct oe_group *group;
	unsigned int i;
	bool found = false;

	rcu_read_lock();
	for (i = 0; (group = next_group(&i));)
		found = found || !strcmp(group->name, name);
	rcu_read_unlock();
	return found;
}

static void set_end(void)
{
	unsigned int end = OE_NR_GROUPS;

	while (end && !test_bit(end - 1, groups.used))
		end--;
	WRITE_ONCE(groups.end, end); /* read by next_group() */
}

static int publish_group(struct oe_group *group)
{
	unsigned int i = find_first_zero_bit(groups.used, OE_NR_GROUPS);

	lockdep_assert_held(&groups.lock);
	if (name_exists(group->name))
		return -EEXIST;
	if (i == OE_NR_GROUPS)
		return -ENOSPC;
	set_bit(i, groups.used);
	group->index = i;
	oe_rank_open_group(i);
	rcu_assign_pointer(groups.all[i], group);
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

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	strscpy(new->name, name, sizeof(new->name));
	new->rank = READ_ONCE(oe_config.default_rank);
	mutex_lock(&groups.lock);
	err = publish_group(new);
	mutex_unlock(&groups.lock);
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
	enum oe_rule_kind kind;

	mutex_lock(&groups.lock);
	RCU_INIT_POINTER(groups.all[group->index], NULL);
	set_signal(group, 0);
	for (kind = 0; kind < OE_NR_RULES; kind++)
		replace_rule(group, kind, NULL);
	if (!groups.nr_cgroup_rules)
		oe_cgroup_unwatch();
	oe_rank_close_group(group->index);
	/* No process refers to the index any more: it may be reused. */
	clear_bit(group->index, groups.used);
	set_end();
	mutex_unlock(&groups.lock);
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
