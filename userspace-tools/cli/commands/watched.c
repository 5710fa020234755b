// SPDX-License-Identifier: GPL-2.0-only
/*
 * A memory cgroup that is watched: its files, and a sentence about it.
 */
#include "cli/commands/watched.h"

#include <stdio.h>

#include "cli/print/format.h"
#include "common/sysfs.h"

static const char *file_of(char *path, const char *name, const char *file)
{
	snprintf(path, OE_SYSFS_PATH_MAX, "cgroups/%s/%s", name, file);
	return path;
}

static long long number_of(const char *name, const char *file)
{
	char path[OE_SYSFS_PATH_MAX];
	long long number = -1;

	oe_sysfs_read_number(file_of(path, name, file), &number);
	return number;
}

/**
 * watched_read - look at a watched cgroup
 * @name: of its directory
 * @watched: filled in, whatever can be read
 */
void watched_read(const char *name, struct watched *watched)
{
	char path[OE_SYSFS_PATH_MAX];

	if (oe_sysfs_read(file_of(path, name, "cgroup"), watched->path,
			  sizeof(watched->path)) < 0)
		watched->path[0] = '\0';
	if (oe_sysfs_read(file_of(path, name, "level"), watched->level,
			  sizeof(watched->level)) < 0)
		watched->level[0] = '\0';
	watched->available_kb = number_of(name, "available_kb");
	watched->limit_kb = number_of(name, "limit_kb");
	watched->stall_percent = number_of(name, "stall_percent");
}

/* Only if there is something to tell. */
static const char *stall_text(char *text, long long percent)
{
	if (percent <= 0)
		return "";
	snprintf(text, FORMAT_SIZE, ", stalled for %lld%% of its time",
		 percent);
	return text;
}

/**
 * watched_text - how it is with a watched cgroup
 * @watched: see above
 * @text: of WATCHED_TEXT; to be made printable
 *
 * Return: @text.
 */
char *watched_text(const struct watched *watched, char *text)
{
	char left[FORMAT_SIZE];
	char all[FORMAT_SIZE];
	char stall[FORMAT_SIZE];

	if (!*watched->level)
		snprintf(text, WATCHED_TEXT, "not there");
	else if (watched->available_kb < 0 || watched->limit_kb < 0)
		snprintf(text, WATCHED_TEXT, "%s, without a limit",
			 watched->level);
	else
		snprintf(text, WATCHED_TEXT, "%s, %s left of %s%s",
			 watched->level, format_kb(left, watched->available_kb),
			 format_kb(all, watched->limit_kb),
			 stall_text(stall, watched->stall_percent));
	return text;
}
