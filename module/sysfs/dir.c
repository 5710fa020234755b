// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories whose objects are made and removed by writes: groups/, limits/.
 *
 * An object is a kobject, so its memory lives until the last of its files is
 * closed. The owner finds its objects by a table of its own.
 *
 *	create	oe_sysfs_object_add(), dir->lock { into the table }
 *	remove	dir->lock { out of the table }, oe_sysfs_object_remove()
 *	exit	oe_sysfs_dir_close(), remove every object, oe_sysfs_dir_remove()
 *
 * None of these kobjects sends a uevent.
 */
#include "core.h"

#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "compat/compat.h"
#include "sysfs/dir.h"

static struct oe_sysfs_dir *dir_of(struct kobject *kobj)
{
	return container_of(kobj, struct oe_sysfs_dir, kobj);
}

static struct oe_sysfs_object *object_of(struct kobject *kobj)
{
	return container_of(kobj, struct oe_sysfs_object, kobj);
}

static void release_dir(struct kobject *kobj)
{
	complete(&dir_of(kobj)->released);
}

static OE_KTYPE_CONST struct kobj_type dir_type = {
	.release = release_dir,
	.sysfs_ops = &kobj_sysfs_ops,
};

static void release_object(struct kobject *kobj)
{
	struct oe_sysfs_dir *dir = object_of(kobj)->dir;

	dir->release(object_of(kobj));
	kobject_put(&dir->kobj);
}

/* After kobject_init() only kobject_put() frees it: wait for the last one. */
static void put_dir(struct oe_sysfs_dir *dir)
{
	kobject_put(&dir->kobj);
	wait_for_completion(&dir->released);
}

/**
 * oe_sysfs_dir_add - publish a directory
 * @dir: filled in by its owner as &struct oe_sysfs_dir says
 * @parent: the directory above
 *
 * Context: module init.
 * Return: 0; or a negative errno, and there is nothing to undo.
 */
int oe_sysfs_dir_add(struct oe_sysfs_dir *dir, struct kobject *parent)
{
	int err;

	mutex_init(&dir->lock);
	init_completion(&dir->released);
	dir->object_type.release = release_object;
	dir->object_type.sysfs_ops = &kobj_sysfs_ops;
	dir->object_type.default_groups = dir->object_groups;

	err = kobject_init_and_add(&dir->kobj, &dir_type, parent, "%s",
				   dir->name);
	/*
	 * Not in default_groups: these files are withdrawn before the
	 * directory.
	 */
	if (!err)
		err = sysfs_create_groups(&dir->kobj, dir->groups);
	if (err)
		put_dir(dir);
	return err;
}

/**
 * oe_sysfs_dir_close - withdraw the directory's own files
 * @dir: published
 *
 * On return no new object is made, and the owner may remove all that exist.
 *
 * Context: module exit, without @dir's lock; waits for writes under way.
 */
void oe_sysfs_dir_close(struct oe_sysfs_dir *dir)
{
	sysfs_remove_groups(&dir->kobj, dir->groups);
}

/**
 * oe_sysfs_dir_remove - withdraw an empty directory
 * @dir: closed, and every object has been removed
 *
 * Context: module exit; waits until the last object has been released.
 */
void oe_sysfs_dir_remove(struct oe_sysfs_dir *dir)
{
	kobject_del(&dir->kobj);
	put_dir(dir);
}

/* Checked here, because sysfs reports a duplicate with a stack trace. */
static bool is_taken(struct oe_sysfs_dir *dir, const char *name)
{
	struct kernfs_node *node = sysfs_get_dirent(dir->kobj.sd, name);

	sysfs_put(node);
	return node;
}

/**
 * oe_sysfs_object_add - publish an object
 * @object: zeroed; the release() of @dir frees it
 * @dir: the directory
 * @name: copied
 *
 * On failure the object has been released, and is perhaps freed. So readers
 * under RCU must not be able to find it yet.
 *
 * Context: process context, allocates. The owner sees to it that no other object
 * of @name is added meanwhile.
 * Return: 0, -EEXIST if there is something of that name, or -ENOMEM.
 */
int oe_sysfs_object_add(struct oe_sysfs_object *object,
			struct oe_sysfs_dir *dir, const char *name)
{
	int err;

	object->dir = dir;
	kobject_get(&dir->kobj);
	kobject_init(&object->kobj, &dir->object_type);
	if (is_taken(dir, name))
		err = -EEXIST;
	else
		err = kobject_add(&object->kobj, &dir->kobj, "%s", name);
	if (err)
		kobject_put(&object->kobj);
	return err;
}

/**
 * oe_sysfs_object_remove - withdraw an object and drop its reference
 * @object: published, and no longer in its owner's table
 *
 * Context: process context, but not in a write to one of the object's own files;
 * waits for reads and writes of those.
 */
void oe_sysfs_object_remove(struct oe_sysfs_object *object)
{
	kobject_del(&object->kobj);
	kobject_put(&object->kobj);
}
