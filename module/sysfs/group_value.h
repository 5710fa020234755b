/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_GROUP_VALUE_H
#define OE_SYSFS_GROUP_VALUE_H

#include <linux/types.h>

struct oe_group;
struct oe_joint_rules;
struct oe_rule;

/* The files of groups/NAME/ that can be written, and have one value each. */
enum oe_group_file {
	OE_GROUP_RANK,
	OE_GROUP_PRECEDENCE,
	OE_GROUP_SIGNAL,
	OE_GROUP_TRUST,
	OE_GROUP_CGROUP,
	OE_GROUP_COMM,
	OE_GROUP_UID,
	OE_GROUP_RULES,
	OE_NR_GROUP_FILES,
};

/**
 * struct oe_group_value - a value for a file of a group
 * @file: the file
 * @number: if it is a number, a signal or a word
 * @text: as written, without its last newline; while it is parsed
 * @rule: if it is a rule of one condition, NULL for none
 * @joint: the rules of several conditions, NULL for none
 *
 * The rules are the value's until it is in force.
 */
struct oe_group_value {
	enum oe_group_file file;
	unsigned int number;
	const char *text;
	struct oe_rule *rule;
	struct oe_joint_rules *joint;
};

const char *oe_group_file_name(enum oe_group_file file);
const char *oe_group_trust_word(bool trusts_names);

int oe_group_value_parse(struct oe_group_value *value, enum oe_group_file file,
			 const char *text, size_t count);
void oe_group_value_put(struct oe_group_value *value, struct oe_group *group);
void oe_group_value_free(struct oe_group_value *value);

#endif /* OE_SYSFS_GROUP_VALUE_H */
