/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_RULE_H
#define OE_GROUP_RULE_H

#include <linux/sched.h>
#include <linux/types.h>

#include "rank/exe.h"

struct cgroup;
struct oe_rule;

/**
 * enum oe_rule_kind - the kinds of rules, in the order in which they count
 * @OE_RULE_CGROUP: they are in a cgroup v2 or below it
 * @OE_RULE_COMM: their leader's name matches a shell pattern
 * @OE_RULE_UID: their user is in a range
 * @OE_NR_RULES: how many there are
 */
enum oe_rule_kind {
	OE_RULE_CGROUP,
	OE_RULE_COMM,
	OE_RULE_UID,
	OE_NR_RULES,
};

/**
 * enum oe_condition - the conditions of a rule, a bit each
 * @OE_ASKS_UID: the user
 * @OE_ASKS_COMM: the name
 * @OE_ASKS_CGROUP: the cgroup
 * @OE_ASKS_EXE: the executable
 *
 * Of two rules the one with the greater sum is the more exact one.
 */
enum oe_condition {
	OE_ASKS_UID = 1,
	OE_ASKS_COMM = 2,
	OE_ASKS_CGROUP = 4,
	OE_ASKS_EXE = 8,
};

enum {
	OE_SUBJECT_WORDS =
		2 + (sizeof(struct oe_exe) + TASK_COMM_LEN) / sizeof(long),
};

/**
 * union oe_subject - the properties of a process that rules look at
 * @exe: zero if no rule asks for it
 * @cgroup: valid under RCU
 * @uid: in the initial user namespace
 * @comm: the leader's; the bytes after the NUL are undefined
 * @words: all of these, for hashing and comparing
 */
union oe_subject {
	struct {
		struct oe_exe exe;
		struct cgroup *cgroup;
		unsigned long uid;
		char comm[TASK_COMM_LEN];
	};
	unsigned long words[OE_SUBJECT_WORDS];
};

struct oe_rule *oe_rule_make(enum oe_rule_kind kind, const char *text);
void oe_rule_free(struct oe_rule *rule);
bool oe_rule_matches(const struct oe_rule *rule,
		     const union oe_subject *subject);
const char *oe_rule_pattern(const struct oe_rule *rule);
int oe_rule_show(const struct oe_rule *rule, char *text);
void oe_subject_describe(union oe_subject *subject, struct task_struct *p,
			 enum oe_exe_access access);

#endif /* OE_GROUP_RULE_H */
