// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of groups: whom they protect who should not be, and whom they do not
 * protect who should be.
 */
#include "cli/commands/check_groups.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands/findings.h"
#include "common/proc.h"
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

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ?
		       tolower((unsigned char)c) - 'a' + 10 :
		       -1;
}

/* The module writes a byte as \xHH; anything else stands for itself. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; to++) {
		if (text[0] == '\\' && text[1] == 'x' &&
		    hex_digit(text[2]) >= 0 && hex_digit(text[3]) >= 0) {
			*to = (char)(hex_digit(text[2]) * 16 +
				     hex_digit(text[3]));
			text += 4;
		} else {
			*to = *text++;
		}
	}
	*to = '\0';
}

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

static void check_executable(const char *group, const char *escaped)
{
	char path[OE_SYSFS_VALUE_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s", escaped);
	unescape(path);
	if (!stat(path, &st))
		check_replaced(group, path);
	else if (errno == ENOENT)
		findings_add(
			FINDING_WARNING, "executable",
			"write the rule again with the new path (\"oom-embedded apply\")",
			"group %s has a rule for %s, which does not exist: only processes that execute the old file match",
			group, escaped);
}

/* A line of "rules"; taken apart. Notes a name that stands alone. */
static void read_rule(const char *group, char *line, struct names *names)
{
	const char *comm = NULL;
	bool exact = false;
	char *save;
	char *word;

	for (word = strtok_r(line, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		if (!strncmp(word, "comm=", 5))
			comm = word + 5;
		else if (!strncmp(word, "exe=", 4))
			check_executable(group, word + 4);
		exact = exact || strncmp(word, "comm=", 5);
	}
	if (!comm || exact ||
	    names->nr == sizeof(names->pattern) / sizeof(*names->pattern))
		return;
	snprintf(names->pattern[names->nr], sizeof(*names->pattern), "%s",
		 comm);
	unescape(names->pattern[names->nr++]);
}

static void read_names(const char *group, struct names *names)
{
	char rules[OE_SYSFS_VALUE_MAX];
	char *save;
	char *line;

	names->nr = read_key(group, "comm", names->pattern[0]) > 0;
	if (read_key(group, "rules", rules) <= 0)
		return;
	for (line = strtok_r(rules, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		read_rule(group, line, names);
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
	struct names names;

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
