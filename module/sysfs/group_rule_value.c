// SPDX-License-Identifier: GPL-2.0-only
/*
 * Those values for a file of groups/NAME/ that are about rules.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include <uapi/oom_embedded.h>

#include "lib/parse.h"
#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/joint_rule.h"
#include "sysfs/group_rule_value.h"

static const char *const trust_words[] = { OOM_EMBEDDED_TRUST_WORDS };

/**
 * oe_group_rule_parse_trust - whom a rule by name protects
 * @value: its text; filled in
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_group_rule_parse_trust(struct oe_group_value *value)
{
	return oe_parse_word(value->text, trust_words, ARRAY_SIZE(trust_words),
			     &value->number);
}

static int parse_rule(struct oe_group_value *value, enum oe_rule_kind kind)
{
	struct oe_rule *rule = NULL;

	if (*value->text)
		rule = oe_rule_make(kind, value->text);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	value->rule = rule;
	return 0;
}

/**
 * oe_group_rule_parse_cgroup - a rule by cgroup
 * @value: its text; filled in
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_group_rule_parse_cgroup(struct oe_group_value *value)
{
	return parse_rule(value, OE_RULE_CGROUP);
}

/**
 * oe_group_rule_parse_comm - a rule by name
 * @value: its text; filled in
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_group_rule_parse_comm(struct oe_group_value *value)
{
	return parse_rule(value, OE_RULE_COMM);
}

/**
 * oe_group_rule_parse_uid - a rule by user
 * @value: its text; filled in
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_group_rule_parse_uid(struct oe_group_value *value)
{
	return parse_rule(value, OE_RULE_UID);
}

/**
 * oe_group_rule_parse_rules - rules of several conditions
 * @value: its text; filled in
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_group_rule_parse_rules(struct oe_group_value *value)
{
	struct oe_joint_rules *rules = oe_joint_make(value->text);

	if (IS_ERR(rules))
		return PTR_ERR(rules);
	value->joint = rules;
	return 0;
}

/**
 * oe_group_trust_word - the text of `trust`
 * @trusts_names: of the group
 *
 * Return: a constant string.
 */
const char *oe_group_trust_word(bool trusts_names)
{
	return trust_words[trusts_names];
}

/**
 * oe_group_rule_put - put a value in force
 * @value: parsed
 * @group: the group
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_rule_put(struct oe_group_value *value, struct oe_group *group)
{
	switch (value->file) {
	case OE_GROUP_TRUST:
		oe_group_trust_names(group, value->number);
		break;
	case OE_GROUP_CGROUP:
		oe_group_put_rule(group, OE_RULE_CGROUP, value->rule);
		break;
	case OE_GROUP_COMM:
		oe_group_put_rule(group, OE_RULE_COMM, value->rule);
		break;
	case OE_GROUP_UID:
		oe_group_put_rule(group, OE_RULE_UID, value->rule);
		break;
	default:
		oe_group_put_joint(group, value->joint);
	}
	value->rule = NULL;
	value->joint = NULL;
}

/**
 * oe_group_rule_drop - free the rules of a value
 * @value: parsed, in force or not
 *
 * Context: process context.
 */
void oe_group_rule_drop(struct oe_group_value *value)
{
	if (value->rule)
		oe_rule_free(value->rule);
	if (value->joint)
		oe_joint_free(value->joint);
}
