/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_GROUP_FILES_H
#define OE_SYSFS_GROUP_FILES_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/sysfs.h>

#include "rank/group.h"
#include "sysfs/dir.h"
#include "sysfs/snapshot.h"
#include "sysfs/types.h"

/**
 * struct oe_group_entry - the directory of a group
 * @object: for dir.c
 * @link: in entries
 * @group: lives at least as long as the directory
 * @name: the group's and the directory's
 * @members: `pids`
 * @candidates: the file of that name
 */
struct oe_group_entry {
	struct oe_sysfs_object object;
	struct list_head link;
	struct oe_group *group;
	char name[OE_GROUP_NAME];
	struct oe_list members;
	struct oe_list candidates;
};

/* The files with a value each; the second: about rules. */
extern const struct attribute_group oe_group_files;
extern const struct attribute_group oe_group_rule_files;

ssize_t oe_group_file_store(struct kobject *kobj, enum oe_group_file file,
			    const char *buf, size_t count);

/**
 * oe_group_entry_of - the entry of a directory
 * @kobj: the directory's
 *
 * Return: the entry.
 */
static inline struct oe_group_entry *oe_group_entry_of(struct kobject *kobj)
{
	return container_of(kobj, struct oe_group_entry, object.kobj);
}

/**
 * oe_group_of_kobj - the group of a directory
 * @kobj: the directory's
 *
 * Return: the group.
 */
static inline struct oe_group *oe_group_of_kobj(struct kobject *kobj)
{
	return oe_group_entry_of(kobj)->group;
}

#endif /* OE_SYSFS_GROUP_FILES_H */
