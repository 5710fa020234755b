/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of rank_kunit.c: groups, as far as rankings ask for them.
 */
#ifndef OE_RULE_STUB_H
#define OE_RULE_STUB_H

/* Group N has the ranking N. */
bool oe_group_of_members(const unsigned long *groups,
			 struct oe_ranking *ranking)
{
	unsigned int group = find_first_bit(groups, OE_NR_GROUPS);

	if (group == OE_NR_GROUPS)
		return false;
	*ranking = (struct oe_ranking){
		.rank = group,
		.source = OE_SOURCE_GROUP,
		.group = group,
	};
	return true;
}

/*
 * Every process matches a rule so exact; none if that is 0. The one group that can
 * be walked to is the one with this signal, if that is not 0.
 */
static struct {
	unsigned int exact;
	struct oe_ranking ranking;
	int signal;
	bool matches; /* that group's rule */
} rule_stub;

unsigned int oe_group_pass_judge(struct task_struct *p,
				 enum oe_exe_access access,
				 struct oe_ranking *ranking)
{
	*ranking = rule_stub.ranking;
	return rule_stub.exact;
}

/* For ranking.c: group_kunit.c has the real one. */
static bool any_stub_rule(void)
{
	return rule_stub.exact;
}

void oe_group_describe(union oe_subject *subject, struct task_struct *p,
		       enum oe_exe_access access)
{
	subject->uid = 4711;
}

bool oe_group_has_by_rule(const struct oe_group *group,
			  const union oe_subject *subject)
{
	return rule_stub.matches && subject->uid == 4711;
}

unsigned int oe_group_index(const struct oe_group *group)
{
	return 0;
}

int oe_group_signal(const struct oe_group *group)
{
	return rule_stub.signal;
}

const struct oe_group *oe_group_next(unsigned int *index)
{
	if (!rule_stub.signal || (*index)++)
		return NULL;
	return (const struct oe_group *)&rule_stub;
}

#endif /* OE_RULE_STUB_H */
