// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of groups: lookups without a lock, and changes that are safe for
 * them.
 */
#include "core.h"

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "rank/group_rule.h"
#include "rank/group_table.h"
#include "rank/name_index.h"
#include "rank/version.h"

struct oe_groups oe_groups = {
	.lock = __MUTEX_INITIALIZER(oe_groups.lock),
};

/**
 * oe_group_table_adjust - a count that lets readers skip the walk over the groups
 * @counter: in oe_groups, read without a lock
 * @was: is the thing that was there counted?
 * @is: and the one that is there now?
 *
 * Context: under oe_groups.lock.
 */
void oe_group_table_adjust(unsigned int *counter, bool was, bool is)
{
	lockdep_assert_held(&oe_groups.lock);
	WRITE_ONCE(*counter, *counter + is - was);
}

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
 * oe_group_table_set_rule - give a group another rule, or none
 * @group: the group
 * @kind: of the rule
 * @rule: the new one, or NULL; the old one is freed
 *
 * Context: under oe_groups.lock.
 */
void oe_group_table_set_rule(struct oe_group *group, enum oe_rule_kind kind,
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
 * oe_group_table_set_joint - give a group other rules of several conditions
 * @group: the group
 * @rules: the new ones, or NULL; the old ones are freed
 *
 * Context: under oe_groups.lock.
 */
void oe_group_table_set_joint(struct oe_group *group,
			      struct oe_joint_rules *rules)
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
