// SPDX-License-Identifier: GPL-2.0-only
#include "common/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/sysfs.h"

enum {
	LOCK_TRIES = 200,
	LOCK_PAUSE_MS = 10,
};

/* "FILE VALUE", with " ; " for each end of a line within a value. */
static int put_line(char *line, size_t size, const char *file,
		    const char *value)
{
	size_t length = (size_t)snprintf(line, size, "%s ", file);

	for (; *value && length + 4 < size; value++) {
		if (*value != '\n')
			line[length++] = *value;
		else if (value[1])
			length += (size_t)snprintf(line + length, size - length,
						   " ; ");
	}
	if (*value || length + 4 >= size)
		return -EINVAL;
	line[length] = '\0';
	return 0;
}

/**
 * oe_stage_takes - can a value be staged?
 * @file: of the module
 * @value: for it
 *
 * Return: true if this module has staged/, that takes this file, and the value fits.
 */
bool oe_stage_takes(const char *file, const char *value)
{
	static const char *const patterns[] = {
		"levels/*",	   "groups/*/rank",  "groups/*/precedence",
		"groups/*/signal", "groups/*/trust", "groups/*/cgroup",
		"groups/*/comm",   "groups/*/uid",   "groups/*/rules",
	};
	static const char *const others[] = {
		"oom_ranking",
		"relieve",
		"reconfigure_done",
	};
	char line[OE_SYSFS_VALUE_MAX];
	size_t i;

	if (oe_sysfs_exists("staged/commit") ||
	    put_line(line, sizeof(line), file, value))
		return false;
	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (!fnmatch(patterns[i], file, FNM_PATHNAME))
			return true;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(others[i], file))
			return false;
	return !strchr(file, '/');
}

/* A program that hangs while it has the lock must not hang this one. */
static int lock_stage(int stage)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };
	int i;

	for (i = 0; i < LOCK_TRIES; i++) {
		if (!flock(stage, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

/**
 * oe_stage_open - begin with an empty stage
 *
 * Waits for two seconds at most while another program has it.
 *
 * Return: for oe_stage_commit() and oe_stage_close(); or -EBUSY, or another negative errno.
 */
int oe_stage_open(void)
{
	int stage = oe_sysfs_open("staged/commit", O_WRONLY);
	int err;

	if (stage < 0)
		return stage;
	err = lock_stage(stage);
	if (!err)
		err = oe_sysfs_write("staged/clear", "1");
	if (err) {
		close(stage);
		return err;
	}
	return stage;
}

/**
 * oe_stage_add - keep a value for the commit
 * @file: of the module
 * @value: for it
 *
 * Return: 0, or the negative errno with which the module refused it.
 */
int oe_stage_add(const char *file, const char *value)
{
	char line[OE_SYSFS_VALUE_MAX];
	int err = put_line(line, sizeof(line), file, value);

	return err ? err : oe_sysfs_write("staged/set", line);
}

/**
 * oe_stage_commit - put all in force, or nothing
 * @stage: of oe_stage_open()
 * @refused: gets the file to blame; "" if it is none
 * @size: of @refused
 *
 * Return: 0, or the negative errno with which the module refused.
 */
int oe_stage_commit(int stage, char *refused, size_t size)
{
	int err = oe_sysfs_write_fd(stage, "1\n");

	if (!err || oe_sysfs_read("staged/refused", refused, size) < 0)
		*refused = '\0';
	return err;
}

/**
 * oe_stage_close - leave an empty stage to the next program
 * @stage: of oe_stage_open()
 */
void oe_stage_close(int stage)
{
	oe_sysfs_write("staged/clear", "1");
	close(stage);
}
