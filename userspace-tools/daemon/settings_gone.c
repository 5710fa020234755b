// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups, limits, watched cgroups, and keys of a group or of a watched cgroup that
 * a new configuration does not have any more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/change.h"
#include "common/sysfs.h"
#include "daemon/daemon.h"
#include "daemon/settings_gone.h"
#include "uapi/oom_embedded.h"

enum {
	NAME = 64,
};

static const char GROUPS[] = "groups/";
static const char CGROUPS[] = "cgroups/";

static bool has_group(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_groups; i++)
		if (!strcmp(conf->groups[i].name, name))
			return true;
	return false;
}

static bool has_limit(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_limits; i++)
		if (!strcmp(conf->limits[i].name, name))
			return true;
	return false;
}

static bool has_cgroup(const struct oe_conf *conf, const char *name)
{
	for (int i = 0; i < conf->nr_cgroups; i++)
		if (!strcmp(conf->cgroups[i].name, name))
			return true;
	return false;
}

/* An undone removal takes in again the processes put into the group by pid. */
static void restore_members(struct oe_changes *changes, const char *group)
{
	char file[OE_SYSFS_PATH_MAX];
	char *save;
	char *list;
	int length = snprintf(file, sizeof(file), "%s/pids", group);
	int err = length < (int)sizeof(file) ?
			  oe_sysfs_read_list(file, &list, NULL) :
			  -ENAMETOOLONG;

	if (err == -ENOMEM)
		changes->err = err;
	if (err)
		return;
	for (char *pid = strtok_r(list, " \n", &save); pid;
	     pid = strtok_r(NULL, " \n", &save))
		oe_changes_add_line(changes, file, NULL, pid, NULL, true);
	free(list);
}

/* An undone removal restores the files that the configuration before has set. */
static void add_removal(struct oe_changes *changes,
			const struct oe_conf *before, const char *directory,
			const char *name)
{
	char path[OE_SYSFS_PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", directory, name);

	if (oe_sysfs_exists(path))
		return;
	for (int i = 0; i < before->nr_settings; i++) {
		const char *file = before->settings[i].path;

		if (!strncmp(file, path, (size_t)length) && file[length] == '/')
			oe_changes_restore(changes, file);
	}
	restore_members(changes, path);
	oe_changes_remove(changes, directory, name);
}

/* Removals come first: the module has room for a limited number of groups and limits. */
static void add_removals(struct oe_changes *changes, const struct oe_conf *conf,
			 const struct oe_conf *before)
{
	for (int i = 0; i < before->nr_groups; i++)
		if (!has_group(conf, before->groups[i].name))
			add_removal(changes, before, "groups",
				    before->groups[i].name);
	for (int i = 0; i < before->nr_limits; i++)
		if (!has_limit(conf, before->limits[i].name))
			add_removal(changes, before, "limits",
				    before->limits[i].name);
	for (int i = 0; i < before->nr_cgroups; i++)
		if (!has_cgroup(conf, before->cgroups[i].name))
			add_removal(changes, before, "cgroups",
				    before->cgroups[i].name);
}

/* The value that the module gives a new group. @value is of OE_SYSFS_VALUE_MAX. */
static void value_of_new_group(const struct oe_conf *conf, const char *key,
			       char *value)
{
	const struct oe_conf_setting *rank =
		oe_conf_find_setting(conf, "default_rank");
	const char *text = rank ? rank->value : NULL;

	if (strcmp(key, "rank"))
		text = !strcmp(key, "signal")	  ? "none" :
		       !strcmp(key, "trust")	  ? "root" :
		       !strcmp(key, "precedence") ? "0" :
						    "";
	if (text)
		snprintf(value, OE_SYSFS_VALUE_MAX, "%s", text);
	else
		oe_sysfs_read("default_rank", value, OE_SYSFS_VALUE_MAX);
}

/* The same for a new watched cgroup; its path is never missing, see config_check.c. */
static void value_of_new_cgroup(const char *key, char *value)
{
	int percent = OOM_EMBEDDED_IMMINENT_OOM_PERCENT;

	if (!strcmp(key, "warning_percent"))
		percent = OOM_EMBEDDED_WARNING_PERCENT;
	else if (!strcmp(key, "critical_percent"))
		percent = OOM_EMBEDDED_CRITICAL_PERCENT;
	snprintf(value, OE_SYSFS_VALUE_MAX, "%d", percent);
}

static void name_in_path(const char *path, char *name)
{
	path = strchr(path, '/') + 1;
	/* No sscanf(): with a C library that is linked in, it is 120 kB. */
	snprintf(name, NAME, "%.*s", (int)strcspn(path, "/"), path);
}

/* A key that was taken out of the configuration must not stay in force. */
static void add_clearings(struct oe_changes *changes,
			  const struct oe_conf *conf,
			  const struct oe_conf *before)
{
	char value[OE_SYSFS_VALUE_MAX];
	char name[NAME];

	for (int i = 0; i < before->nr_settings; i++) {
		const char *file = before->settings[i].path;

		bool is_group = !strncmp(file, GROUPS, strlen(GROUPS));

		if (!is_group && strncmp(file, CGROUPS, strlen(CGROUPS)))
			continue;
		name_in_path(file, name);
		if (!(is_group ? has_group(conf, name) :
				 has_cgroup(conf, name)) ||
		    oe_conf_find_setting(conf, file))
			continue;
		if (is_group)
			value_of_new_group(conf, strrchr(file, '/') + 1, value);
		else
			value_of_new_cgroup(strrchr(file, '/') + 1, value);
		oe_changes_set(changes, file, value);
	}
}

/**
 * oe_settings_add_gone - undo what only the configuration before has said
 * @changes: gets it, in front of what the new one says
 * @conf: the new one
 * @before: the one that it replaces
 */
void oe_settings_add_gone(struct oe_changes *changes,
			  const struct oe_conf *conf,
			  const struct oe_conf *before)
{
	add_removals(changes, conf, before);
	add_clearings(changes, conf, before);
}
