// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of a group: they are replaced, and read back. They are made
 * without the lock, which allocates: a manager that changes a group in an OOM must
 * not wait for a writer that waits for memory.
 */
#include "core.h"

#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sysfs.h>

#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/group_rule.h"
#include "rank/group_table.h"

/**
 * oe_group_put_rule - replace a rule of one condition
 * @group: the group
 * @kind: of the rule
 * @rule: of oe_rule_make(), the group's from now on; NULL for none
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_put_rule(struct oe_group *group, enum oe_rule_kind kind,
		       struct oe_rule *rule)
{
	oe_group_table_set_rule(group, kind, rule);
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
