// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups that are made of something else: of lines of [rankings], of units.
 */
#include "common/made_groups.h"

#include <stdio.h>
#include <string.h>

#include "common/sysfs.h"

/* An undone removal makes the group as it was. */
static void remove_group(struct oe_changes *changes, const char *group,
			 const char *const *files)
{
	char file[OE_SYSFS_PATH_MAX];

	for (; *files; files++) {
		snprintf(file, sizeof(file), "groups/%s/%s", group, *files);
		oe_changes_restore(changes, file);
	}
	oe_changes_remove(changes, "groups", group);
}

/**
 * oe_made_groups_remove - remove the groups of what is no longer there
 * @changes: gets what is to be done; before what needs the room
 * @prefix: of the names of all groups of this kind
 * @files: that an undone removal writes, the last one first; NULL ends them
 * @is_wanted: is a group to stay?
 * @arg: for @is_wanted
 *
 * Those of another manager, too, which has ended.
 */
void oe_made_groups_remove(struct oe_changes *changes, const char *prefix,
			   const char *const *files,
			   bool (*is_wanted)(const char *group,
					     const void *arg),
			   const void *arg)
{
	char **names;
	size_t nr;

	if (oe_sysfs_list_dir("groups", &names, &nr, 1))
		return;
	for (size_t i = 0; i < nr; i++)
		if (!strncmp(names[i], prefix, strlen(prefix)) &&
		    !is_wanted(names[i], arg))
			remove_group(changes, names[i], files);
	oe_sysfs_free_names(names, nr);
}
