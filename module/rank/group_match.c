// SPDX-License-Identifier: GPL-2.0-only
/*
 * The groups whose rules a process matches, and the one of them that counts.
 */
#include "core.h"

#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "rank/group.h"
#include "rank/group_rule.h"
#include "rank/group_table.h"
#include "rank/joint_rule.h"

/*
 * A name and an executable are a process's own choice. If they alone would
 * protect, only the administrator's processes match.
 */
static bool is_trusted(const struct oe_group *group, unsigned int asks,
		       const union oe_subject *subject)
{
	return asks & (OE_ASKS_CGROUP | OE_ASKS_UID) || !subject->uid ||
	       READ_ONCE(group->trusts_names) || /* oe_group_trust_names() */
	       READ_ONCE(group->rank) >= READ_ONCE(oe_config.default_rank);
}

static unsigned int match_single(const struct oe_group *group,
				 const union oe_subject *subject,
				 unsigned int least)
{
	static const u8 asks[OE_NR_RULES] = {
		[OE_RULE_CGROUP] = OE_ASKS_CGROUP,
		[OE_RULE_COMM] = OE_ASKS_COMM,
		[OE_RULE_UID] = OE_ASKS_UID,
	};
	const struct oe_rule *rule;
	enum oe_rule_kind kind;

	for (kind = 0; kind < OE_NR_RULES && asks[kind] >= least; kind++) {
		rule = rcu_dereference(group->rules[kind]);
		if (rule && is_trusted(group, asks[kind], subject) &&
		    oe_rule_matches(rule, subject))
			return asks[kind];
	}
	return 0;
}

static unsigned int match_joint(const struct oe_group *group,
				const union oe_subject *subject,
				unsigned int least)
{
	const struct oe_joint_rules *rules = rcu_dereference(group->joint);
	unsigned int best = 0;
	unsigned int i;

	for (i = 0; rules && i < rules->nr_rules; i++) {
		const struct oe_joint_rule *rule = &rules->rules[i];

		if (rule->asks > best && rule->asks >= least &&
		    is_trusted(group, rule->asks, subject) &&
		    oe_joint_matches(rule, subject))
			best = rule->asks;
	}
	return best;
}

/* How exact the group's most exact rule is; 0 if none so exact as @least fits. */
static unsigned int match_group(const struct oe_group *group,
				const union oe_subject *subject,
				unsigned int least)
{
	return max(match_single(group, subject, least),
		   match_joint(group, subject, least));
}

static bool fits_without_name(const struct oe_group *group,
			      const union oe_subject *subject)
{
	const struct oe_joint_rules *rules = rcu_dereference(group->joint);
	const struct oe_rule *rule;
	enum oe_rule_kind kind;
	unsigned int i;

	for (kind = 0; kind < OE_NR_RULES; kind++) {
		rule = rcu_dereference(group->rules[kind]);
		if (rule && kind != OE_RULE_COMM &&
		    oe_rule_matches(rule, subject))
			return true;
	}
	for (i = 0; rules && i < rules->nr_rules; i++)
		if (!(rules->rules[i].asks & OE_ASKS_COMM) &&
		    oe_joint_fits(&rules->rules[i], subject))
			return true;
	return false;
}

/**
 * oe_group_of_kind - the groups that can have a process by a rule that does not ask
 *	for its name
 * @subject: the process
 * @groups: a bit for each; OE_NR_GROUPS of them
 *
 * Context: under rcu_read_lock().
 */
void oe_group_of_kind(const union oe_subject *subject, unsigned long *groups)
{
	const struct oe_group *group;
	unsigned int i;

	bitmap_zero(groups, OE_NR_GROUPS);
	for (i = 0; (group = oe_group_table_next(&i));)
		if (fits_without_name(group, subject))
			__set_bit(group->index, groups);
}

/* As oe_group_table_next(), those of a set only. */
static const struct oe_group *next_in_set(const unsigned long *set,
					  unsigned int *i)
{
	const struct oe_group *group;

	for (;;) {
		*i = find_next_bit(set, OE_NR_GROUPS, *i);
		if (*i == OE_NR_GROUPS)
			return NULL;
		group = rcu_dereference(oe_groups.all[(*i)++]);
		if (group)
			return group;
	}
}

/**
 * oe_group_of_rules - the group that counts among those whose rule is matched
 * @subject: a process
 * @groups: those that are looked at, a bit each
 * @ranking: written if there is one
 *
 * Context: under rcu_read_lock().
 * Return: how exact the rule is, as a sum of &enum oe_condition; 0 if none is
 * matched.
 */
unsigned int oe_group_of_rules(const union oe_subject *subject,
			       const unsigned long *groups,
			       struct oe_ranking *ranking)
{
	const struct oe_group *first = NULL;
	const struct oe_group *group;
	unsigned int best = 0;
	unsigned int exact;
	unsigned int i;

	for (i = 0; (group = next_in_set(groups, &i));) {
		/* An equally exact rule is enough for a group that counts before. */
		bool more = !first || !oe_group_table_before(group, first);

		exact = match_group(group, subject, best + more);
		if (!exact)
			continue;
		best = exact;
		first = group;
	}
	if (first)
		*ranking = oe_group_table_ranking(first);
	return best;
}

/**
 * oe_group_describe - collect the properties that the rules look at
 * @subject: filled in
 * @p: any of the process's threads
 * @access: how its executable is read, if a rule asks for one
 *
 * Context: under rcu_read_lock(), as long as @subject is used.
 */
void oe_group_describe(union oe_subject *subject, struct task_struct *p,
		       enum oe_exe_access access)
{
	/* Written by oe_group_put_joint(). */
	if (!READ_ONCE(oe_groups.nr_exe_uses))
		access = OE_EXE_NONE;
	oe_subject_describe(subject, p, access);
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
	return match_group(group, subject, 1);
}
