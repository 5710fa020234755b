// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values are put in force together. All that may fail, sleep or allocate comes
 * first; then all values are stored while no emergency looks at them.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/list.h>

#include "levels/level.h"
#include "lib/gate.h"
#include "rank/group.h"
#include "rank/version.h"
#include "sysfs/commit.h"
#include "sysfs/group_value.h"
#include "sysfs/staged_value.h"
#include "tunables.h"

static int prepare_values(struct list_head *values,
			  const struct oe_staged **refused)
{
	struct oe_staged *staged;
	int err;

	list_for_each_entry(staged, values, link) {
		if (staged->room != OE_STAGED_TUNABLE)
			continue;
		err = oe_tunable_prepare(staged->tunable, staged->number);
		if (err) {
			*refused = staged;
			return err;
		}
	}
	return 0;
}

/* The value to blame if the watermarks are not in order: one of them. */
static int check_values(struct list_head *values,
			struct oe_level_changes *levels,
			const struct oe_staged **refused)
{
	const struct oe_staged *of_level = NULL;
	struct oe_staged *staged;

	list_for_each_entry(staged, values, link) {
		if (staged->room == OE_STAGED_LEVEL) {
			oe_level_add_change(levels, staged->level,
					    staged->number);
			of_level = staged;
		}
		if (staged->room != OE_STAGED_GROUP)
			continue;
		staged->group = oe_group_find(staged->name);
		if (!staged->group) {
			*refused = staged;
			return -ENOENT;
		}
	}
	if (oe_level_changes_fit(levels))
		return 0;
	*refused = of_level;
	return -ERANGE;
}

/* Allocates nothing, and fails no more. */
static void store_values(struct list_head *values,
			 const struct oe_level_changes *levels)
{
	struct oe_staged *staged;

	oe_version_begin_change();
	list_for_each_entry(staged, values, link) {
		if (staged->room == OE_STAGED_TUNABLE)
			oe_tunable_put(staged->tunable, staged->number);
		else if (staged->room == OE_STAGED_GROUP)
			oe_group_value_put(&staged->value, staged->group);
	}
	oe_level_make_changes(levels);
	oe_version_end_change();
}

static int publish_values(struct list_head *values,
			  const struct oe_staged **refused)
{
	struct oe_level_changes levels;
	int err;

	oe_level_begin_changes(&levels);
	oe_group_lock();
	err = check_values(values, &levels, refused);
	if (!err)
		err = oe_gate_close();
	if (!err) {
		store_values(values, &levels);
		oe_gate_open();
	}
	oe_group_unlock();
	oe_level_end_changes();
	return err;
}

static void tell_of_changes(struct list_head *values)
{
	struct oe_staged *staged;

	list_for_each_entry(staged, values, link)
		if (staged->room == OE_STAGED_TUNABLE)
			oe_tunable_changed(staged->tunable);
	oe_tunables_warn();
}

/**
 * oe_commit - put values in force, all or none
 * @values: of &struct oe_staged; the caller's
 * @refused: on failure: the value to blame, or NULL if it is none of them
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; -ERANGE if the watermarks would not be in order, -ENOENT if a group
 * does not exist, -EBUSY if emergencies looked at the settings for
 * two seconds, -ENOMEM.
 */
int oe_commit(struct list_head *values, const struct oe_staged **refused)
{
	int err;

	*refused = NULL;
	err = prepare_values(values, refused);
	if (err)
		return err;
	err = publish_values(values, refused);
	if (!err)
		tell_of_changes(values);
	return err;
}
