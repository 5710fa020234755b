// SPDX-License-Identifier: GPL-2.0-only
/*
 * "apply": configuration files are put in force, all or nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/change.h"
#include "cli/commands/commands.h"
#include "cli/commands/conf.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "common/config.h"
#include "common/feature.h"
#include "common/limit_create.h"
#include "common/ranking_groups.h"
#include "common/sysfs.h"
#include "common/unit_ranks.h"

static void add_limit(const struct oe_conf *conf, const char *name,
		      struct oe_changes *changes)
{
	char file[OE_SYSFS_PATH_MAX];
	char note[OE_LIMIT_NOTE_SIZE];

	snprintf(file, sizeof(file), "limits/%s/subordinate", name);
	oe_limit_create(changes, name, oe_conf_find_setting(conf, file), note);
	if (*note)
		complain(EXIT_OK, "%s", note);
}

static int add_objects(const struct oe_conf *conf, struct oe_changes *changes)
{
	int i;

	for (i = 0; i < conf->nr_groups; i++)
		oe_changes_create(changes, "groups", conf->groups[i].name);
	for (i = 0; i < conf->nr_limits; i++)
		add_limit(conf, conf->limits[i].name, changes);
	for (i = 0; i < conf->nr_cgroups; i++)
		oe_changes_create(changes, "cgroups", conf->cgroups[i].name);
	return EXIT_OK;
}

static int add_settings(const struct oe_conf *conf, struct oe_changes *changes)
{
	char text[200];
	int i;

	for (i = 0; i < conf->nr_settings; i++) {
		const struct oe_conf_setting *setting = &conf->settings[i];
		int err =
			oe_changes_set(changes, setting->path, setting->value);

		if (err == -ENOENT)
			return complain(EXIT_UNSUPPORTED, "%s:%d: %s",
					setting->place.file,
					setting->place.line,
					oe_feature_explain(text, sizeof(text),
							   setting->path));
		if (err)
			return complain_file(setting->path, NULL, err);
	}
	return EXIT_OK;
}

static int add_rankings(const struct oe_conf *conf, struct oe_changes *changes)
{
	int err = oe_ranking_groups_add(changes, conf);

	return err ? complain_file("groups", NULL, err) : EXIT_OK;
}

static void complain_unit(const char *unit, const char *why)
{
	complain(EXIT_OK, "%s: %s", unit, why);
}

static int add_unit_ranks(const struct oe_conf *conf,
			  struct oe_changes *changes)
{
	int err = oe_unit_ranks_add(changes, conf, complain_unit);

	return err ? complain_file("groups", NULL, err) : EXIT_OK;
}

static int apply_conf(const struct oe_conf *conf, const struct arguments *args)
{
	struct oe_changes changes = {};
	int status;

	oe_ranking_groups_remove(&changes, conf);
	status = add_objects(conf, &changes);
	if (status == EXIT_OK)
		status = add_settings(conf, &changes);
	if (status == EXIT_OK)
		status = add_rankings(conf, &changes);
	if (status == EXIT_OK)
		status = add_unit_ranks(conf, &changes);
	if (status == EXIT_OK && (args->dryrun || args->json))
		changes_show(&changes);
	if (status == EXIT_OK && !args->dryrun)
		status = changes_make(&changes);
	oe_changes_free(&changes);
	return status;
}

/**
 * apply_run - the command "apply"
 * @args: FILE... or nothing, which is the installed configuration; @dryrun
 *
 * Return: an exit status.
 */
int apply_run(const struct arguments *args)
{
	struct oe_conf *conf = malloc(sizeof(*conf));
	int status;

	if (!conf)
		return complain(EXIT_TROUBLE, "out of memory");
	status = args->argc ? conf_read_files(conf, args->argv, args->argc,
					      NULL, NULL) :
			      conf_read_installed(conf, NULL, NULL);
	if (status == EXIT_OK)
		status = apply_conf(conf, args);
	else if (status == EXIT_CONFIG)
		complain(status, "nothing has been changed");
	free(conf);
	return status;
}
