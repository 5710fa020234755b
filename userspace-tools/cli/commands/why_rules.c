// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups that a process belongs to, and why their ranking does not count.
 *
 * The module says which ranking counts. The rest is judged here, for the reader,
 * by what the files show: a rule for an executable by the file that has the path
 * now, which can be another one than the module means.
 */
#include "cli/commands/why_rules.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/print/complain.h"
#include "common/proc.h"
#include "common/rule.h"
#include "common/sysfs.h"

enum {
	/* A condition counts more than all that follow it together. */
	ASKS_EXE = 8,
	ASKS_CGROUP = 4,
	ASKS_COMM = 2,
	ASKS_UID = 1,
};

/* --- conditions, as the module judges them ---------------------------------- */

static bool has_exe(const struct oe_proc *proc, const char *path)
{
	char link[PATH_MAX];
	struct stat own;
	struct stat st;

	snprintf(link, sizeof(link), "%s/%d/exe", oe_proc_root(), proc->pid);
	return !stat(link, &own) && !stat(path, &st) &&
	       own.st_dev == st.st_dev && own.st_ino == st.st_ino;
}

static bool is_below(const char *path, const char *cgroup)
{
	size_t length = strlen(cgroup);

	if (!strcmp(cgroup, "/"))
		return true;
	return !strncmp(path, cgroup, length) &&
	       (!path[length] || path[length] == '/');
}

/* Name by name: a pattern is for one of them. */
static bool is_below_pattern(const char *path, const char *pattern)
{
	char name[PATH_MAX];
	char wanted[PATH_MAX];

	for (pattern += strspn(pattern, "/"); *pattern;
	     pattern += strspn(pattern, "/")) {
		size_t length = strcspn(pattern, "/");

		snprintf(wanted, sizeof(wanted), "%.*s", (int)length, pattern);
		pattern += length;
		path += strspn(path, "/");
		length = strcspn(path, "/");
		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		path += length;
		if (!length || fnmatch(wanted, name, 0))
			return false;
	}
	return true;
}

static bool is_in_cgroup(const struct oe_proc *proc, const char *wanted)
{
	char path[PATH_MAX];

	if (oe_proc_cgroup(proc->pid, path, sizeof(path)))
		return false;
	return strpbrk(wanted, "*?[") ? is_below_pattern(path, wanted) :
					is_below(path, wanted);
}

static bool has_name(const struct oe_proc *proc, const char *pattern)
{
	return !fnmatch(pattern, proc->name, 0);
}

static bool is_user(const struct oe_proc *proc, const char *range)
{
	long long first;
	long long last;

	switch (sscanf(range, "%lld-%lld", &first, &last)) {
	case 1:
		return proc->uid == first;
	case 2:
		return proc->uid >= first && proc->uid <= last;
	default:
		return false;
	}
}

static const struct condition {
	const char *key;
	unsigned int asks;
	bool (*is_met)(const struct oe_proc *proc, const char *value);
} conditions[] = {
	{ "exe", ASKS_EXE, has_exe },
	{ "cgroup", ASKS_CGROUP, is_in_cgroup },
	{ "comm", ASKS_COMM, has_name },
	{ "uid", ASKS_UID, is_user },
};

enum {
	NR_CONDITIONS = sizeof(conditions) / sizeof(*conditions),
};

/* --- groups ----------------------------------------------------------------- */

static bool read_file(const char *group, const char *name, char *value)
{
	char file[OE_SYSFS_PATH_MAX];

	snprintf(file, sizeof(file), "groups/%s/%s", group, name);
	return oe_sysfs_read(file, value, OE_SYSFS_VALUE_MAX) > 0;
}

static bool is_listed(const char *group, int pid)
{
	char file[OE_SYSFS_PATH_MAX];
	bool found = false;
	char *text;
	char *save;
	char *line;

	snprintf(file, sizeof(file), "groups/%s/pids", group);
	if (oe_sysfs_read_list(file, &text, NULL))
		return false;
	for (line = strtok_r(text, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save))
		found = strtol(line, NULL, 10) == pid;
	free(text);
	return found;
}

/* How exact the rule is, if all its conditions are met. */
static unsigned int judge_rule(const struct oe_proc *proc, const char *rule,
			       size_t length)
{
	char value[OE_SYSFS_VALUE_MAX];
	unsigned int asks = 0;
	size_t i;

	for (i = 0; i < NR_CONDITIONS; i++) {
		if (!oe_rule_value(rule, length, conditions[i].key, value,
				   sizeof(value)))
			continue;
		if (!conditions[i].is_met(proc, value))
			return 0;
		asks |= conditions[i].asks;
	}
	return asks;
}

static bool is_trusted(const struct oe_proc *proc, const char *group,
		       long long rank, unsigned int asks)
{
	char trust[OE_SYSFS_VALUE_MAX];
	long long fallback;

	return asks & (ASKS_CGROUP | ASKS_UID) || !proc->uid ||
	       oe_sysfs_read_number("default_rank", &fallback) ||
	       rank >= fallback || !read_file(group, "trust", trust) ||
	       !strcmp(trust, "name");
}

/* A rule that is not trusted is noted only if no other one is met. */
static void prefer_rule(struct why_rule *best, const struct oe_proc *proc,
			unsigned int asks, const char *text)
{
	bool trusted = is_trusted(proc, best->group, best->rank, asks);

	if (best->asks && (best->trusted > trusted ||
			   (best->trusted == trusted && best->asks >= asks)))
		return;
	best->asks = asks;
	best->trusted = trusted;
	snprintf(best->text, sizeof(best->text), "%s", text);
}

/* The files cgroup, comm and uid. */
static void judge_files(struct why_rule *best, const struct oe_proc *proc)
{
	static const char *const words[NR_CONDITIONS][2] = {
		{ NULL, NULL },
		{ "its cgroup is ", ", or below" },
		{ "its name is ", "" },
		{ "its user is ", "" },
	};
	char value[OE_SYSFS_VALUE_MAX];
	char text[WHY_TEXT_SIZE];
	size_t i;

	for (i = 1; i < NR_CONDITIONS; i++) {
		if (!read_file(best->group, conditions[i].key, value) ||
		    !conditions[i].is_met(proc, value))
			continue;
		snprintf(text, sizeof(text), "%s%.100s%s", words[i][0], value,
			 words[i][1]);
		prefer_rule(best, proc, conditions[i].asks, text);
	}
}

static void judge_rules(struct why_rule *best, const struct oe_proc *proc)
{
	char rules[OE_SYSFS_VALUE_MAX];
	char text[WHY_TEXT_SIZE];
	const char *rest = rules;
	const char *rule;
	size_t length;
	int number = 0;

	if (!read_file(best->group, "rules", rules))
		return;
	while ((rule = oe_rule_next(&rest, &length))) {
		unsigned int asks = judge_rule(proc, rule, length);

		number++;
		snprintf(text, sizeof(text), "rule %d, %.*s", number,
			 (int)length, rule);
		if (asks)
			prefer_rule(best, proc, asks, text);
	}
}

static struct why_rule *add_rule(struct why_rule **rules, size_t *nr,
				 const struct why_rule *rule)
{
	*rules = must_have(reallocarray(*rules, *nr + 1, sizeof(**rules)));
	(*rules)[*nr] = *rule;
	return &(*rules)[(*nr)++];
}

static void judge_group(const char *group, const struct oe_proc *proc,
			struct why_rule **rules, size_t *nr)
{
	struct why_rule best = { .trusted = true };
	char file[OE_SYSFS_PATH_MAX];

	snprintf(best.group, sizeof(best.group), "%s", group);
	snprintf(file, sizeof(file), "groups/%s/rank", group);
	if (oe_sysfs_read_number(file, &best.rank))
		return;
	snprintf(file, sizeof(file), "groups/%s/precedence", group);
	if (oe_sysfs_read_number(file, &best.precedence))
		best.precedence = 0;
	if (is_listed(group, proc->pid)) {
		snprintf(best.text, sizeof(best.text),
			 "by its pid, or its parent was put there");
		add_rule(rules, nr, &best);
	}
	judge_files(&best, proc);
	judge_rules(&best, proc);
	if (best.asks)
		add_rule(rules, nr, &best);
}

/**
 * why_rules_find - the groups to which a process belongs
 * @proc: the process
 * @rules: the caller frees it; a group by pid and by rule is there twice
 *
 * Return: how many there are.
 */
size_t why_rules_find(const struct oe_proc *proc, struct why_rule **rules)
{
	char **names;
	size_t nr_groups;
	size_t nr = 0;
	size_t i;

	*rules = NULL;
	if (oe_sysfs_list_dir("groups", &names, &nr_groups, 1))
		return 0;
	for (i = 0; i < nr_groups; i++)
		judge_group(names[i], proc, rules, &nr);
	oe_sysfs_free_names(names, nr_groups);
	return nr;
}

static const char *passed_for_equal(const struct why_rule *rule,
				    const struct why_rule *winner)
{
	if (rule->precedence != winner->precedence)
		return rule->asks ?
			       "its rule is as exact, and the highest precedence counts" :
			       "another group by pid has a higher precedence";
	return rule->asks ?
		       "its rule is as exact, and the lowest ranking counts" :
		       "another group by pid has a lower ranking";
}

static bool is_heritage(const char *source)
{
	return !strcmp(source, "inherited") || !strcmp(source, "lost");
}

/**
 * why_rules_passed - why the ranking of a group does not count
 * @rule: of that group
 * @winner: the rule that counts, or NULL
 * @source: of the ranking that counts
 *
 * See the table in groups/<name>/rank of the ABI page.
 *
 * Return: words, or NULL if the module seems to judge otherwise.
 */
const char *why_rules_passed(const struct why_rule *rule,
			     const struct why_rule *winner, const char *source)
{
	if (!rule->trusted)
		return "it names no cgroup and no user, and so protects processes of root only (trust)";
	if (!strcmp(source, "explicit") || !strcmp(source, "self"))
		return "its own ranking counts first";
	if (!strcmp(source, "offered"))
		return "it has offered to be more expendable";
	if (is_heritage(source))
		return !rule->asks ?
			       "it has inherited a ranking, which counts more than a group by pid" :
		       rule->asks == ASKS_UID ?
			       "it has inherited a ranking, which counts more than a rule for the user only" :
			       NULL;
	if (!winner)
		return NULL;
	if (rule->asks == winner->asks)
		return passed_for_equal(rule, winner);
	if (!rule->asks)
		return "it has inherited a ranking, so a group by pid does not count";
	if (!winner->asks)
		return "a group by pid counts more than a rule";
	return rule->asks < winner->asks ? "its rule is less exact" : NULL;
}
