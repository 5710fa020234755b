// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules with several conditions. A rule is a line of words "KEY=VALUE":
 *
 *	exe=/usr/sbin/sshd cgroup=/system.slice/ssh.service comm=sshd uid=0
 *
 * In a value \xHH is a byte, as names are shown everywhere.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <uapi/oom_embedded.h>

#include "lib/parse.h"
#include "lib/pattern.h"
#include "rank/cgroup_path.h"
#include "rank/exe.h"
#include "rank/joint_rule.h"

static int set_comm(struct oe_joint_rule *rule, const char *value)
{
	if (strlen(value) >= OOM_EMBEDDED_PATTERN_MAX)
		return -EINVAL;
	/* The kernel keeps 15 bytes of a name: a longer one is nobody's. */
	if (!strpbrk(value, "*?[\\") && strlen(value) >= TASK_COMM_LEN)
		return -ENAMETOOLONG;
	rule->comm = value;
	return 0;
}

static int set_uid(struct oe_joint_rule *rule, const char *value)
{
	return oe_parse_uid_range(value, &rule->first_uid, &rule->last_uid);
}

static int set_exe(struct oe_joint_rule *rule, const char *value)
{
	rule->path = value;
	return oe_exe_find(value, &rule->exe);
}

static int set_cgroup(struct oe_joint_rule *rule, const char *value)
{
	return oe_cgroup_path_make(&rule->cgroup, value);
}

static const struct condition {
	const char *key;
	enum oe_condition asks;
	int (*set)(struct oe_joint_rule *rule, const char *value);
} conditions[] = {
	{ "exe", OE_ASKS_EXE, set_exe },
	{ "cgroup", OE_ASKS_CGROUP, set_cgroup },
	{ "comm", OE_ASKS_COMM, set_comm },
	{ "uid", OE_ASKS_UID, set_uid },
};

/* A word "KEY=VALUE", which is taken apart. */
static int add_condition(struct oe_joint_rule *rule, char *word)
{
	char *value = strchr(word, '=');
	unsigned int i;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!*value || oe_unescape(value))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(conditions); i++) {
		if (strcmp(word, conditions[i].key))
			continue;
		if (rule->asks & conditions[i].asks)
			return -EINVAL;
		rule->asks |= conditions[i].asks;
		return conditions[i].set(rule, value);
	}
	return -EINVAL;
}

static int parse_line(struct oe_joint_rule *rule, char *line)
{
	char *word;
	int err = 0;

	while (!err && (word = strsep(&line, " \t")))
		if (*word)
			err = add_condition(rule, word);
	return !err && !rule->asks ? -EINVAL : err;
}

/* False at the end, without a line. */
static bool next_line(char **text, char **line)
{
	do {
		*line = strsep(text, "\n");
	} while (*line && !**line);
	return *line;
}

static int parse_lines(struct oe_joint_rules *rules)
{
	char *text = rules->text;
	char *line;
	int err = 0;

	while (!err && next_line(&text, &line)) {
		if (rules->nr_rules == OOM_EMBEDDED_RULES_MAX)
			return -ENOSPC;
		err = parse_line(&rules->rules[rules->nr_rules++], line);
	}
	/* A group's rules can be read back in one page. */
	if (!err && oe_joint_show(rules, NULL, 0) >= PAGE_SIZE)
		err = -ENOSPC;
	return err;
}

static void free_rules(struct oe_joint_rules *rules)
{
	unsigned int i;

	for (i = 0; i < rules->nr_rules; i++)
		oe_cgroup_path_free(&rules->rules[i].cgroup);
	kfree(rules->text);
	kfree(rules);
}

/**
 * oe_joint_make - rules from their text
 * @text: a rule a line; empty lines are skipped
 *
 * Context: process context, may sleep and allocate.
 * Return: the caller's, for oe_joint_free(); NULL if there is no rule; or
 * ERR_PTR of -EINVAL, -ERANGE, -ENAMETOOLONG (no process can have that name),
 * -ENOSPC (too many), -EOPNOTSUPP (the kernel lacks it), -ENOMEM, or the errno
 * of the executable's look-up.
 */
struct oe_joint_rules *oe_joint_make(const char *text)
{
	struct oe_joint_rules *rules;
	int err;

	rules = kzalloc(struct_size(rules, rules, OOM_EMBEDDED_RULES_MAX),
			GFP_KERNEL);
	if (!rules)
		return ERR_PTR(-ENOMEM);
	rules->text = kstrdup(text, GFP_KERNEL);
	err = rules->text ? parse_lines(rules) : -ENOMEM;
	if (!err && rules->nr_rules)
		return rules;
	free_rules(rules);
	return ERR_PTR(err);
}

static void free_rcu_rules(struct rcu_head *head)
{
	free_rules(container_of(head, struct oe_joint_rules, rcu));
}

/**
 * oe_joint_free - free rules that can no longer be found
 * @rules: readers under RCU may still use them
 *
 * Context: any. rcu_barrier() before the module goes.
 */
void oe_joint_free(struct oe_joint_rules *rules)
{
	call_rcu(&rules->rcu, free_rcu_rules);
}

/**
 * oe_joint_fits - does a process match a rule but for its name?
 * @rule: the rule
 * @subject: the process
 *
 * Context: under rcu_read_lock(), also the OOM path; takes no lock.
 * Return: true if so.
 */
bool oe_joint_fits(const struct oe_joint_rule *rule,
		   const union oe_subject *subject)
{
	/* The cheap ones first. */
	if (rule->asks & OE_ASKS_UID &&
	    (subject->uid < rule->first_uid || subject->uid > rule->last_uid))
		return false;
	if (rule->asks & OE_ASKS_EXE &&
	    !oe_exe_is_same(&rule->exe, &subject->exe))
		return false;
	return !(rule->asks & OE_ASKS_CGROUP) ||
	       oe_cgroup_path_matches(&rule->cgroup, subject->cgroup);
}

/**
 * oe_joint_matches - does a process match a rule?
 * @rule: the rule
 * @subject: the process
 *
 * Context: under rcu_read_lock(), also the OOM path; takes no lock.
 * Return: true if so.
 */
bool oe_joint_matches(const struct oe_joint_rule *rule,
		      const union oe_subject *subject)
{
	return oe_joint_fits(rule, subject) &&
	       (!(rule->asks & OE_ASKS_COMM) ||
		oe_pattern_matches(rule->comm, subject->comm));
}

/**
 * oe_joint_asks - does any of the rules have a condition?
 * @rules: the rules, or NULL
 * @condition: the condition
 *
 * Return: true if so.
 */
bool oe_joint_asks(const struct oe_joint_rules *rules,
		   enum oe_condition condition)
{
	unsigned int i;

	for (i = 0; rules && i < rules->nr_rules; i++)
		if (rules->rules[i].asks & condition)
			return true;
	return false;
}

/* As scnprintf(), but counts what has no room, too. */
struct output {
	char *text;
	size_t room;
	size_t length;
	bool in_line; /* the line has a word already */
};

static __printf(2, 3) void add_text(struct output *out, const char *format, ...)
{
	size_t left = out->room > out->length ? out->room - out->length : 0;
	va_list args;

	va_start(args, format);
	out->length += vsnprintf(left ? out->text + out->length : NULL, left,
				 format, args);
	va_end(args);
}

static void add_key(struct output *out, const char *key)
{
	add_text(out, "%s%s=", out->in_line ? " " : "", key);
	out->in_line = true;
}

static void add_value(struct output *out, const char *key, const char *value)
{
	char escaped[8];
	char byte[2] = {};

	add_key(out, key);
	for (; *value; value++) {
		byte[0] = *value;
		add_text(out, "%s", oe_escape(escaped, sizeof(escaped), byte));
	}
}

static void show_rule(struct output *out, const struct oe_joint_rule *rule)
{
	if (rule->asks & OE_ASKS_EXE)
		add_value(out, "exe", rule->path);
	if (rule->asks & OE_ASKS_CGROUP)
		add_value(out, "cgroup", oe_cgroup_path_text(&rule->cgroup));
	if (rule->asks & OE_ASKS_COMM)
		add_value(out, "comm", rule->comm);
	if (rule->asks & OE_ASKS_UID) {
		add_key(out, "uid");
		add_text(out, "%u", rule->first_uid);
		if (rule->first_uid != rule->last_uid)
			add_text(out, "-%u", rule->last_uid);
	}
	add_text(out, "\n");
	out->in_line = false;
}

/**
 * oe_joint_show - print rules as they can be written
 * @rules: the rules
 * @text: the result
 * @room: there, with the NUL; 0 to count only
 *
 * Context: any that keeps @rules.
 * Return: number of bytes that it takes, without the NUL.
 */
size_t oe_joint_show(const struct oe_joint_rules *rules, char *text,
		     size_t room)
{
	struct output out = { .text = text, .room = room };
	unsigned int i;

	for (i = 0; i < rules->nr_rules; i++)
		show_rule(&out, &rules->rules[i]);
	return out.length;
}
