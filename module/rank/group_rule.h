/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_RULE_H
#define OE_GROUP_RULE_H

#include <linux/sched.h>
#include <linux/types.h>

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
 * union oe_subject - the properties of a process that rules look at
 * @cgroup: valid under RCU
 * @uid: in the initial user namespace
 * @comm: the leader's; the bytes after the NUL are undefined
 * @words: all of these, for hashing and comparing
 */
union oe_subject {
	struct {
		struct cgroup *cgroup;
		unsigned long uid;
		char comm[TASK_COMM_LEN];
	};
	unsigned long words[2 + TASK_COMM_LEN / sizeof(long)];
};

struct oe_rule *oe_rule_make(enum oe_rule_kind kind, const char *text);
void oe_rule_free(struct oe_rule *rule);
void oe_rule_bind_cgroup(struct oe_rule *rule, struct cgroup *cgroup,
			 const char *path);
bool oe_rule_matches(const struct oe_rule *rule,
		     const union oe_subject *subject);
int oe_rule_show(const struct oe_rule *rule, char *text);
void oe_subject_describe(union oe_subject *subject, struct task_struct *p);

#endif /* OE_GROUP_RULE_H */
