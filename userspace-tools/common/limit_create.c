// SPDX-License-Identifier: GPL-2.0-only
/*
 * A new limit, with the subordinate users of its user from /etc/subuid: what runs in the user's
 * containers is the user's.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/change.h"
#include "common/limit_create.h"
#include "common/sysfs.h"

enum {
	LINE_SIZE = 256,
	SUBORDINATE_MAX = 7,
};

static const unsigned long long ID_MAX = 4294967294ULL;

/* From the file, not by NSS, which a static program cannot have. */
static void user_of(const char *uid, char *user, size_t size)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry;

	*user = '\0';
	while (file && !*user && (entry = fgetpwent(file)))
		if (entry->pw_uid == strtoul(uid, NULL, 10))
			snprintf(user, size, "%s", entry->pw_name);
	if (file)
		fclose(file);
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

/* "USER:FIRST:COUNT"; USER is a name or a number. */
static bool range_of_line(const char *line, const char *uid, const char *user,
			  char *range, size_t size)
{
	size_t length = strcspn(line, ":");
	unsigned long long first;
	unsigned long long count;
	char whose[LINE_SIZE];
	const char *end;

	snprintf(whose, sizeof(whose), "%.*s", (int)length, line);
	if (line[length] != ':' ||
	    (strcmp(whose, uid) && (!*user || strcmp(whose, user))))
		return false;
	end = read_id(line + length + 1, &first);
	if (*end != ':')
		return false;
	read_id(end + 1, &count);
	if (!first || !count || first + count - 1 > ID_MAX)
		return false;
	snprintf(range, size, "%llu-%llu", first, first + count - 1);
	return true;
}

static const char *subuid_file(void)
{
	const char *file = secure_getenv("OOM_EMBEDDED_SUBUID");

	return file ? file : "/etc/subuid";
}

/* False if there are none, or the limit is not that of one user. */
static bool find_subordinate(const char *name, char *ranges, size_t size)
{
	char line[LINE_SIZE];
	char range[32];
	char user[64];
	size_t used = 0;
	FILE *file;
	int nr = 0;

	if (name[strspn(name, "0123456789")])
		return false;
	file = fopen(subuid_file(), "re");
	if (!file)
		return false;
	user_of(name, user, sizeof(user));
	while (nr < SUBORDINATE_MAX && fgets(line, sizeof(line), file)) {
		if (!range_of_line(line, name, user, range, sizeof(range)) ||
		    used + strlen(range) + 2 > size)
			continue;
		used += (size_t)snprintf(ranges + used, size - used, "%s%s",
					 nr++ ? " " : "", range);
	}
	fclose(file);
	return nr;
}

/**
 * oe_limit_create - a limit is to be there, about subordinate users, too
 * @changes: the set
 * @name: of oe_limit_name(); if there is such a limit it gets these users only
 *
 * Return: 0 or a negative errno.
 */
int oe_limit_create(struct oe_changes *changes, const char *name)
{
	char ranges[OE_SYSFS_VALUE_MAX];
	char file[OE_SYSFS_PATH_MAX];
	int err = oe_changes_create(changes, "limits", name);

	if (err || !find_subordinate(name, ranges, sizeof(ranges)))
		return err;
	snprintf(file, sizeof(file), "limits/%s/subordinate", name);
	return oe_changes_set(changes, file, ranges);
}
