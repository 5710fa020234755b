// SPDX-License-Identifier: GPL-2.0-only
/*
 * "group", "limit" and "cgroup": directories of the module that are made, filled
 * and removed by name.
 */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/change.h"
#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "cli/print/table.h"
#include "common/limit_create.h"
#include "common/limit_name.h"
#include "common/sysfs.h"
#include "common/words.h"
#include "uapi/oom_embedded.h"

enum {
	NAME_SIZE = OE_LIMIT_NAME_SIZE,
	KEYS_MAX = 8,
};

/**
 * struct kind - groups, limits, or watched cgroups
 * @dir: of the module
 * @noun: for messages
 * @name_key: how the name is called in a list
 * @keys: that can be set, NULL at the end
 * @columns: of the list; the first is the name
 * @nr_columns: of them
 * @has_pids: members can be named one by one
 * @resolve: turns what was typed into a name
 */
struct kind {
	const char *dir;
	const char *noun;
	const char *keys[KEYS_MAX];
	const struct table_column *columns;
	size_t nr_columns;
	bool has_pids;
	int (*resolve)(const char *typed, char *name);
};

/* --- names ----------------------------------------------------------------- */

static int resolve_name(const char *typed, char *name, const char *of)
{
	if (!oe_word_is_name(typed))
		return complain(
			EXIT_USAGE,
			"'%s' is no name of a %s: 1 to %d of a-z 0-9 _ -",
			typed, of, OOM_EMBEDDED_GROUP_NAME_MAX);
	snprintf(name, NAME_SIZE, "%s", typed);
	return EXIT_OK;
}

static int resolve_group(const char *typed, char *name)
{
	return resolve_name(typed, name, "group");
}

static int resolve_watch(const char *typed, char *name)
{
	return resolve_name(typed, name, "watched cgroup");
}

/* From the file, not by NSS, which a static program cannot have. */
static int uid_of_user(const char *user, unsigned long *uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;
	int found = 0;

	while (file && !found && (entry = fgetpwent(file)))
		if (!strcmp(entry->pw_name, user)) {
			*uid = entry->pw_uid;
			found = 1;
		}
	if (file)
		fclose(file);
	return found;
}

static int resolve_user(const char *typed, char *name)
{
	unsigned long uid = 0;

	if (oe_limit_name(typed, name))
		return EXIT_OK;
	if (!strcmp(typed, "0"))
		return complain(EXIT_REFUSED, "root cannot be limited");
	if (isdigit((unsigned char)*typed) || strchr(typed, ':'))
		return complain(
			EXIT_USAGE,
			"'%s' is no uid, no range of uids, no gid:GID and no cgroup:PATH",
			typed);
	if (!uid_of_user(typed, &uid))
		return complain(EXIT_NOT_FOUND,
				"there is no user '%s' in /etc/passwd", typed);
	if (!uid)
		return complain(EXIT_REFUSED, "root cannot be limited");
	snprintf(name, NAME_SIZE, "%lu", uid);
	return EXIT_OK;
}

static const struct table_column group_columns[] = {
	{ "name", false },   { "rank", true },	  { "nr_members", true },
	{ "signal", false }, { "cgroup", false }, { "comm", false },
	{ "uid", false },    { "trust", false },  { "precedence", true },
	{ "rules", false },
};

static const struct table_column limit_columns[] = {
	{ "uid", true },
	{ "max_kb", true },
	{ "rss_kb", true },
	{ "exceed_allowed_ms", true },
	{ "exceeded_ms", true },
	{ "left_ms", true },
	{ "term_timeout_ms", true },
	{ "signal", false },
	{ "nr_kills", true },
};

static const struct table_column cgroup_columns[] = {
	{ "name", false },
	{ "level", false },
	{ "available_kb", true },
	{ "limit_kb", true },
	{ "stall_percent", true },
	{ "warning_percent", true },
	{ "critical_percent", true },
	{ "imminent_oom_percent", true },
	{ "cgroup", false },
};

static const struct kind groups = {
	.dir = "groups",
	.noun = "group",
	.keys = { "rank", "cgroup", "comm", "uid", "signal", "trust", "rule",
		  "precedence" },
	.columns = group_columns,
	.nr_columns = sizeof(group_columns) / sizeof(*group_columns),
	.has_pids = true,
	.resolve = resolve_group,
};

static const struct kind limits = {
	.dir = "limits",
	.noun = "limit",
	.keys = { "max_kb", "exceed_allowed_ms", "refill_ms", "warn_ms",
		  "term_timeout_ms", "signal", "subordinate" },
	.columns = limit_columns,
	.nr_columns = sizeof(limit_columns) / sizeof(*limit_columns),
	.resolve = resolve_user,
};

static const struct kind cgroups = {
	.dir = "cgroups",
	.noun = "cgroup",
	.keys = { "cgroup", "warning_percent", "critical_percent",
		  "imminent_oom_percent" },
	.columns = cgroup_columns,
	.nr_columns = sizeof(cgroup_columns) / sizeof(*cgroup_columns),
	.resolve = resolve_watch,
};

/* --- list ------------------------------------------------------------------ */

/* Of the files only rules have several lines. */
static char *join_lines(char *value)
{
	for (char *end = value; (end = strchr(end, '\n'));)
		*end = ';';
	return value;
}

static void list_one(const struct kind *kind, const char *name,
		     struct table *table)
{
	size_t i;

	table_text(table, name);
	for (i = 1; i < kind->nr_columns; i++) {
		char file[OE_SYSFS_PATH_MAX];
		char value[OE_SYSFS_VALUE_MAX];

		snprintf(file, sizeof(file), "%s/%s/%s", kind->dir, name,
			 kind->columns[i].name);
		if (oe_sysfs_read(file, value, sizeof(value)) > 0)
			table_text(table, join_lines(value));
		else
			table_text(table, NULL);
	}
}

static int list_all(const struct kind *kind)
{
	struct table *table;
	char **names;
	size_t nr;
	size_t i;
	int err = oe_sysfs_list_dir(kind->dir, &names, &nr, 1);

	if (err == -ENOENT)
		return complain_absent(kind->dir);
	if (err)
		return complain_file(kind->dir, NULL, err);
	table = table_new(kind->dir, kind->columns, kind->nr_columns);
	for (i = 0; i < nr; i++)
		list_one(kind, names[i], table);
	table_end(table);
	oe_sysfs_free_names(names, nr);
	return EXIT_OK;
}

/* --- add, set, rm ---------------------------------------------------------- */

static bool has_key(const struct kind *kind, const char *key)
{
	size_t i;

	for (i = 0; i < KEYS_MAX && kind->keys[i]; i++)
		if (!strcmp(kind->keys[i], key))
			return true;
	return false;
}

static int unknown_key(const struct kind *kind, const char *key)
{
	char known[128] = "";
	size_t i;

	for (i = 0; i < KEYS_MAX && kind->keys[i]; i++) {
		strcat(known, " ");
		strcat(known, kind->keys[i]);
	}
	return complain(EXIT_USAGE, "a %s has no '%s'; it has%s%s", kind->noun,
			key, known, kind->has_pids ? " pid" : "");
}

/* "pid=12" makes it a member, "pid=-12" no longer. */
static int change_member(const struct kind *kind, const char *name,
			 const char *value, struct oe_changes *changes)
{
	bool out = *value == '-';
	char file[OE_SYSFS_PATH_MAX];
	char undo[32];
	unsigned long pid;
	char *end;

	pid = strtoul(value + out, &end, 10);
	if (!isdigit((unsigned char)value[out]) || *end || !pid ||
	    pid > 4194304)
		return complain(EXIT_USAGE, "'%s' is no pid", value);
	snprintf(file, sizeof(file), "%s/%s/pids", kind->dir, name);
	snprintf(undo, sizeof(undo), "%s%lu", out ? "" : "-", pid);
	oe_changes_add_line(changes, file, value, undo, NULL, false);
	return EXIT_OK;
}

/* "rule=..." may be said several times: together they are the group's rules. */
static int change_rules(const struct kind *kind, const char *name,
			const struct arguments *args,
			struct oe_changes *changes)
{
	static const char key[] = "rule=";
	char rules[OE_SYSFS_VALUE_MAX] = "";
	char file[OE_SYSFS_PATH_MAX];
	size_t used = 0;
	bool said = false;
	int err;

	for (int i = 2; i < args->argc && used < sizeof(rules); i++) {
		if (strncmp(args->argv[i], key, strlen(key)))
			continue;
		said = true;
		used += (size_t)snprintf(rules + used, sizeof(rules) - used,
					 "%s%s", used ? "\n" : "",
					 args->argv[i] + strlen(key));
	}
	if (!said)
		return EXIT_OK;
	if (used >= sizeof(rules))
		return complain(EXIT_USAGE, "too many rules");
	snprintf(file, sizeof(file), "%s/%s/rules", kind->dir, name);
	err = oe_changes_set(changes, file, rules);
	return err ? complain_file(file, NULL, err) : EXIT_OK;
}

static int change_key(const struct kind *kind, const char *name,
		      const char *word, struct oe_changes *changes)
{
	const char *value = strchr(word, '=');
	char file[OE_SYSFS_PATH_MAX];
	char key[32];
	int err;

	if (!value || value == word || value - word >= (long)sizeof(key))
		return complain(EXIT_USAGE, "'%s' is not KEY=VALUE", word);
	snprintf(key, sizeof(key), "%.*s", (int)(value - word), word);
	value++;
	if (kind->has_pids && !strcmp(key, "pid"))
		return change_member(kind, name, value, changes);
	if (!has_key(kind, key))
		return unknown_key(kind, key);
	if (!strcmp(key, "rule")) /* see change_rules() */
		return EXIT_OK;
	snprintf(file, sizeof(file), "%s/%s/%s", kind->dir, name, key);
	err = oe_changes_set(changes, file, value);
	return err ? complain_file(file, NULL, err) : EXIT_OK;
}

static bool is_there(const struct kind *kind, const char *name)
{
	char path[OE_SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", kind->dir, name);
	return !oe_sysfs_exists(path);
}

/* Words are KEY=VALUE, from the third on. */
static bool names_key(const struct arguments *args, const char *key)
{
	size_t length = strlen(key);

	for (int i = 2; i < args->argc; i++)
		if (!strncmp(args->argv[i], key, length) &&
		    args->argv[i][length] == '=')
			return true;
	return false;
}

static int create_one(const struct kind *kind, const char *name,
		      const struct arguments *args, struct oe_changes *changes)
{
	char note[OE_LIMIT_NOTE_SIZE];
	int err;

	if (kind != &limits)
		return oe_changes_create(changes, kind->dir, name);
	err = oe_limit_create(changes, name, names_key(args, "subordinate"),
			      note);
	if (*note)
		complain(EXIT_OK, "%s", note);
	return err;
}

static int make_changes(const struct kind *kind, const char *name, bool create,
			const struct arguments *args)
{
	struct oe_changes changes = {};
	int status = EXIT_OK;
	int i;

	if (create)
		create_one(kind, name, args, &changes);
	for (i = 2; status == EXIT_OK && i < args->argc; i++)
		status = change_key(kind, name, args->argv[i], &changes);
	if (status == EXIT_OK)
		status = change_rules(kind, name, args, &changes);
	if (status == EXIT_OK)
		status = changes_make(&changes);
	oe_changes_free(&changes);
	return status;
}

static int remove_one(const struct kind *kind, const char *name)
{
	char file[OE_SYSFS_PATH_MAX];
	int err;

	snprintf(file, sizeof(file), "%s/remove", kind->dir);
	err = oe_sysfs_write(file, name);
	return err ? complain_file(file, name, err) : EXIT_OK;
}

static int object_run(const struct kind *kind, const struct arguments *args)
{
	const char *verb = args->argv[0];
	bool is_add = !strcmp(verb, "add");
	char name[NAME_SIZE];
	int status;

	if (!strcmp(verb, "list") && args->argc == 1)
		return list_all(kind);
	if (!is_add && strcmp(verb, "set") && strcmp(verb, "rm"))
		return complain(EXIT_USAGE,
				"'%s': %s knows list, add, set and rm", verb,
				kind->noun);
	if (args->argc < 2 || (!strcmp(verb, "rm") && args->argc > 2) ||
	    (!strcmp(verb, "set") && args->argc < 3))
		return complain(
			EXIT_USAGE,
			"%s %s: wrong number of words; see \"oom-embedded %s --help\"",
			kind->noun, verb, kind->noun);
	status = kind->resolve(args->argv[1], name);
	if (status != EXIT_OK)
		return status;
	if (oe_sysfs_exists(kind->dir))
		return complain_absent(kind->dir);
	if (is_add && is_there(kind, name))
		return complain(
			EXIT_REFUSED,
			"there is a %s %s already; change it by \"%s set %s\"",
			kind->noun, name, kind->noun, name);
	if (!is_add && !is_there(kind, name))
		return complain(EXIT_NOT_FOUND,
				"there is no %s %s; make it by \"%s add %s\"",
				kind->noun, name, kind->noun, name);
	if (!strcmp(verb, "rm"))
		return remove_one(kind, name);
	return make_changes(kind, name, is_add, args);
}

/**
 * group_run - the command "group"
 * @args: list | add|set NAME [KEY=VALUE...] | rm NAME
 *
 * Return: an exit status.
 */
int group_run(const struct arguments *args)
{
	return object_run(&groups, args);
}

/**
 * limit_run - the command "limit"
 * @args: list | add|set USER [KEY=VALUE...] | rm USER
 *
 * Return: an exit status.
 */
int limit_run(const struct arguments *args)
{
	return object_run(&limits, args);
}

/**
 * cgroup_run - the command "cgroup"
 * @args: list | add|set NAME [KEY=VALUE...] | rm NAME
 *
 * Return: an exit status.
 */
int cgroup_run(const struct arguments *args)
{
	return object_run(&cgroups, args);
}
