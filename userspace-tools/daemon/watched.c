// SPDX-License-Identifier: GPL-2.0-only
/*
 * The levels of the memory cgroups that conditions name. A watch may be removed and made again
 * while the manager runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "common/words.h"
#include "daemon/daemon.h"
#include "uapi/oom_embedded.h"

static struct {
	/* A configuration that is not in force any more may be overwritten. */
	char names[OE_CONF_MAX_CGROUPS][OOM_EMBEDDED_GROUP_NAME_MAX + 1];
	int fds[OE_CONF_MAX_CGROUPS];
	signed char levels[OE_CONF_MAX_CGROUPS]; /* -1: not known */
	int nr;
} watched;

static int find_watched(const char *name)
{
	int i = 0;

	while (i < watched.nr && strcmp(watched.names[i], name))
		i++;
	return i;
}

static void add_watched(const char *name)
{
	int i = find_watched(name);

	/* No configuration has more. */
	if (i < watched.nr || i == OE_CONF_MAX_CGROUPS)
		return;
	snprintf(watched.names[i], sizeof(watched.names[i]), "%s", name);
	watched.fds[i] = -1;
	watched.levels[i] = -1;
	watched.nr++;
}

static void close_one(int i)
{
	oe_watch_remove(watched.fds[i]);
	if (watched.fds[i] >= 0)
		close(watched.fds[i]);
	watched.fds[i] = -1;
}

static void open_one(int i)
{
	char file[OE_SYSFS_PATH_MAX];

	snprintf(file, sizeof(file), "cgroups/%s/level", watched.names[i]);
	watched.fds[i] = oe_sysfs_open(file, O_RDONLY);
	if (watched.fds[i] >= 0)
		oe_watch_change(watched.fds[i]);
}

static void read_one(int i)
{
	char word[32];
	int got = watched.fds[i] < 0 ?
			  0 :
			  oe_sysfs_read_fd(watched.fds[i], word, sizeof(word));

	watched.levels[i] = got > 0 ? (signed char)oe_level_index(word) : -1;
	/* A watch of the same name that is made later has another file. */
	if (got == -ENODEV)
		close_one(i);
}

/**
 * oe_watched_open - open what the conditions of a configuration need
 * @conf: in force from now on
 */
void oe_watched_open(const struct oe_conf *conf)
{
	for (int i = 0; i < watched.nr; i++)
		close_one(i);
	watched.nr = 0;
	for (int i = 0; i < conf->nr_conditions; i++)
		for (int j = 0; j < conf->conditions[i].nr_terms; j++)
			if (conf->conditions[i].terms[j].type == OE_TERM_CGROUP)
				add_watched(conf->conditions[i].terms[j].path);
	oe_watched_refresh();
	/* The kernel's buffers are allocated by the first read. */
	oe_watched_read();
}

/**
 * oe_watched_refresh - open those that were made, or made anew
 *
 * Not in an emergency.
 */
void oe_watched_refresh(void)
{
	for (int i = 0; i < watched.nr; i++)
		if (watched.fds[i] < 0)
			open_one(i);
}

/**
 * oe_watched_read - look at the levels
 *
 * Reads files that are open, and allocates nothing.
 */
void oe_watched_read(void)
{
	for (int i = 0; i < watched.nr; i++)
		read_one(i);
}

/**
 * oe_watched_level - the level of a cgroup
 * @name: of the watch
 *
 * Return: the level; -1 if it is not known, as that of a watch that is not there.
 */
int oe_watched_level(const char *name)
{
	int i = find_watched(name);

	return i < watched.nr ? watched.levels[i] : -1;
}
