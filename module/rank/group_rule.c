// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule of a group: a cgroup, a pattern of names or a range of users, and
 * whether a process matches it.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <uapi/oom_embedded.h>

#include "compat/compat.h"
#include "rank/cgroup_path.h"
#include "rank/cgroup.h"
#include "rank/group_rule.h"
#include "lib/parse.h"
#include "lib/pattern.h"

/**
 * struct oe_rule - a rule of a group; replaced as a whole
 * @rcu: for freeing
 * @kind: decides which of the fields below are used
 * @cgroup: the path of the cgroup
 * @first_uid: in the initial user namespace
 * @last_uid: the same, included
 * @text: the pattern
 */
struct oe_rule {
	struct rcu_head rcu;
	enum oe_rule_kind kind;
	union {
		struct oe_cgroup_path cgroup;
		struct {
			uid_t first_uid;
			uid_t last_uid;
		};
	};
	char text[];
};

static struct oe_rule *alloc_rule(enum oe_rule_kind kind, const char *text)
{
	size_t size = strlen(text) + 1;
	struct oe_rule *rule = kzalloc(sizeof(*rule) + size, GFP_KERNEL);

	if (!rule)
		return ERR_PTR(-ENOMEM);
	rule->kind = kind;
	memcpy(rule->text, text, size);
	return rule;
}

static struct oe_rule *make_uid_rule(const char *text)
{
	struct oe_rule *rule;
	uid_t first, last;
	int err;

	err = oe_parse_uid_range(text, &first, &last);
	if (err)
		return ERR_PTR(err);
	rule = alloc_rule(OE_RULE_UID, "");
	if (IS_ERR(rule))
		return rule;
	rule->first_uid = first;
	rule->last_uid = last;
	return rule;
}

static struct oe_rule *make_comm_rule(const char *text)
{
	if (strlen(text) >= OOM_EMBEDDED_PATTERN_MAX)
		return ERR_PTR(-EINVAL);
	return alloc_rule(OE_RULE_COMM, text);
}

static struct oe_rule *make_cgroup_rule(const char *text)
{
	struct oe_rule *rule = alloc_rule(OE_RULE_CGROUP, "");
	int err;

	if (IS_ERR(rule))
		return rule;
	err = oe_cgroup_path_make(&rule->cgroup, text);
	if (!err)
		return rule;
	kfree(rule);
	return ERR_PTR(err);
}

/**
 * oe_rule_make - a rule from its text
 * @kind: the kind
 * @text: without a newline
 *
 * Context: process context, may sleep and allocate.
 * Return: the caller's, for oe_rule_free(); or ERR_PTR of -EINVAL, -ERANGE,
 * -EOPNOTSUPP (the kernel lacks it), -ENOMEM.
 */
struct oe_rule *oe_rule_make(enum oe_rule_kind kind, const char *text)
{
	switch (kind) {
	case OE_RULE_CGROUP:
		return make_cgroup_rule(text);
	case OE_RULE_COMM:
		return make_comm_rule(text);
	case OE_RULE_UID:
		return make_uid_rule(text);
	default:
		return ERR_PTR(-EINVAL);
	}
}

static void free_rule(struct rcu_head *head)
{
	struct oe_rule *rule = container_of(head, struct oe_rule, rcu);

	if (rule->kind == OE_RULE_CGROUP)
		oe_cgroup_path_free(&rule->cgroup);
	kfree(rule);
}

/**
 * oe_rule_free - free a rule that can no longer be found
 * @rule: readers under RCU may still use it
 *
 * Context: any. rcu_barrier() before the module goes.
 */
void oe_rule_free(struct oe_rule *rule)
{
	call_rcu(&rule->rcu, free_rule);
}

/*
 * A child is in the task list before it is in its cgroup: until shortly before
 * it runs it stands in the root's. Such a child is judged as its parent, as which
 * it dies, too, while they share memory.
 */
static struct cgroup *cgroup_of(struct task_struct *p)
{
	struct cgroup *cgroup;

	p = p->group_leader;
	cgroup = oe_cgroup_of(p);
	if (READ_ONCE(p->__state) == TASK_NEW && oe_cgroup_is_root(cgroup))
		cgroup = oe_cgroup_of(rcu_dereference(p->real_parent));
	return cgroup;
}

/**
 * oe_subject_describe - collect the properties that rules look at
 * @subject: filled in
 * @p: any of the process's threads
 * @access: how its executable is read
 *
 * Context: under rcu_read_lock(), as long as @subject is used.
 */
void oe_subject_describe(union oe_subject *subject, struct task_struct *p,
			 enum oe_exe_access access)
{
	if (access == OE_EXE_NONE)
		subject->exe = (struct oe_exe){};
	else
		oe_exe_of(p, access, &subject->exe);
	subject->cgroup = cgroup_of(p);
	subject->uid = __kuid_val(__task_cred(p)->uid);
	/* Without the task lock: a torn read is terminated here. */
	memcpy(subject->comm, p->group_leader->comm, TASK_COMM_LEN);
	subject->comm[TASK_COMM_LEN - 1] = '\0';
}

/**
 * oe_rule_matches - does a process match a rule?
 * @rule: the rule
 * @subject: a process
 *
 * Context: under rcu_read_lock().
 * Return: true if so.
 */
bool oe_rule_matches(const struct oe_rule *rule,
		     const union oe_subject *subject)
{
	switch (rule->kind) {
	case OE_RULE_CGROUP:
		return oe_cgroup_path_matches(&rule->cgroup, subject->cgroup);
	case OE_RULE_COMM:
		return oe_pattern_matches(rule->text, subject->comm);
	case OE_RULE_UID:
		return subject->uid >= rule->first_uid &&
		       subject->uid <= rule->last_uid;
	default:
		return false;
	}
}

/**
 * oe_rule_pattern - the names that a rule asks for
 * @rule: the rule
 *
 * Return: a pattern for oe_pattern_matches(), or NULL if it asks for no name.
 */
const char *oe_rule_pattern(const struct oe_rule *rule)
{
	return rule->kind == OE_RULE_COMM ? rule->text : NULL;
}

/**
 * oe_rule_show - print a rule as it can be written
 * @rule: the rule
 * @text: a page
 *
 * Context: under rcu_read_lock().
 * Return: number of bytes written.
 */
int oe_rule_show(const struct oe_rule *rule, char *text)
{
	if (rule->kind == OE_RULE_CGROUP)
		return sysfs_emit(text, "%s\n",
				  oe_cgroup_path_text(&rule->cgroup));
	if (rule->kind == OE_RULE_COMM)
		return sysfs_emit(text, "%s\n", rule->text);
	if (rule->first_uid == rule->last_uid)
		return sysfs_emit(text, "%u\n", rule->first_uid);
	return sysfs_emit(text, "%u-%u\n", rule->first_uid, rule->last_uid);
}
