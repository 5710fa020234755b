// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of the configuration, which are written to the module when there is time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/change.h"
#include "common/config_ranking.h"
#include "common/heap.h"
#include "common/limit_create.h"
#include "common/ranking_groups.h"
#include "common/refusal.h"
#include "common/sysfs.h"
#include "common/unit_ranks.h"
#include "daemon/daemon.h"
#include "daemon/settings_gone.h"

enum {
	NAME = 64,
};

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

static void add_limit(const struct oe_conf *conf, const char *name,
		      struct oe_changes *changes)
{
	char file[OE_SYSFS_PATH_MAX];
	char note[OE_LIMIT_NOTE_SIZE];

	snprintf(file, sizeof(file), "limits/%s/subordinate", name);
	oe_limit_create(changes, name, oe_conf_find_setting(conf, file), note);
	if (*note)
		oe_log(OE_LOG_WARNING, "%s", note);
}

/* Returns how many settings cannot be read, and so could not be put back. */
static int add_settings(struct oe_changes *changes, const struct oe_conf *conf,
			int mode, char *missing, size_t size)
{
	int failed = 0;

	for (int i = 0; i < conf->nr_groups; i++)
		oe_changes_create(changes, "groups", conf->groups[i].name);
	for (int i = 0; i < conf->nr_limits; i++)
		add_limit(conf, conf->limits[i].name, changes);
	for (int i = 0; i < conf->nr_cgroups; i++)
		oe_changes_create(changes, "cgroups", conf->cgroups[i].name);
	for (int i = 0; i < conf->nr_settings; i++) {
		const struct oe_conf_setting *setting = &conf->settings[i];
		const char *text = oe_settings_kept(conf, mode, setting->path);
		char value[OE_SYSFS_VALUE_MAX];
		int err;

		if (!text)
			text = oe_exe_rules_value(setting, value);
		err = oe_changes_set(changes, setting->path, text);
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
 * @before: the one that it replaces; NULL: the module has had none from here
 * @mode: the mode that is to be in force; it keeps its values, see oe_settings_kept()
 *
 * In place of another configuration it is written whole or not at all. Without
 * one there is nothing to go back to: all that the module accepts is written.
 * A file that the module does not have is no refusal, and a line in the log.
 *
 * Return: how many settings were refused, each with a line in the log.
 */
int oe_settings_apply(const struct oe_conf *conf, const struct oe_conf *before,
		      int mode)
{
	struct oe_changes changes = { .skip_missing = true };
	char missing[160] = "";
	int failed;

	oe_exe_rules_begin(conf);
	if (before)
		oe_settings_add_gone(&changes, conf, before);
	oe_ranking_groups_remove(&changes, conf);
	failed = add_settings(&changes, conf, mode, missing, sizeof(missing)) +
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
		       "this module has no %s: such settings of the configuration have no effect (not in this build of the module, or it is older)",
		       missing);
	return failed;
}
