/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_CHANGE_RULE_H
#define OE_GROUP_CHANGE_RULE_H

#include "rank/group_rule.h"

struct oe_group;
struct oe_joint_rules;

void oe_group_put_rule(struct oe_group *group, enum oe_rule_kind kind,
		       struct oe_rule *rule);
int oe_group_show_rule(struct oe_group *group, enum oe_rule_kind kind,
		       char *text);
void oe_group_put_joint(struct oe_group *group, struct oe_joint_rules *rules);
int oe_group_show_joint(struct oe_group *group, char *text);
#ifdef CONFIG_OE_GROUPS
void oe_group_drop_rules(struct oe_group *group);
#else
static inline void oe_group_drop_rules(struct oe_group *group)
{
}
#endif

#endif /* OE_GROUP_CHANGE_RULE_H */
