/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_GROUP_RULE_VALUE_H
#define OE_SYSFS_GROUP_RULE_VALUE_H

#include <linux/types.h>

#include "sysfs/types.h"

struct oe_group;

int oe_group_rule_parse_trust(struct oe_group_value *value);
int oe_group_rule_parse_cgroup(struct oe_group_value *value);
int oe_group_rule_parse_comm(struct oe_group_value *value);
int oe_group_rule_parse_uid(struct oe_group_value *value);
int oe_group_rule_parse_rules(struct oe_group_value *value);
const char *oe_group_trust_word(bool trusts_names);
#ifdef CONFIG_OE_GROUPS
void oe_group_rule_put(struct oe_group_value *value, struct oe_group *group);
void oe_group_rule_drop(struct oe_group_value *value);
#else
static inline void oe_group_rule_put(struct oe_group_value *value,
				     struct oe_group *group)
{
}

static inline void oe_group_rule_drop(struct oe_group_value *value)
{
}
#endif

#endif /* OE_SYSFS_GROUP_RULE_VALUE_H */
