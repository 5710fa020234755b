// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of groups: whom they protect who should not be, and whom they do not
 * protect who should be.
 */
#include "cli/commands/check_groups.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands/findings.h"
#include "common/proc.h"
#include "common/rule.h"
#include "common/sysfs.h"

/**
 * struct names - the patterns of a group's rules that ask for nothing else
 * @pattern: each NUL terminated
 * @nr: of them
 */
struct names {
	char pattern[1 + 16][OE_SYSFS_VALUE_MAX];
	size_t nr;
};

static int read_key(const char *group, const char *key, char *value)
{
	char file[OE_SYSFS_PATH_MAX];

	snprintf(file, sizeof(file), "groups/%s/%s", group, key);
	return oe_sysfs_read(file, value, OE_SYSFS_VALUE_MAX);
}

/*
 * A process chooses by mounts what the link says, so this can be a process of
 * somebody else: it is a word of advice, and nothing follows from it.
 */
static void check_replaced(const char *group, const char *path)
{
	char link[OE_SYSFS_VALUE_MAX];
	size_t length = strlen(path);
	size_t nr;
	size_t i;
	int *pids;

	if (oe_proc_pids(&pids, &nr))
		return;
	for (i = 0; i < nr; i++) {
		struct oe_proc proc;

		if (oe_proc_exe(pids[i], link, sizeof(link)) ||
		    strncmp(link, path, length) ||
		    strcmp(link + length, " (deleted)") ||
		    oe_proc_read(pids[i], &proc))
			continue;
		findings_add(
			FINDING_WARNING, "replaced", "restart it",
			"%s/%d still executes the file that was %s before an upgrade: the rule of group %s is for the new one, once it is written again",
			proc.comm, pids[i], path, group);
	}
	free(pids);
}

static void check_executable(const char *group, const char *path)
{
	struct stat st;

	if (!stat(path, &st))
		check_replaced(group, path);
	else if (errno == ENOENT)
		findings_add(
			FINDING_WARNING, "executable",
			"write the rule again with the new path (\"oom-embedded apply\")",
			"group %s has a rule for %s, which does not exist: only processes that execute the old file match",
			group, path);
}

/* Notes a name that stands alone. */
static void read_rule(const char *group, const char *rule, size_t length,
		      struct names *names)
{
	char value[OE_SYSFS_VALUE_MAX];
	bool exact = oe_rule_value(rule, length, "exe", value, sizeof(value));

	if (exact)
		check_executable(group, value);
	exact = exact ||
		oe_rule_value(rule, length, "cgroup", value, sizeof(value)) ||
		oe_rule_value(rule, length, "uid", value, sizeof(value));
	if (!exact &&
	    names->nr < sizeof(names->pattern) / sizeof(*names->pattern))
		names->nr += oe_rule_value(rule, length, "comm",
					   names->pattern[names->nr],
					   sizeof(*names->pattern));
}

static void read_names(const char *group, struct names *names)
{
	char rules[OE_SYSFS_VALUE_MAX];
	const char *rest = rules;
	const char *rule;
	size_t length;

	names->nr = read_key(group, "comm", names->pattern[0]) > 0;
	if (read_key(group, "rules", rules) <= 0)
		return;
	while ((rule = oe_rule_next(&rest, &length)))
		read_rule(group, rule, length, names);
}

static bool has_name(const struct names *names, const struct oe_proc *proc)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!fnmatch(names->pattern[i], proc->name, 0))
			return true;
	return false;
}

/* The group protects by a name, and these processes only seem protected. */
static void check_strangers(const char *group, const struct names *names)
{
	size_t nr;
	size_t i;
	int *pids;

	if (!names->nr || oe_proc_pids(&pids, &nr))
		return;
	for (i = 0; i < nr; i++) {
		struct oe_proc proc;

		if (!oe_proc_read(pids[i], &proc) && proc.uid &&
		    !proc.is_kernel && has_name(names, &proc))
			findings_add(
				FINDING_NOTE, "not_trusted",
				"if it is the one that is meant, ask for its user (uid=) or cgroup, too",
				"%s/%d has a name that group %s protects, but it is a process of user %lld: that rule is for root's only",
				proc.comm, pids[i], group, proc.uid);
	}
	free(pids);
}

static void check_group(const char *group, long long default_rank)
{
	char value[OE_SYSFS_VALUE_MAX];
	struct names names = {};

	read_names(group, &names);
	if (read_key(group, "rank", value) <= 0 ||
	    strtoll(value, NULL, 10) >= default_rank ||
	    read_key(group, "trust", value) <= 0)
		return;
	if (strcmp(value, "name"))
		check_strangers(group, &names);
	else if (names.nr)
		findings_add(
			FINDING_WARNING, "trust",
			"ask for the user (uid=) or the cgroup, too, and set trust=root",
			"group %s protects by a name and trusts it: any user's process that takes the name %s is protected",
			group, names.pattern[0]);
}

/**
 * check_groups - look at the rules of groups
 */
void check_groups(void)
{
	long long default_rank;
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_read_number("default_rank", &default_rank) ||
	    oe_sysfs_list_dir("groups", &names, &nr, 1))
		return;
	for (i = 0; i < nr; i++)
		check_group(names[i], default_rank);
	oe_sysfs_free_names(names, nr);
}
