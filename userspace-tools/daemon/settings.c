// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is written to the module: the configuration, at leisure; and what a mode
 * says, in the emergency, through files that are open already.
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
	LONG_VALUE = 256,
	NAME = 64,
	PASSES = 4,
	LINE = 40,
};

/* A file that modes write to, and what is in it when no mode has a wish. */
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

/* --- the configuration --------------------------------------------------- */

/* What the module lacks, for one message. */
static void note_missing(char *missing, size_t size, const char *path)
{
	char name[NAME];
	size_t used = strlen(missing);

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
	if (!strstr(missing, name))
		snprintf(missing + used, size - used, "%s%s", used ? ", " : "",
			 name);
}

static int write_setting(const struct oe_conf_setting *setting)
{
	char value[LONG_VALUE];

	snprintf(value, sizeof(value), "%s\n", setting->value);
	return oe_sysfs_write(setting->path, value);
}

static int complain(const struct oe_conf_setting *setting, int err)
{
	char text[200];

	oe_sysfs_explain(text, sizeof(text), setting->path, setting->value,
			 err);
	oe_log(OE_LOG_ERROR, "%s:%d: %s", setting->place.file,
	       setting->place.line, text);
	return 1;
}

static int create(const char *directory, const char *name, char *missing,
		  size_t size)
{
	char path[NAME];
	int err;

	snprintf(path, sizeof(path), "%s/create", directory);
	err = oe_sysfs_write(path, name);
	if (!err || err == -EEXIST)
		return 0;
	if (err == -ENOENT) {
		note_missing(missing, size, directory);
		return 0;
	}
	oe_log(OE_LOG_ERROR, "cannot create %s/%s: %s", directory, name,
	       strerror(-err));
	return 1;
}

static bool has_group(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_groups; i++)
		if (!strcmp(conf->groups[i].name, name))
			return true;
	return false;
}

static bool has_limit(const struct oe_conf *conf, unsigned int uid)
{
	for (int i = 0; i < conf->nr_limits; i++)
		if (conf->limits[i].uid == uid)
			return true;
	return false;
}

/* What the last configuration created and this one does not know. */
static void remove_old(const struct oe_conf *conf, const struct oe_conf *before)
{
	char uid[NAME];

	for (int i = 0; i < before->nr_groups; i++)
		if (!has_group(conf, before->groups[i].name))
			oe_sysfs_write("groups/remove", before->groups[i].name);
	for (int i = 0; i < before->nr_limits; i++) {
		snprintf(uid, sizeof(uid), "%u", before->limits[i].uid);
		if (!has_limit(conf, before->limits[i].uid))
			oe_sysfs_write("limits/remove", uid);
	}
}

/*
 * Some values have to fit to each other (watermarks: each below the one before), so that the
 * order of writing matters: what is refused is tried again after the others.
 */
static int write_settings(const struct oe_conf *conf, char *missing,
			  size_t size)
{
	static int errors[OE_CONF_MAX_SETTINGS];
	int failed = 0;
	bool again = true;

	for (int pass = 0; pass < PASSES && again; pass++) {
		again = false;
		for (int i = 0; i < conf->nr_settings; i++) {
			if (pass && !errors[i])
				continue;
			errors[i] = write_setting(&conf->settings[i]);
			if (errors[i] == -ENOENT || errors[i] == -ENOTDIR) {
				note_missing(missing, size,
					     conf->settings[i].path);
				errors[i] = 0;
			}
			again |= errors[i];
		}
	}
	for (int i = 0; i < conf->nr_settings; i++)
		if (errors[i])
			failed += complain(&conf->settings[i], errors[i]);
	return failed;
}

/**
 * oe_settings_apply - write a configuration
 * @conf: the configuration
 * @before: what it replaces, or NULL
 *
 * Return: how many of its settings the module refused; all others are in
 * force, and each refusal is in the log. What the module does not have is no
 * refusal, but is said.
 */
int oe_settings_apply(const struct oe_conf *conf, const struct oe_conf *before)
{
	char missing[160] = "";
	char name[NAME];
	int failed = 0;

	if (before)
		remove_old(conf, before);
	for (int i = 0; i < conf->nr_groups; i++)
		failed += create("groups", conf->groups[i].name, missing,
				 sizeof(missing));
	for (int i = 0; i < conf->nr_limits; i++) {
		snprintf(name, sizeof(name), "%u", conf->limits[i].uid);
		failed += create("limits", name, missing, sizeof(missing));
	}
	failed += write_settings(conf, missing, sizeof(missing));
	if (*missing)
		oe_log(OE_LOG_WARNING,
		       "this module has no %s: what the configuration says about it has no effect",
		       missing);
	return failed;
}

/* --- modes --------------------------------------------------------------- */

static struct target *find_target(const char *path)
{
	for (int i = 0; i < settings.nr_targets; i++)
		if (!strcmp(settings.targets[i].path, path))
			return &settings.targets[i];
	return NULL;
}

static const char *configured(const struct oe_conf *conf, const char *path)
{
	for (int i = 0; i < conf->nr_settings; i++)
		if (!strcmp(conf->settings[i].path, path))
			return conf->settings[i].value;
	return NULL;
}

/*
 * Without a setting in the configuration it is what was there before there were modes. That is
 * not what the file holds now, if the manager or the configuration before has left its mode there.
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
	const char *value = configured(conf, path);

	target->path = path;
	target->fd = oe_sysfs_open(path, O_RDWR);
	if (target->fd < 0 ||
	    oe_sysfs_read_fd(target->fd, target->now, VALUE) < 0)
		target->now[0] = '\0';
	/* A file of a test may be longer than its first line. */
	target->now[strcspn(target->now, "\n")] = '\0';
	snprintf(target->otherwise, VALUE, "%s",
		 value ? value : value_before_modes(target));
	settings.nr_targets++;
}

/* Before the write, so that a manager which is killed in between has not lost it. */
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
 * Return: how many there are that the module does not have.
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
		       "this module has no %s: what modes say about it has no effect",
		       settings.targets[i].path);
		missing++;
	}
	note_all_targets();
	return missing;
}

/* Allocates nothing of ours; the kernel's copy of so short a text comes from a free list. */
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

static const char *wish(const struct oe_conf *conf, int mode, const char *path)
{
	for (int i = 0; i < conf->nr_mode_settings; i++)
		if (conf->mode_settings[i].mode == mode &&
		    !strcmp(conf->mode_settings[i].setting.path, path))
			return conf->mode_settings[i].setting.value;
	return NULL;
}

/**
 * oe_settings_enter - write what a mode says
 * @conf: the one given to oe_settings_open()
 * @mode: its index
 *
 * What the mode has no wish for becomes what the configuration says outside of
 * modes, or else what it was before there were modes.
 */
void oe_settings_enter(const struct oe_conf *conf, int mode)
{
	for (int i = 0; i < settings.nr_targets; i++) {
		struct target *target = &settings.targets[i];
		const char *value = wish(conf, mode, target->path);

		if (!value)
			value = target->otherwise;
		if (!strcmp(value, target->now))
			continue;
		note_target(i, value);
		oe_state_publish();
		write_target(target, value);
	}
}

/**
 * oe_settings_try - the dry run: write everywhere what is there already
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
 * @pid: the process; one that is gone is no error
 * @rank: 0..1000; -1 = it has none of its own any more
 */
void oe_settings_rank(int pid, int rank)
{
	char line[LINE];
	int err;

	if (settings.rank_fd < 0)
		return;
	if (rank < 0)
		snprintf(line, sizeof(line), "%d -\n", pid);
	else
		snprintf(line, sizeof(line), "%d %d\n", pid, rank);
	err = oe_sysfs_write_fd(settings.rank_fd, line);
	if (err && err != -ESRCH)
		oe_log(OE_LOG_ERROR, "cannot rank process %d: %s", pid,
		       strerror(-err));
}
