/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_CHANGE_RULE_H
#define OE_GROUP_CHANGE_RULE_H

#include "rank/group_rule.h"

struct oe_group;
struct oe_joint_rules;

/**
 * struct oe_rule_change - another rule for a group
 * @kind: which of its rules
 * @text: without a newline, "" clears; the caller's until the end
 * @rule: made of it, NULL for none; filled in
 * @made: the group has got it; filled in
 */
struct oe_rule_change {
	enum oe_rule_kind kind;
	const char *text;
	struct oe_rule *rule;
	bool made;
};

int oe_rule_change_prepare(struct oe_rule_change *change);
void oe_rule_change_make(struct oe_rule_change *change, struct oe_group *group);
void oe_rule_change_end(struct oe_rule_change *change);
int oe_group_show_rule(struct oe_group *group, enum oe_rule_kind kind,
		       char *text);
void oe_group_put_joint(struct oe_group *group, struct oe_joint_rules *rules);
int oe_group_show_joint(struct oe_group *group, char *text);

#endif /* OE_GROUP_CHANGE_RULE_H */
