// SPDX-License-Identifier: GPL-2.0-only
/*
 * The levels of the memory cgroups that conditions name, and their stalls. A watch may be removed
 * and made again while the manager runs.
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
	struct watched_one {
		/* A configuration that is not in force any more may be overwritten. */
		char name[OOM_EMBEDDED_GROUP_NAME_MAX + 1];
		int level_fd;
		int stall_fd;
		int level; /* -1: not known */
		int stall; /* the same; in percent */
	} all[OE_CONF_MAX_CGROUPS];
	int nr;
} watched;

static struct watched_one *find_watched(const char *name)
{
	for (int i = 0; i < watched.nr; i++)
		if (!strcmp(watched.all[i].name, name))
			return &watched.all[i];
	return NULL;
}

static void add_watched(const char *name)
{
	struct watched_one *one;

	/* No configuration has more. */
	if (find_watched(name) || watched.nr == OE_CONF_MAX_CGROUPS)
		return;
	one = &watched.all[watched.nr++];
	*one = (struct watched_one){
		.level_fd = -1,
		.stall_fd = -1,
		.level = -1,
		.stall = -1,
	};
	snprintf(one->name, sizeof(one->name), "%s", name);
}

static void close_file(int *fd)
{
	oe_watch_remove(*fd);
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void open_file(const struct watched_one *one, const char *name, int *fd)
{
	char file[OE_SYSFS_PATH_MAX];

	if (*fd >= 0)
		return;
	snprintf(file, sizeof(file), "cgroups/%s/%s", one->name, name);
	*fd = oe_sysfs_open(file, O_RDONLY);
	if (*fd >= 0)
		oe_watch_change(*fd);
}

static void read_level(struct watched_one *one)
{
	char word[32];
	int got = one->level_fd < 0 ?
			  0 :
			  oe_sysfs_read_fd(one->level_fd, word, sizeof(word));

	one->level = got > 0 ? oe_level_index(word) : -1;
	/* A watch of the same name that is made later has another file. */
	if (got == -ENODEV)
		close_file(&one->level_fd);
}

static void read_stall(struct watched_one *one)
{
	long long percent = -1;
	int err = one->stall_fd < 0 ?
			  0 :
			  oe_sysfs_read_fd_number(one->stall_fd, &percent);

	one->stall = err || percent < 0 || percent > 100 ? -1 : (int)percent;
	if (err == -ENODEV)
		close_file(&one->stall_fd); /* as above */
}

/**
 * oe_watched_open - open what the conditions of a configuration need
 * @conf: in force from now on
 */
void oe_watched_open(const struct oe_conf *conf)
{
	for (int i = 0; i < watched.nr; i++) {
		close_file(&watched.all[i].level_fd);
		close_file(&watched.all[i].stall_fd);
	}
	watched.nr = 0;
	for (int i = 0; i < conf->nr_conditions; i++)
		for (int j = 0; j < conf->conditions[i].nr_terms; j++) {
			const char *name = oe_conf_term_watch(
				&conf->conditions[i].terms[j]);

			if (name)
				add_watched(name);
		}
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
	for (int i = 0; i < watched.nr; i++) {
		struct watched_one *one = &watched.all[i];

		open_file(one, "level", &one->level_fd);
		open_file(one, "stall_percent", &one->stall_fd);
	}
}

/**
 * oe_watched_read - look at the levels and the stalls
 *
 * Reads files that are open, and allocates nothing.
 */
void oe_watched_read(void)
{
	for (int i = 0; i < watched.nr; i++) {
		read_level(&watched.all[i]);
		read_stall(&watched.all[i]);
	}
}

/**
 * oe_watched_level - the level of a cgroup
 * @name: of the watch
 *
 * Return: the level; -1 if it is not known, as that of a watch that is not there.
 */
int oe_watched_level(const char *name)
{
	const struct watched_one *one = find_watched(name);

	return one ? one->level : -1;
}

/**
 * oe_watched_stall - how much of its time a cgroup is stalled
 * @name: of the watch
 *
 * Return: per cent; -1 if it is not known, as oe_watched_level().
 */
int oe_watched_stall(const char *name)
{
	const struct watched_one *one = find_watched(name);

	return one ? one->stall : -1;
}
