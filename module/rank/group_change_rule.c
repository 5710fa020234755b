// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of a group: they are replaced, and read back. They are made
 * without the lock, which allocates: a manager that changes a group in an OOM must
 * not wait for a writer that waits for memory.
 */
#include "core.h"

#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sysfs.h>

#include "rank/group_change_rule.h"
#include "rank/group_rule.h"
#include "rank/group_table.h"
#include "rank/joint_rule.h"
#include "rank/name_index.h"
#include "rank/version.h"

static struct oe_rule *rule_of(struct oe_group *group, enum oe_rule_kind kind)
{
	return rcu_dereference_protected(group->rules[kind],
					 lockdep_is_held(&oe_groups.lock));
}

static struct oe_joint_rules *joint_of(struct oe_group *group)
{
	return rcu_dereference_protected(group->joint,
					 lockdep_is_held(&oe_groups.lock));
}

static void add_joint_names(struct oe_names *names,
			    const struct oe_joint_rules *rules)
{
	unsigned int i;

	for (i = 0; rules && i < rules->nr_rules; i++)
		oe_names_add(names, rules->rules[i].comm);
}

/* The old rules can no longer be found. */
static void narrow_names(struct oe_group *group)
{
	struct oe_names names = {};
	enum oe_rule_kind kind;

	for (kind = 0; kind < OE_NR_RULES; kind++)
		if (rule_of(group, kind))
			oe_names_add(&names,
				     oe_rule_pattern(rule_of(group, kind)));
	add_joint_names(&names, joint_of(group));
	oe_name_index_narrow(group->index, &names);
}

/**
 * oe_group_put_rule - replace a rule of one condition
 * @group: the group
 * @kind: of the rule
 * @rule: of oe_rule_make(), the group's from now on; NULL for none; the old one
 *	is freed
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_put_rule(struct oe_group *group, enum oe_rule_kind kind,
		       struct oe_rule *rule)
{
	struct oe_rule *old = rule_of(group, kind);
	struct oe_names names = {};

	if (rule)
		oe_names_add(&names, oe_rule_pattern(rule));
	oe_version_begin_change();
	oe_name_index_widen(group->index, &names);
	rcu_assign_pointer(group->rules[kind], rule);
	narrow_names(group);
	/* Readers look at no rule while it is 0. */
	oe_group_table_adjust(&oe_groups.nr_rules, old, rule);
	oe_version_end_change();
	if (old)
		oe_rule_free(old);
}

/**
 * oe_group_show_rule - print a rule as it can be written
 * @group: the group
 * @kind: of the rule
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
 * @rules: of oe_joint_make(), the group's from now on; or NULL; the old ones are
 *	freed
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_put_joint(struct oe_group *group, struct oe_joint_rules *rules)
{
	struct oe_joint_rules *old = joint_of(group);
	struct oe_names names = {};

	add_joint_names(&names, rules);
	oe_version_begin_change();
	oe_name_index_widen(group->index, &names);
	/* A reader of the new rules must find the executables described. */
	if (oe_joint_asks(rules, OE_ASKS_EXE))
		oe_group_table_adjust(&oe_groups.nr_exe_uses, false, true);
	rcu_assign_pointer(group->joint, rules);
	narrow_names(group);
	if (oe_joint_asks(old, OE_ASKS_EXE))
		oe_group_table_adjust(&oe_groups.nr_exe_uses, true, false);
	/* Readers look at no rule while it is 0. */
	oe_group_table_adjust(&oe_groups.nr_rules, old, rules);
	oe_version_end_change();
	if (old)
		oe_joint_free(old);
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

/**
 * oe_group_drop_rules - a group loses all its rules
 * @group: the group
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_drop_rules(struct oe_group *group)
{
	enum oe_rule_kind kind;

	for (kind = 0; kind < OE_NR_RULES; kind++)
		oe_group_put_rule(group, kind, NULL);
	oe_group_put_joint(group, NULL);
}
