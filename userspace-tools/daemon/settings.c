// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of the module. The configuration is written when there is time. The
 * settings of a mode are written in an emergency, to files that are open already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/change.h"
#include "common/config_ranking.h"
#include "common/heap.h"
#include "common/ranking_groups.h"
#include "common/refusal.h"
#include "common/sysfs.h"
#include "common/unit_ranks.h"
#include "daemon/daemon.h"
#include "daemon/settings_gone.h"

enum {
	VALUE = OE_STATE_VALUE,
	NAME = 64,
	LINE = 40,
};

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

/* --- the configuration --------------------------------------------------- */

/* Collect the names that the module lacks, for one message. */
static void note_missing(char *missing, size_t size, const char *path)
{
	char name[NAME];
	size_t used = strlen(missing);

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
	if (!strstr(missing, name))
		snprintf(missing + used, size - used, "%s%s", used ? ", " : "",
			 name);
}

/* A file of a group or a limit that was refused: that has its own line in the log. */
static bool is_of_refused(const char *path)
{
	char directory[OE_SYSFS_PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || strchr(path, '/') == slash)
		return false;
	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path),
		 path);
	return oe_sysfs_exists(directory);
}

static int complain_line(struct oe_conf_place place, const char *file,
			 const char *value, int err)
{
	char text[200];

	oe_refusal_explain(text, sizeof(text), file, value, err);
	oe_log(OE_LOG_ERROR, "%s:%d: %s", place.file, place.line, text);
	return 1;
}

static int complain_setting(const struct oe_conf_setting *setting, int err)
{
	return complain_line(setting->place, setting->path, setting->value,
			     err);
}

/* A group or a limit has no line of its own in the configuration. A line of [rankings] is a group. */
static int complain_change(const struct oe_conf *conf,
			   const struct oe_change *change)
{
	const struct oe_conf_setting *setting =
		oe_conf_find_setting(conf, change->file);
	const struct oe_conf_ranking *ranking =
		oe_ranking_of_change(conf, change->file, change->value);
	char text[200];

	if (setting)
		return complain_setting(setting, change->err);
	if (ranking)
		return complain_line(ranking->place, change->file,
				     change->value, change->err);
	oe_refusal_explain(text, sizeof(text), change->file, change->value,
			   change->err);
	oe_log(OE_LOG_ERROR, "%s", text);
	return 1;
}

/* Returns how many settings cannot be read, and so could not be put back. */
static int add_settings(struct oe_changes *changes, const struct oe_conf *conf,
			char *missing, size_t size)
{
	char uid[NAME];
	int failed = 0;

	for (int i = 0; i < conf->nr_groups; i++)
		oe_changes_create(changes, "groups", conf->groups[i].name);
	for (int i = 0; i < conf->nr_limits; i++) {
		snprintf(uid, sizeof(uid), "%u", conf->limits[i].uid);
		oe_changes_create(changes, "limits", uid);
	}
	for (int i = 0; i < conf->nr_settings; i++) {
		const struct oe_conf_setting *setting = &conf->settings[i];
		char value[OE_SYSFS_VALUE_MAX];
		int err = oe_changes_set(changes, setting->path,
					 oe_exe_rules_value(setting, value));

		if (err == -ENOENT || err == -ENOTDIR)
			note_missing(missing, size, setting->path);
		else if (err)
			failed += complain_setting(setting, err);
	}
	return failed;
}

static void say_whom_rankings_protect(const struct oe_conf *conf)
{
	const struct oe_conf_setting *setting =
		oe_conf_find_setting(conf, "default_rank");
	long long fallback = 0;

	if (setting)
		fallback = atoll(setting->value);
	else
		oe_sysfs_read_number("default_rank", &fallback);
	for (int i = 0; i < conf->nr_rankings; i++) {
		const struct oe_conf_ranking *ranking = &conf->rankings[i];

		if (ranking->trusts_names || ranking->rank >= fallback)
			continue;
		oe_log(OE_LOG_INFO,
		       "%s:%d: '%s' protects processes of root only, because every process chooses its own name (trust=name: of all users)",
		       ranking->place.file, ranking->place.line,
		       ranking->pattern);
		return;
	}
}

static int add_rankings(struct oe_changes *changes, const struct oe_conf *conf)
{
	int err = oe_ranking_groups_add(changes, conf);

	if (err)
		oe_log(OE_LOG_ERROR, "cannot write [rankings]: %s",
		       strerror(-err));
	else
		say_whom_rankings_protect(conf);
	return err != 0;
}

static void complain_unit(const char *unit, const char *why)
{
	oe_log(OE_LOG_WARNING, "%s: %s", unit, why);
}

static int add_unit_ranks(struct oe_changes *changes,
			  const struct oe_conf *conf)
{
	int err = oe_unit_ranks_add(changes, conf, complain_unit);

	if (err)
		oe_log(OE_LOG_ERROR, "cannot write X-OOMRank= of units: %s",
		       strerror(-err));
	return err != 0;
}

static int make_all(struct oe_changes *changes, const struct oe_conf *conf)
{
	const struct oe_change *failed;
	int err = oe_changes_make(changes, &failed);

	if (!err)
		return 0;
	if (failed)
		complain_change(conf, failed);
	else
		oe_log(OE_LOG_ERROR, "cannot write settings: %s",
		       strerror(-err));
	err = oe_changes_undo(changes, &failed);
	if (err)
		oe_log(OE_LOG_ERROR, "cannot put %s back: %s",
		       failed->undo_file, strerror(-err));
	return 1;
}

static int make_possible(struct oe_changes *changes, const struct oe_conf *conf)
{
	size_t refused = oe_changes_make_possible(changes);

	if (changes->err)
		oe_log(OE_LOG_ERROR, "cannot write all settings: %s",
		       strerror(-changes->err));
	for (size_t i = 0; refused && i < changes->nr; i++)
		if (changes->change[i].state == OE_CHANGE_TO_DO)
			complain_change(conf, &changes->change[i]);
	return (int)refused;
}

/**
 * oe_settings_apply - write a configuration
 * @conf: the configuration
 * @before: what it replaces; NULL: the module has had none from here
 *
 * In place of another configuration it is written whole or not at all. Without
 * one there is nothing to go back to: all that the module accepts is written.
 * A file that the module does not have is no refusal, and a line in the log.
 *
 * Return: how many settings were refused, each with a line in the log.
 */
int oe_settings_apply(const struct oe_conf *conf, const struct oe_conf *before)
{
	struct oe_changes changes = { .skip_missing = true };
	char missing[160] = "";
	int failed;

	oe_exe_rules_begin(conf);
	if (before)
		oe_settings_add_gone(&changes, conf, before);
	oe_ranking_groups_remove(&changes, conf);
	failed = add_settings(&changes, conf, missing, sizeof(missing)) +
		 add_rankings(&changes, conf) + add_unit_ranks(&changes, conf);
	if (!before)
		failed += make_possible(&changes, conf);
	else if (!failed)
		failed = make_all(&changes, conf);
	if (before && failed)
		oe_exe_rules_begin(before);
	for (size_t i = 0; i < changes.nr; i++)
		if (changes.change[i].state == OE_CHANGE_MISSING &&
		    !is_of_refused(changes.change[i].file))
			note_missing(missing, sizeof(missing),
				     changes.change[i].file);
	oe_changes_free(&changes);
	oe_heap_trim();
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
		       "this module has no %s: what modes say about it has no effect",
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
	for (int i = 0; i < settings.nr_targets; i++) {
		struct target *target = &settings.targets[i];
		const char *value = mode_value(conf, mode, target->path);

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
 * @rank: 0..1000; -1 = no ranking of its own
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
