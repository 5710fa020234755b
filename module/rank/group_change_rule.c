// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a group's rules. A cgroup rule follows its path: to the cgroup that
 * has it now, and to each later one.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "rank/cgroup_rule.h"
#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/group_rule.h"
#include "rank/group_table.h"

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
	for (i = 0; (group = oe_group_table_next(&i));) {
		rule = rcu_dereference(group->rules[OE_RULE_CGROUP]);
		if (rule)
			oe_rule_bind_cgroup(rule, cgroup, path);
	}
	rcu_read_unlock();
}

/*
 * Between look-up and publication the path may have got a new cgroup. If that
 * happens once more between this look-up and the binding, the new one has been
 * bound, and now the removed one in its place: hence the loop.
 */
static void look_again(const char *text)
{
	struct cgroup *cgroup;
	bool removed;
	char *path;

	do {
		cgroup = oe_cgroup_find(text, &path);
		if (IS_ERR(cgroup))
			return;
		bind_cgroup(cgroup, path);
		removed = oe_cgroup_is_removed(cgroup);
		oe_cgroup_put(cgroup);
		kfree(path);
	} while (removed);
}

/* Each user keeps the tracepoint attached, as each rule does. */
static int begin_cgroup_use(void)
{
	int err;

	mutex_lock(&oe_groups.lock);
	err = oe_cgroup_watch(bind_cgroup);
	if (!err)
		oe_groups.nr_cgroup_uses++;
	mutex_unlock(&oe_groups.lock);
	return err;
}

static void end_cgroup_use(void)
{
	mutex_lock(&oe_groups.lock);
	if (!--oe_groups.nr_cgroup_uses)
		oe_cgroup_unwatch();
	mutex_unlock(&oe_groups.lock);
}

/**
 * oe_rule_change_prepare - make a rule, before it is given to a group
 * @change: its kind and its text; the rule is filled in
 *
 * The rule is made, which allocates, without the lock: a manager that changes a
 * group in an OOM must not wait for a writer that waits for memory.
 *
 * Context: process context, may sleep and allocate. After success
 * oe_rule_change_end() must follow.
 * Return: 0; or -EINVAL, -ERANGE, -ENOENT (no such cgroup), -EOPNOTSUPP (the
 * kernel lacks it), -ENOMEM, and nothing is to be ended.
 */
int oe_rule_change_prepare(struct oe_rule_change *change)
{
	int err = 0;

	change->rule = NULL;
	change->made = false;
	/* Before the look-up, so that no new cgroup of that path is missed. */
	if (change->kind == OE_RULE_CGROUP)
		err = begin_cgroup_use();
	if (err || !*change->text)
		return err;
	change->rule = oe_rule_make(change->kind, change->text);
	if (!IS_ERR(change->rule))
		return 0;
	err = PTR_ERR(change->rule);
	if (change->kind == OE_RULE_CGROUP)
		end_cgroup_use();
	return err;
}

/**
 * oe_rule_change_make - give the rule to a group
 * @change: prepared
 * @group: the group
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_rule_change_make(struct oe_rule_change *change, struct oe_group *group)
{
	oe_group_table_set_rule(group, change->kind, change->rule);
	change->made = true;
}

/**
 * oe_rule_change_end - the rule is in force, or is not wanted
 * @change: prepared
 *
 * Context: process context, may sleep and allocate.
 */
void oe_rule_change_end(struct oe_rule_change *change)
{
	if (!change->made && change->rule)
		oe_rule_free(change->rule);
	if (change->kind != OE_RULE_CGROUP)
		return;
	if (change->made && change->rule)
		look_again(change->text);
	end_cgroup_use();
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

/**
 * oe_group_put_joint - replace the rules of several conditions
 * @group: the group
 * @rules: of oe_joint_make(); the group's from now on
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_put_joint(struct oe_group *group, struct oe_joint_rules *rules)
{
	oe_group_table_set_joint(group, rules);
}

/**
 * oe_group_show_joint - print them as they can be written
 * @group: the group
 * @text: a page
 *
 * Context: process context.
 * Return: number of bytes written.
 */
int oe_group_show_joint(struct oe_group *group, char *text)
{
	const struct oe_joint_rules *rules;
	int length = 0;

	rcu_read_lock();
	rules = rcu_dereference(group->joint);
	if (rules)
		length = oe_joint_show(rules, text, PAGE_SIZE);
	rcu_read_unlock();
	return length;
}
