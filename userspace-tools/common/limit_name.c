// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom a limit is about, as the name of its directory: a user, users, a group, a cgroup.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limit_name.h"

static const char GROUP[] = "gid:";
static const char CGROUP[] = "cgroup:";

static const unsigned long long ID_MAX = 4294967294ULL;

static const char *parse_id(const char *text, unsigned long long *id)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strspn(text, "0123456789") > 10)
		return NULL;
	*id = strtoull(text, &end, 10);
	return *id && *id <= ID_MAX ? end : NULL;
}

static bool name_ids(const char *prefix, const char *text, char *name)
{
	unsigned long long first;
	unsigned long long last;
	const char *end = parse_id(text, &first);

	last = first;
	if (end && *end == '-')
		end = parse_id(end + 1, &last);
	if (!end || *end || last < first)
		return false;
	if (first == last)
		snprintf(name, OE_LIMIT_NAME_SIZE, "%s%llu", prefix, first);
	else
		snprintf(name, OE_LIMIT_NAME_SIZE, "%s%llu-%llu", prefix, first,
			 last);
	return true;
}

/* sysfs has "!" in place of "/", which the module understands, too. */
static bool name_cgroup(const char *path, char *name)
{
	size_t length = strlen(path);

	if ((*path != '/' && *path != '!') ||
	    length + sizeof(CGROUP) > OE_LIMIT_NAME_SIZE ||
	    strpbrk(path, "*?["))
		return false;
	for (size_t i = 0; i < length; i++)
		if (path[i] <= ' ' || path[i] > '~')
			return false;
	snprintf(name, OE_LIMIT_NAME_SIZE, "%s%s", CGROUP, path);
	for (char *slash = name; (slash = strchr(slash, '/'));)
		*slash = '!';
	return true;
}

/**
 * oe_limit_name - the name of a limit
 * @text: UID, UID-UID, gid:GID, gid:GID-GID or cgroup:PATH
 * @name: of OE_LIMIT_NAME_SIZE; written on success only
 *
 * Return: false if the text is none of that; root cannot be limited.
 */
bool oe_limit_name(const char *text, char *name)
{
	if (!strncmp(text, CGROUP, strlen(CGROUP)))
		return name_cgroup(text + strlen(CGROUP), name);
	if (!strncmp(text, GROUP, strlen(GROUP)))
		return name_ids(GROUP, text + strlen(GROUP), name);
	return name_ids("", text, name);
}
