/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_CHANGE_RULE_H
#define OE_GROUP_CHANGE_RULE_H

#include "rank/group_rule.h"

struct oe_group;

int oe_group_set_rule(struct oe_group *group, enum oe_rule_kind kind,
		      const char *text);
int oe_group_show_rule(struct oe_group *group, enum oe_rule_kind kind,
		       char *text);
int oe_group_set_joint(struct oe_group *group, const char *text);
int oe_group_show_joint(struct oe_group *group, char *text);

#endif /* OE_GROUP_CHANGE_RULE_H */
