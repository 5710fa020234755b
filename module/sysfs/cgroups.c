// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroups/: a directory for each memory cgroup that is watched.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "levels/cgroup_level.h"
#include "levels/cgroup_stall.h"
#include "levels/cgroup_watch.h"
#include "lib/parse.h"
#include "memory/available.h"
#include "sysfs/common.h"
#include "sysfs/dir.h"
#include "sysfs/files.h"

static struct oe_sysfs_dir dir;

/**
 * struct watch_dir - the directory of a watch
 * @object: for dir.c
 * @node: of its file `level`, with a reference; or NULL
 * @stall_node: the same of its file `stall_percent`
 * @watch: in the table of watches while the directory is published
 */
struct watch_dir {
	struct oe_sysfs_object object;
	struct kernfs_node *node;
	struct kernfs_node *stall_node;
	struct oe_cgroup_watch watch;
};

static struct oe_cgroup_watch *watch_of(struct kobject *kobj)
{
	return &container_of(kobj, struct watch_dir, object.kobj)->watch;
}

static struct watch_dir *dir_of(struct oe_cgroup_watch *watch)
{
	return container_of(watch, struct watch_dir, watch);
}

static ssize_t cgroup_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return oe_cgroup_watch_show_path(watch_of(kobj), buf);
}

static ssize_t cgroup_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char *text;

	if (err)
		return err;
	text = kmemdup_nul(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (count && text[count - 1] == '\n')
		text[count - 1] = '\0';
	/* The name of a cgroup has no newline. */
	err = strchr(text, '\n') ?
		      -EINVAL :
		      oe_cgroup_watch_set_path(watch_of(kobj), text);
	kfree(text);
	return err ?: count;
}

static ssize_t level_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	struct oe_cgroup_watch *watch = watch_of(kobj);

	if (!oe_cgroup_watch_is_there(watch))
		return -ENODATA;
	/* Written by the thread, and in an OOM. */
	return sysfs_emit(buf, "%s\n",
			  oe_level_name(READ_ONCE(watch->announced)));
}

static ssize_t available_kb_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	struct oe_memcg_amount amount;

	if (!oe_cgroup_watch_amount(watch_of(kobj), &amount))
		return -ENODATA;
	return sysfs_emit(buf, "%llu\n", amount.kb);
}

static ssize_t limit_kb_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	struct oe_memcg_amount amount;

	if (!oe_cgroup_watch_amount(watch_of(kobj), &amount))
		return -ENODATA;
	return sysfs_emit(buf, "%llu\n", amount.limit_kb);
}

static ssize_t stall_percent_show(struct kobject *kobj,
				  struct kobj_attribute *attr, char *buf)
{
	int percent = oe_cgroup_stall_now(watch_of(kobj));

	return percent < 0 ? percent : sysfs_emit(buf, "%d\n", percent);
}

static ssize_t show_percent(struct kobject *kobj, enum oe_level level,
			    char *buf)
{
	/* Written by oe_cgroup_watch_set_percent(). */
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(watch_of(kobj)->percent[level]));
}

static ssize_t store_percent(struct kobject *kobj, enum oe_level level,
			     const char *buf, size_t count)
{
	u64 percent;
	int err;

	err = oe_sysfs_check_write(buf, count)		     ?:
		      oe_parse_number(buf, 0, 100, &percent) ?:
		      oe_cgroup_watch_set_percent(watch_of(kobj), level,
						  percent);
	return err ?: count;
}

/* clang-format off */

#define PERCENT_ATTR(file, level)					\
static ssize_t file##_show(struct kobject *kobj,			\
			   struct kobj_attribute *attr, char *buf)	\
{									\
	return show_percent(kobj, level, buf);				\
}									\
									\
static ssize_t file##_store(struct kobject *kobj,			\
			    struct kobj_attribute *attr,		\
			    const char *buf, size_t count)		\
{									\
	return store_percent(kobj, level, buf, count);			\
}									\
									\
static struct kobj_attribute file##_attr = __ATTR_RW(file)

PERCENT_ATTR(warning_percent, OE_LEVEL_WARNING);
PERCENT_ATTR(critical_percent, OE_LEVEL_CRITICAL);
PERCENT_ATTR(imminent_oom_percent, OE_LEVEL_IMMINENT_OOM);

/* clang-format on */

static struct kobj_attribute cgroup_attr = __ATTR_RW(cgroup);
static struct kobj_attribute level_attr = __ATTR_RO(level);
static struct kobj_attribute available_attr = __ATTR_RO(available_kb);
static struct kobj_attribute limit_attr = __ATTR_RO(limit_kb);
static struct kobj_attribute stall_attr = __ATTR_RO(stall_percent);

static struct attribute *watch_attrs[] = {
	&cgroup_attr.attr,
	&level_attr.attr,
	&available_attr.attr,
	&limit_attr.attr,
	&stall_attr.attr,
	&warning_percent_attr.attr,
	&critical_percent_attr.attr,
	&imminent_oom_percent_attr.attr,
	NULL,
};

static const struct attribute_group watch_group = {
	.attrs = watch_attrs,
};

static const struct attribute_group *watch_groups[] = { &watch_group, NULL };

/* Looked up now: in the OOM path the lock of the look-up may be held. */
static int find_nodes(struct watch_dir *new)
{
	struct kernfs_node *parent = new->object.kobj.sd;

	new->node = sysfs_get_dirent(parent, "level");
	new->stall_node = sysfs_get_dirent(parent, "stall_percent");
	if (!new->node || !new->stall_node)
		return -ENOENT;
	return 0;
}

static int publish_watch(struct watch_dir *new)
{
	int err;

	err = oe_sysfs_object_add(&new->object, &dir, new->watch.name);
	if (err)
		return err; /* it is released */
	err = find_nodes(new) ?: oe_cgroup_watch_add(&new->watch, new->node);
	if (err)
		oe_sysfs_object_remove(&new->object);
	else
		oe_cgroup_stall_add(&new->watch, new->stall_node);
	return err;
}

static int create_watch(const char *name)
{
	struct watch_dir *new = kzalloc(sizeof(*new), GFP_KERNEL);
	int err;

	if (!new)
		return -ENOMEM;
	oe_cgroup_level_init(&new->watch, name);
	mutex_lock(&dir.lock);
	err = publish_watch(new);
	mutex_unlock(&dir.lock);
	return err;
}

static int remove_watch(const char *name)
{
	struct oe_cgroup_watch *watch;

	mutex_lock(&dir.lock);
	watch = oe_cgroup_watch_find(name);
	if (watch) {
		oe_cgroup_stall_remove(watch);
		oe_cgroup_watch_remove(watch);
		oe_sysfs_object_remove(&dir_of(watch)->object);
	}
	mutex_unlock(&dir.lock);
	return watch ? 0 : -ENOENT;
}

static int parse_name(const char *buf, size_t count, char name[OE_GROUP_NAME])
{
	return oe_sysfs_check_write(buf, count) ?:
		       oe_parse_name(buf, name, OE_GROUP_NAME);
}

static ssize_t create_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	char name[OE_GROUP_NAME];
	int err;

	err = parse_name(buf, count, name) ?: create_watch(name);
	return err ?: count;
}

static ssize_t remove_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	char name[OE_GROUP_NAME];
	int err;

	err = parse_name(buf, count, name) ?: remove_watch(name);
	return err ?: count;
}

static struct kobj_attribute create_attr = __ATTR_WO(create);
static struct kobj_attribute remove_attr = __ATTR_WO(remove);

static struct attribute *dir_attrs[] = {
	&create_attr.attr,
	&remove_attr.attr,
	NULL,
};

static const struct attribute_group dir_group = {
	.attrs = dir_attrs,
};

static const struct attribute_group *dir_groups[] = { &dir_group, NULL };

static void release_watch(struct oe_sysfs_object *object)
{
	struct watch_dir *watch_dir =
		container_of(object, struct watch_dir, object);

	oe_cgroup_level_release(&watch_dir->watch);
	sysfs_put(watch_dir->node);
	sysfs_put(watch_dir->stall_node);
	kfree(watch_dir);
}

static struct oe_sysfs_dir dir = {
	.name = "cgroups",
	.groups = dir_groups,
	.object_groups = watch_groups,
	.release = release_watch,
};

/**
 * oe_sysfs_cgroups_init - publish cgroups/
 * @parent: the directory above
 *
 * Context: module init.
 * Return: 0 or a negative errno.
 */
int oe_sysfs_cgroups_init(struct kobject *parent)
{
	return oe_sysfs_dir_add(&dir, parent);
}

/**
 * oe_sysfs_cgroups_exit - remove every watch, then cgroups/
 *
 * Context: module exit; waits for reads and writes under way.
 */
void oe_sysfs_cgroups_exit(void)
{
	struct oe_cgroup_watch *watch;

	oe_sysfs_dir_close(&dir);
	mutex_lock(&dir.lock);
	while ((watch = oe_cgroup_watch_any())) {
		oe_cgroup_stall_remove(watch);
		oe_cgroup_watch_remove(watch);
		oe_sysfs_object_remove(&dir_of(watch)->object);
	}
	mutex_unlock(&dir.lock);
	oe_sysfs_dir_remove(&dir);
}
