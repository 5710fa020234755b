// SPDX-License-Identifier: GPL-2.0-only
/*
 * The subordinate users of a limit, from /etc/subuid: what runs in a user's containers is the user's.
 * The subordinate groups of a limit of a group, from /etc/subgid. Files, and not NSS, which a static
 * program cannot have, and which may wait for a server.
 */
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/change.h"
#include "common/limit_create.h"
#include "common/sysfs.h"

enum {
	LINE_SIZE = 256,
	NAME_SIZE = 64,
	PATH_SIZE = 256,
	SUBORDINATE_MAX = 7,
};

static const char GROUP[] = "gid:";
static const unsigned long long ID_MAX = 4294967294ULL;

struct range {
	unsigned long long first;
	unsigned long long last;
};

struct owner {
	unsigned long long uid;
	char name[NAME_SIZE];
};

/*
 * @ids: those of the limit
 * @is_group: of groups
 * @owner: users of /etc/passwd that the limit is about: by their number, or by their first group
 * @range: what was found
 * @has_stranger: a line is of a user that is not in /etc/passwd
 */
struct search {
	struct range ids;
	bool is_group;
	struct owner *owner;
	size_t nr_owners;
	struct range *range;
	size_t nr_ranges;
	bool has_stranger;
};

static bool is_within(const struct range *range, unsigned long long id)
{
	return range->first <= id && id <= range->last;
}

static FILE *open_file(const char *name)
{
	const char *dir = secure_getenv("OOM_EMBEDDED_ETC");
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : "/etc", name);
	return fopen(path, "re");
}

/*
 * The digits at @text, at most ten of them as in an ID; the end of them. No sscanf(): with a C library
 * that is linked in, it is 120 kB.
 */
static const char *read_id(const char *text, unsigned long long *id)
{
	size_t length = strspn(text, "0123456789");

	*id = length && length <= 10 ? strtoull(text, NULL, 10) : 0;
	return text + length;
}

/* The IDs in the name of a limit; false if it is that of a cgroup. */
static bool read_name(struct search *search, const char *name)
{
	const char *end;

	search->is_group = !strncmp(name, GROUP, strlen(GROUP));
	if (search->is_group)
		name += strlen(GROUP);
	end = read_id(name, &search->ids.first);
	search->ids.last = search->ids.first;
	if (*end == '-')
		end = read_id(end + 1, &search->ids.last);
	return search->ids.first && !*end;
}

static bool add_owner(struct search *search, const struct passwd *entry)
{
	struct owner *owner = reallocarray(search->owner, search->nr_owners + 1,
					   sizeof(*owner));

	if (!owner)
		return false;
	search->owner = owner;
	owner += search->nr_owners++;
	owner->uid = entry->pw_uid;
	snprintf(owner->name, sizeof(owner->name), "%s", entry->pw_name);
	return true;
}

static bool add_range(struct search *search, unsigned long long first,
		      unsigned long long last)
{
	struct range *range = reallocarray(search->range, search->nr_ranges + 1,
					   sizeof(*range));

	if (!range)
		return false;
	search->range = range;
	range += search->nr_ranges++;
	range->first = first;
	range->last = last;
	return true;
}

static bool find_owners(struct search *search)
{
	FILE *file = open_file("passwd");
	const struct passwd *entry;
	bool ok = true;

	while (file && ok && (entry = fgetpwent(file)))
		if (is_within(&search->ids,
			      search->is_group ? entry->pw_gid : entry->pw_uid))
			ok = add_owner(search, entry);
	if (file)
		fclose(file);
	return ok;
}

static bool is_in_passwd(const char *name)
{
	FILE *file = open_file("passwd");
	const struct passwd *entry;
	bool found = false;

	while (file && !found && (entry = fgetpwent(file)))
		found = !strcmp(entry->pw_name, name);
	if (file)
		fclose(file);
	return found;
}

/* @whose: the name or number of a user. */
static bool is_owner(const struct search *search, const char *whose)
{
	unsigned long long uid;
	bool is_number = !*read_id(whose, &uid);

	if (is_number && !search->is_group && is_within(&search->ids, uid))
		return true;
	for (size_t i = 0; i < search->nr_owners; i++)
		if (!strcmp(search->owner[i].name, whose) ||
		    (is_number && search->owner[i].uid == uid))
			return true;
	return false;
}

/* Could @whose be the user of the limit, by a name that /etc/passwd does not have? */
static bool is_stranger(const struct search *search, const char *whose)
{
	unsigned long long uid;

	return !search->is_group && !search->nr_owners &&
	       !search->has_stranger && *read_id(whose, &uid) &&
	       !is_in_passwd(whose);
}

/* "USER:FIRST:COUNT"; false without memory. Another line counts for nobody. */
static bool read_line(struct search *search, const char *line)
{
	size_t length = strcspn(line, ":");
	unsigned long long first;
	unsigned long long count;
	char whose[NAME_SIZE];
	const char *end;

	if (line[length] != ':' || !length || length >= sizeof(whose))
		return true;
	snprintf(whose, sizeof(whose), "%.*s", (int)length, line);
	end = read_id(line + length + 1, &first);
	if (*end != ':')
		return true;
	end = read_id(end + 1, &count);
	if (*end || !first || !count || first + count - 1 > ID_MAX)
		return true;
	if (!is_owner(search, whose)) {
		search->has_stranger |= is_stranger(search, whose);
		return true;
	}
	return add_range(search, first, first + count - 1);
}

static bool find_ranges(struct search *search)
{
	FILE *file = open_file(search->is_group ? "subgid" : "subuid");
	char line[LINE_SIZE];
	bool continues = false;
	bool ok = true;

	while (file && ok && fgets(line, sizeof(line), file)) {
		bool whole = line[strcspn(line, "\n")] || feof(file);

		line[strcspn(line, "\n")] = '\0';
		/* No line that counts is as long. */
		if (whole && !continues)
			ok = read_line(search, line);
		continues = !whole;
	}
	if (file)
		fclose(file);
	return ok;
}

static int compare_ranges(const void *one, const void *other)
{
	const struct range *a = one;
	const struct range *b = other;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* Ranges that overlap or follow each other become one: those of several users often do. */
static void merge_ranges(struct search *search)
{
	struct range *range = search->range;
	size_t nr = 0;

	if (!search->nr_ranges)
		return;
	qsort(range, search->nr_ranges, sizeof(*range), compare_ranges);
	for (size_t i = 1; i < search->nr_ranges; i++) {
		if (range[i].first > range[nr].last + 1)
			range[++nr] = range[i];
		else if (range[i].last > range[nr].last)
			range[nr].last = range[i].last;
	}
	search->nr_ranges = nr + 1;
}

static int set_ranges(const struct search *search, struct oe_changes *changes,
		      const char *name)
{
	char ranges[OE_SYSFS_VALUE_MAX];
	char file[OE_SYSFS_PATH_MAX];
	size_t used = 0;

	for (size_t i = 0; i < search->nr_ranges && i < SUBORDINATE_MAX; i++)
		used += (size_t)snprintf(ranges + used, sizeof(ranges) - used,
					 "%s%llu-%llu", i ? " " : "",
					 search->range[i].first,
					 search->range[i].last);
	snprintf(file, sizeof(file), "limits/%s/subordinate", name);
	return used ? oe_changes_set(changes, file, ranges) : 0;
}

/* Users or groups that are left out. */
static void tell_missing(const struct search *search, const char *name,
			 char *note)
{
	const char *file = search->is_group ? "/etc/subgid" : "/etc/subuid";

	if (search->nr_ranges > SUBORDINATE_MAX)
		snprintf(
			note, OE_LIMIT_NOTE_SIZE,
			"limit %s: %s has %zu ranges for it, of which %d count: \"subordinate\" says which",
			name, file, search->nr_ranges, SUBORDINATE_MAX);
	else if (!search->nr_ranges && search->has_stranger)
		snprintf(
			note, OE_LIMIT_NOTE_SIZE,
			"limit %s: not in /etc/passwd, and %s has a name that is not there either: if both are the same user, its containers count only if \"subordinate\" is set",
			name, file);
}

static int add_subordinate(struct oe_changes *changes, const char *name,
			   char *note)
{
	struct search search = {};
	int err = -ENOMEM;

	if (!read_name(&search, name))
		return 0;
	if (find_owners(&search) && find_ranges(&search)) {
		merge_ranges(&search);
		tell_missing(&search, name, note);
		err = set_ranges(&search, changes, name);
	}
	free(search.owner);
	free(search.range);
	return err;
}

/**
 * oe_limit_create - a limit is to be there, about subordinate users, too
 * @changes: the set
 * @name: of oe_limit_name(); if there is such a limit it gets these users only
 * @has_subordinate: they are said by a setting of their own
 * @note: of OE_LIMIT_NOTE_SIZE: a sentence about what is left out, or empty
 *
 * Return: 0 or a negative errno.
 */
int oe_limit_create(struct oe_changes *changes, const char *name,
		    bool has_subordinate, char *note)
{
	int err = oe_changes_create(changes, "limits", name);

	*note = '\0';
	if (err || has_subordinate)
		return err;
	return add_subordinate(changes, name, note);
}
