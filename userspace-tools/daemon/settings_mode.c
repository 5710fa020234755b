// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of a mode. They are written in an emergency, to files that are open already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "daemon/daemon.h"

enum {
	VALUE = OE_STATE_VALUE,
	LINE = 40,
};

static const char LEVELS[] = "levels/";

/* A file that modes write to, and its value in a mode that does not set it. */
struct target {
	const char *path;
	int fd;
	char otherwise[VALUE];
	char now[VALUE];
};

static struct {
	struct target targets[OE_STATE_TARGETS];
	int nr_targets;
	int rank_fd;
} settings = { .rank_fd = -1 };

static struct target *find_target(const char *path)
{
	for (int i = 0; i < settings.nr_targets; i++)
		if (!strcmp(settings.targets[i].path, path))
			return &settings.targets[i];
	return NULL;
}

/*
 * For a file that the configuration does not set: the value from before there were modes. If the
 * file still holds the value of a mode, of this manager or of the one before, the state has noted
 * the value that it replaced.
 */
static const char *value_before_modes(const struct target *target)
{
	const struct oe_state *before = oe_state_before();

	if (!before)
		before = oe_state_now();
	for (int i = 0; i < before->nr_targets; i++)
		if (oe_state_is_text(before->targets[i].path, OE_STATE_NAME,
				     target->path) &&
		    !strcmp(before->targets[i].now, target->now))
			return before->targets[i].otherwise;
	return target->now;
}

static void open_target(const struct oe_conf *conf, const char *path)
{
	struct target *target = &settings.targets[settings.nr_targets];
	const struct oe_conf_setting *setting =
		oe_conf_find_setting(conf, path);
	const char *value = setting ? setting->value : NULL;

	target->path = path;
	target->fd = oe_sysfs_open(path, O_RDWR);
	if (target->fd < 0 ||
	    oe_sysfs_read_fd(target->fd, target->now, VALUE) < 0)
		target->now[0] = '\0';
	/* Tests use plain files, in which a longer value may have left a second line. */
	target->now[strcspn(target->now, "\n")] = '\0';
	snprintf(target->otherwise, VALUE, "%s",
		 value ? value : value_before_modes(target));
	settings.nr_targets++;
}

/* Note the value before the write: the manager may be killed in between. */
static void note_target(int i, const char *now)
{
	const struct target *target = &settings.targets[i];
	struct oe_state_target *noted = &oe_state_now()->targets[i];

	if (i >= OE_STATE_TARGETS)
		return;
	oe_state_set_text(noted->path, sizeof(noted->path), target->path);
	oe_state_set_text(noted->otherwise, sizeof(noted->otherwise),
			  target->otherwise);
	oe_state_set_text(noted->now, sizeof(noted->now), now);
}

static void note_all_targets(void)
{
	for (int i = 0; i < settings.nr_targets; i++)
		note_target(i, settings.targets[i].now);
	oe_state_now()->nr_targets = settings.nr_targets < OE_STATE_TARGETS ?
					     settings.nr_targets :
					     OE_STATE_TARGETS;
	oe_state_publish();
}

static void close_targets(void)
{
	for (int i = 0; i < settings.nr_targets; i++)
		if (settings.targets[i].fd >= 0)
			close(settings.targets[i].fd);
	settings.nr_targets = 0;
}

/**
 * oe_settings_open - open every file that a mode writes to
 * @conf: in force from now on, and kept by reference
 *
 * Return: how many of these files the module does not have.
 */
int oe_settings_open(const struct oe_conf *conf)
{
	int missing = 0;

	close_targets();
	if (settings.rank_fd >= 0)
		close(settings.rank_fd);
	settings.rank_fd = oe_sysfs_open("oom_ranking", O_WRONLY);
	for (int i = 0; i < conf->nr_mode_settings; i++) {
		const struct oe_conf_setting *setting =
			&conf->mode_settings[i].setting;

		if (!find_target(setting->path) &&
		    settings.nr_targets < OE_STATE_TARGETS)
			open_target(conf, setting->path);
	}
	for (int i = 0; i < settings.nr_targets; i++) {
		if (settings.targets[i].fd >= 0)
			continue;
		oe_log(OE_LOG_WARNING,
		       "this module has no %s: such settings of modes have no effect",
		       settings.targets[i].path);
		missing++;
	}
	note_all_targets();
	return missing;
}

/* Allocates nothing. The kernel's copy of so short a text needs no page of its own. */
static void write_target(struct target *target, const char *value)
{
	char line[VALUE + 1];
	int err;

	if (target->fd < 0 || !*value)
		return;
	snprintf(line, sizeof(line), "%s\n", value);
	err = oe_sysfs_write_fd(target->fd, line);
	if (err)
		oe_log(OE_LOG_ERROR, "cannot write '%s' to %s: %s", value,
		       target->path, strerror(-err));
	else
		snprintf(target->now, VALUE, "%s", value);
}

static const char *mode_value(const struct oe_conf *conf, int mode,
			      const char *path)
{
	for (int i = 0; i < conf->nr_mode_settings; i++)
		if (conf->mode_settings[i].mode == mode &&
		    !strcmp(conf->mode_settings[i].setting.path, path))
			return conf->mode_settings[i].setting.value;
	return NULL;
}

static void enter_target(const struct oe_conf *conf, int mode, int i)
{
	struct target *target = &settings.targets[i];
	const char *value = mode_value(conf, mode, target->path);

	if (!value)
		value = target->otherwise;
	if (!strcmp(value, target->now))
		return;
	note_target(i, value);
	oe_state_publish();
	write_target(target, value);
}

/**
 * oe_settings_kept - a mode's value for a file while the configuration is replaced
 * @conf: the configuration
 * @mode: its index; -1 = none
 * @path: of the file
 *
 * An emergency in that moment finds the mode's value, and none that is in force for an instant
 * only. Watermarks are no such files: each has to fit the others, so that they are written as the
 * configuration has them first.
 *
 * Return: the mode's value, or NULL if the file gets what the configuration says outside of modes.
 */
const char *oe_settings_kept(const struct oe_conf *conf, int mode,
			     const char *path)
{
	return strncmp(path, LEVELS, strlen(LEVELS)) ?
		       mode_value(conf, mode, path) :
		       NULL;
}

/**
 * oe_settings_withdraw - take back what modes have written, before a new configuration
 * @conf: in force
 * @next: the new one
 * @mode: the mode of @next that will be in force, -1 = none; it keeps its values
 */
void oe_settings_withdraw(const struct oe_conf *conf,
			  const struct oe_conf *next, int mode)
{
	for (int i = 0; i < settings.nr_targets; i++)
		if (!oe_settings_kept(next, mode, settings.targets[i].path))
			enter_target(conf, 0, i);
}

/**
 * oe_settings_enter - write what a mode says
 * @conf: the one given to oe_settings_open()
 * @mode: its index
 *
 * A file that the mode does not set gets the value that the configuration sets
 * outside of modes, or else the value from before there were modes.
 */
void oe_settings_enter(const struct oe_conf *conf, int mode)
{
	for (int i = 0; i < settings.nr_targets; i++)
		enter_target(conf, mode, i);
}

/**
 * oe_settings_try - the dry run: write to each file the value that it holds
 * @conf: in force
 *
 * Return: how many writes were refused.
 */
int oe_settings_try(const struct oe_conf *conf)
{
	int failed = 0;

	(void)conf;
	for (int i = 0; i < settings.nr_targets; i++) {
		struct target *target = &settings.targets[i];
		char line[VALUE + 1];

		if (target->fd < 0 || !*target->now)
			continue;
		snprintf(line, sizeof(line), "%s\n", target->now);
		failed += oe_sysfs_write_fd(target->fd, line) != 0;
	}
	return failed;
}

/**
 * oe_settings_rank - give a process a ranking
 * @pid: the process; that it has ended is not an error
 * @rank: 0..1000
 */
void oe_settings_rank(int pid, int rank)
{
	char line[LINE];
	int err;

	if (settings.rank_fd < 0)
		return;
	snprintf(line, sizeof(line), "%d %d\n", pid, rank);
	err = oe_sysfs_write_fd(settings.rank_fd, line);
	if (err && err != -ESRCH)
		oe_log(OE_LOG_ERROR, "cannot rank process %d: %s", pid,
		       strerror(-err));
}
