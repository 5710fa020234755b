/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_DIR_H
#define OE_SYSFS_DIR_H

#include <linux/completion.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

struct oe_sysfs_object;

/**
 * struct oe_sysfs_dir - a directory whose objects are made and removed by
 *	writes
 * @name: the directory's
 * @groups: its own files (`create`, `remove`, ...), unnamed groups
 * @object_groups: the files of each object; their show and store are those of
 *	&struct kobj_attribute, and they never take @lock
 * @release: frees an object; if readers under RCU may still use it, by
 *	kfree_rcu()
 * @lock: the table of objects; an owner may make and remove them under it
 * @kobj: the directory; each object holds a reference until its release is over
 * @object_type: made of @object_groups
 * @released: nothing of this directory exists any more
 *
 * The first four are the owner's to fill in, the others are dir.c's.
 */
struct oe_sysfs_dir {
	const char *name;
	const struct attribute_group **groups;
	const struct attribute_group **object_groups;
	void (*release)(struct oe_sysfs_object *object);
	struct mutex lock;
	struct kobject kobj;
	struct kobj_type object_type;
	struct completion released;
};

/**
 * struct oe_sysfs_object - an object, embedded in its owner's struct
 * @kobj: its directory
 * @dir: above it
 */
struct oe_sysfs_object {
	struct kobject kobj;
	struct oe_sysfs_dir *dir;
};

int oe_sysfs_dir_add(struct oe_sysfs_dir *dir, struct kobject *parent);
void oe_sysfs_dir_close(struct oe_sysfs_dir *dir);
void oe_sysfs_dir_remove(struct oe_sysfs_dir *dir);

int oe_sysfs_object_add(struct oe_sysfs_object *object,
			struct oe_sysfs_dir *dir, const char *name);
void oe_sysfs_object_remove(struct oe_sysfs_object *object);

#endif /* OE_SYSFS_DIR_H */
