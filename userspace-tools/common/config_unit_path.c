// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cgroup of a unit of systemd, as a rule of the module. A unit has the cgroup /SLICE/UNIT; the
 * name of a slice tells those above it: a-b.slice is below a.slice.
 */
#include "common/config_unit_path.h"

#include <stdio.h>
#include <string.h>

#include "common/config_unit.h"

enum {
	UNIT_SIZE = 256,
	RULE_BYTE = 4, /* "\xHH" */
};

/* Types of units that have processes. */
static const char *const types[] = { ".service", ".slice", ".scope",
				     ".socket",	 ".mount", ".swap" };

static bool has_suffix(const char *unit, const char *suffix)
{
	size_t length = strlen(unit);

	return length > strlen(suffix) &&
	       !strcmp(unit + length - strlen(suffix), suffix);
}

/* "*" and "?" are none of systemd's characters: they make a pattern of units. */
static bool is_unit(const char *unit)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789:_.@-\\*?";
	size_t i = 0;

	while (i < sizeof(types) / sizeof(*types) &&
	       !has_suffix(unit, types[i]))
		i++;
	return i < sizeof(types) / sizeof(*types) && strlen(unit) < UNIT_SIZE &&
	       strspn(unit, characters) == strlen(unit) && *unit != '.';
}

/* False if there is no room. */
static bool add_text(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	return snprintf(text + used, size - used, "%s", more) <
	       (int)(size - used);
}

/*
 * A name that could be a file of the cgroup has "_" before it, as systemd does it: "memory.service" is
 * "_memory.service".
 */
static bool add_name(char *path, size_t size, const char *name)
{
	static const char *const controllers[] = {
		"cgroup.", "cpu.",  "cpuacct.", "cpuset.",	"io.",
		"blkio.",  "pids.", "memory.",	"devices.",	"hugetlb.",
		"rdma.",   "misc.", "freezer.", "bpf-firewall."
	};
	bool escape = *name == '_' || *name == '.';

	for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++)
		escape |=
			!strncmp(name, controllers[i], strlen(controllers[i]));
	return add_text(path, size, escape ? "/_" : "/") &&
	       add_text(path, size, name);
}

/* "a-b.slice" is "/a.slice/a-b.slice", and "-.slice" the root. */
static bool add_slice(char *path, size_t size, const char *slice)
{
	const char *end = slice + strlen(slice) - strlen(".slice");
	char name[UNIT_SIZE + sizeof(".slice")];

	if (!strcmp(slice, "-.slice"))
		return true;
	for (const char *at = slice; at <= end; at++) {
		if (*at != '-' && at != end)
			continue;
		if (at == slice || at[-1] == '-')
			return false;
		snprintf(name, sizeof(name), "%.*s.slice", (int)(at - slice),
			 slice);
		if (!add_name(path, size, name))
			return false;
	}
	return true;
}

/*
 * The slice that systemd takes if a unit names none: "foo-bar@1.service" is in "system-foo\x2dbar.slice", all
 * else in "system.slice".
 */
static void default_slice(const char *unit, char *slice, size_t size)
{
	const char *at = strchr(unit, '@');

	snprintf(slice, size, at ? "system-" : "system");
	for (; at && unit < at; unit++) {
		char one[2] = { *unit };

		if (*unit == '-')
			add_text(slice, size, "\\x2d");
		else
			add_text(slice, size, *unit == '\\' ? "\\x5c" : one);
	}
	add_text(slice, size, ".slice");
}

/* A template is all its instances: "foo@.service" is "foo@*.service". */
static void add_instances(const char *unit, char *name, size_t size)
{
	const char *at = strstr(unit, "@.");
	int length = at ? (int)(at - unit) + 1 : (int)strlen(unit);

	snprintf(name, size, "%.*s%s%s", length, unit, at ? "*" : "",
		 unit + length);
}

static bool find_path(const char *unit, char *path, size_t size)
{
	char slice[2 * UNIT_SIZE];
	char name[UNIT_SIZE + 1];

	*path = '\0';
	if (has_suffix(unit, ".slice"))
		return add_slice(path, size, unit);
	default_slice(unit, slice, sizeof(slice));
	oe_unit_setting(unit, "Slice", slice, sizeof(slice));
	add_instances(unit, name, sizeof(name));
	return is_unit(slice) && has_suffix(slice, ".slice") &&
	       !strpbrk(slice, "*?") && add_slice(path, size, slice) &&
	       add_name(path, size, name);
}

/**
 * oe_unit_rule - the rule for the processes of a unit
 * @unit: of systemd, as "foo.service", "a-b.slice", "foo@.service" for all instances of a template, or
 *	"updater-*.service" for all units of such names
 * @rule: gets the rule, as in groups/NAME/rules
 * @size: of @rule
 *
 * Slice= of the unit's files counts. The unit need not exist, now or at all.
 *
 * Return: true; false if that is no name of a unit that has processes, or if its Slice= is no slice.
 */
bool oe_unit_rule(const char *unit, char *rule, size_t size)
{
	char path[4 * UNIT_SIZE];
	bool is_pattern;
	size_t used;

	if (!is_unit(unit) || !find_path(unit, path, sizeof(path)))
		return false;
	is_pattern = strpbrk(path, "*?");
	used = (size_t)snprintf(rule, size, "cgroup=%s", *path ? "" : "/");
	for (const char *at = path; *at; at++) {
		if (used + 2 * RULE_BYTE >= size)
			return false;
		/* In a rule \x5c is a backslash, and in a pattern that quotes. */
		if (*at == '\\')
			used += (size_t)snprintf(rule + used, size - used,
						 is_pattern ? "\\x5c\\x5c" :
							      "\\x5c");
		else
			rule[used++] = *at;
	}
	rule[used] = '\0';
	return true;
}
