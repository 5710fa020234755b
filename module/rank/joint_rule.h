/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_JOINT_RULE_H
#define OE_JOINT_RULE_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "rank/cgroup_path.h"
#include "rank/exe.h"
#include "rank/group_rule.h"

/**
 * struct oe_joint_rule - a rule whose conditions must all be met
 * @asks: the sum of its &enum oe_condition; the others' fields are unused
 * @first_uid: in the initial user namespace
 * @last_uid: the same, included
 * @exe: the executable
 * @comm: a shell pattern, NULL if not asked for
 * @cgroup: the path of the cgroup
 * @path: that of the executable, as it was written
 */
struct oe_joint_rule {
	u8 asks;
	uid_t first_uid;
	uid_t last_uid;
	struct oe_exe exe;
	const char *comm;
	struct oe_cgroup_path cgroup;
	const char *path;
};

/**
 * struct oe_joint_rules - those of a group; replaced as a whole
 * @rcu: for freeing
 * @text: as written; parts of it are the names and paths of @rules
 * @nr_rules: how many there are
 * @rules: each with at least one condition
 */
struct oe_joint_rules {
	struct rcu_head rcu;
	char *text;
	unsigned int nr_rules;
	struct oe_joint_rule rules[];
};

struct oe_joint_rules *oe_joint_make(const char *text);
void oe_joint_free(struct oe_joint_rules *rules);
bool oe_joint_fits(const struct oe_joint_rule *rule,
		   const union oe_subject *subject);
bool oe_joint_matches(const struct oe_joint_rule *rule,
		      const union oe_subject *subject);
size_t oe_joint_show(const struct oe_joint_rules *rules, char *text,
		     size_t room);
bool oe_joint_asks(const struct oe_joint_rules *rules,
		   enum oe_condition condition);

#endif /* OE_JOINT_RULE_H */
