// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of a set of changes that the module puts in force together.
 */
#include "common/change_stage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/stage.h"
#include "common/sysfs.h"

static bool is_removal(const struct oe_change *one)
{
	return one->value && (!strcmp(one->file, "groups/remove") ||
			      !strcmp(one->file, "limits/remove") ||
			      !strcmp(one->file, "cgroups/remove"));
}

static bool may_be_staged(const struct oe_change *one)
{
	return one->value && oe_stage_takes(one->file, one->value);
}

static bool is_staged(const struct oe_change *one)
{
	return one->moment == OE_CHANGE_STAGED && one->state == OE_CHANGE_TO_DO;
}

/**
 * oe_changes_plan - decide when each change of a set is made
 * @changes: the set
 *
 * If the module cannot put values in force together, all are made one by one, in order.
 */
void oe_changes_plan(struct oe_changes *changes)
{
	size_t nr_staged = 0;
	size_t i;

	for (i = 0; i < changes->nr; i++)
		nr_staged += may_be_staged(&changes->change[i]);
	/* One value is whole by itself. */
	for (i = 0; nr_staged > 1 && i < changes->nr; i++) {
		struct oe_change *one = &changes->change[i];

		if (may_be_staged(one))
			one->moment = OE_CHANGE_STAGED;
		else if (is_removal(one))
			one->moment = OE_CHANGE_AFTER;
	}
}

/* From the commit on, the rules of a group that will be removed find nobody. */
static void stage_without_rules(const struct oe_changes *changes)
{
	static const char *const rules[] = { "cgroup", "comm", "uid", "rules" };
	char file[OE_SYSFS_PATH_MAX];
	size_t i, j;

	for (i = 0; i < changes->nr; i++) {
		const struct oe_change *one = &changes->change[i];

		if (one->moment != OE_CHANGE_AFTER ||
		    one->state != OE_CHANGE_TO_DO ||
		    strcmp(one->file, "groups/remove"))
			continue;
		for (j = 0; j < sizeof(rules) / sizeof(*rules); j++) {
			snprintf(file, sizeof(file), "groups/%s/%s", one->value,
				 rules[j]);
			if (!oe_sysfs_exists(file))
				oe_stage_add(file, "");
		}
	}
}

/* Returns the first change that was refused. */
static struct oe_change *stage_values(struct oe_changes *changes, bool stop,
				      size_t *nr_values)
{
	struct oe_change *failed = NULL;
	size_t i;

	for (i = 0; i < changes->nr && !(stop && failed); i++) {
		struct oe_change *one = &changes->change[i];

		if (!is_staged(one))
			continue;
		one->err = oe_stage_add(one->file, one->value);
		if (!one->err)
			++*nr_values;
		else if (oe_change_is_missing(changes, one))
			one->state = OE_CHANGE_MISSING;
		else if (!failed)
			failed = one;
	}
	return failed;
}

static struct oe_change *find_staged(struct oe_changes *changes,
				     const char *file)
{
	size_t i;

	for (i = 0; i < changes->nr; i++)
		if (is_staged(&changes->change[i]) &&
		    (!*file || !strcmp(changes->change[i].file, file)))
			return &changes->change[i];
	return NULL;
}

/* The change to blame is the one whose file the module names. */
static struct oe_change *blame_one(struct oe_changes *changes,
				   const char *refused, int err)
{
	struct oe_change *failed = find_staged(changes, refused);

	if (!failed)
		failed = find_staged(changes, "");
	if (failed)
		failed->err = err;
	return failed;
}

static struct oe_change *commit_staged(struct oe_changes *changes, int stage)
{
	char refused[OE_SYSFS_VALUE_MAX];
	int err = oe_stage_commit(stage, refused, sizeof(refused));
	size_t i;

	if (err)
		return blame_one(changes, refused, err);
	for (i = 0; i < changes->nr; i++)
		if (is_staged(&changes->change[i]) && !changes->change[i].err)
			changes->change[i].state = OE_CHANGE_DONE;
	return NULL;
}

/**
 * oe_changes_stage - put the values of a set in force together
 * @changes: the set, after oe_changes_plan()
 * @stop: all or none; else those that the module takes
 *
 * Return: NULL; or a change that was refused, with its errno: none is made then if @stop.
 */
struct oe_change *oe_changes_stage(struct oe_changes *changes, bool stop)
{
	struct oe_change *failed;
	size_t nr_values = 0;
	int stage;

	if (!find_staged(changes, ""))
		return NULL;
	stage = oe_stage_open();
	if (stage < 0)
		return blame_one(changes, "", stage);
	failed = stage_values(changes, stop, &nr_values);
	if (nr_values && !(stop && failed)) {
		struct oe_change *refused;

		stage_without_rules(changes);
		refused = commit_staged(changes, stage);
		failed = failed ? failed : refused;
	}
	oe_stage_close(stage);
	return failed;
}
