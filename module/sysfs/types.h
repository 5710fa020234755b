/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value for a file of a group, for every file of sysfs/ that takes part in it.
 */
#ifndef OE_SYSFS_TYPES_H
#define OE_SYSFS_TYPES_H

struct oe_joint_rules;
struct oe_rule;

/* The files of groups/NAME/ that can be written, and have one value each. */
enum oe_group_file {
	OE_GROUP_RANK,
	OE_GROUP_PRECEDENCE,
	OE_GROUP_SIGNAL,
#ifdef CONFIG_OE_GROUPS
	OE_GROUP_TRUST,
	OE_GROUP_CGROUP,
	OE_GROUP_COMM,
	OE_GROUP_UID,
	OE_GROUP_RULES,
#endif
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

#endif /* OE_SYSFS_TYPES_H */
