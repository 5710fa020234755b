// SPDX-License-Identifier: GPL-2.0-only
/*
 * levels/: the level and its settings.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "levels/level.h"
#include "levels/stall.h"
#include "memory/available.h"
#include "sysfs/common.h"
#include "sysfs/files.h"

#define LEVELS "levels"

enum {
	NR_READ_ONLY = 5, /* files before the tunables */
};

static struct kernfs_node *level_node;
static struct kernfs_node *stall_node;

static ssize_t level_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", oe_level_name(oe_level_now()));
}

static ssize_t available_kb_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", oe_available_kb());
}

static ssize_t available_kernel_kb_show(struct kobject *kobj,
					struct kobj_attribute *attr, char *buf)
{
	struct oe_available amount;

	oe_available_read(&amount);
	return sysfs_emit(buf, "%llu\n", amount.kernel_kb);
}

static ssize_t oom_forecast_ms_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", oe_level_forecast_ms());
}

static ssize_t stall_percent_show(struct kobject *kobj,
				  struct kobj_attribute *attr, char *buf)
{
	int percent = oe_stall_now();

	return percent < 0 ? percent : sysfs_emit(buf, "%d\n", percent);
}

static struct kobj_attribute level_attr = __ATTR_RO(level);
static struct kobj_attribute available_attr = __ATTR_RO(available_kb);
static struct kobj_attribute kernel_attr = __ATTR_RO(available_kernel_kb);
static struct kobj_attribute forecast_attr = __ATTR_RO(oom_forecast_ms);
static struct kobj_attribute stall_attr = __ATTR_RO(stall_percent);

static struct kobj_attribute tunable_attrs[OE_NR_LEVEL_TUNABLES];

static enum oe_level_tunable tunable_of(const struct kobj_attribute *attr)
{
	return attr - tunable_attrs;
}

static ssize_t tunable_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return oe_level_tunable_show(tunable_of(attr), buf);
}

static ssize_t tunable_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);

	if (!err)
		err = oe_level_tunable_store(tunable_of(attr), buf);
	return err ?: count;
}

static struct attribute *levels_attrs[NR_READ_ONLY + OE_NR_LEVEL_TUNABLES + 1] = {
	&level_attr.attr,    &available_attr.attr, &kernel_attr.attr,
	&forecast_attr.attr, &stall_attr.attr,
};

static void init_tunables(void)
{
	unsigned int i;

	for (i = 0; i < OE_NR_LEVEL_TUNABLES; i++) {
		struct kobj_attribute *attr = &tunable_attrs[i];

		sysfs_attr_init(&attr->attr);
		attr->attr.name = oe_level_tunable_name(i);
		attr->attr.mode = 0644;
		attr->show = tunable_show;
		attr->store = tunable_store;
		levels_attrs[NR_READ_ONLY + i] = &attr->attr;
	}
}

const struct attribute_group oe_levels_group = {
	.name = LEVELS,
	.attrs = levels_attrs,
	.bin_attrs = oe_history_attrs,
};

/**
 * oe_sysfs_levels_init - before the directory is published
 */
void oe_sysfs_levels_init(void)
{
	init_tunables();
	oe_sysfs_history_init();
}

/**
 * oe_sysfs_levels_exit - after it is withdrawn
 *
 * Context: process context, may sleep.
 */
void oe_sysfs_levels_exit(void)
{
	oe_sysfs_history_exit();
}

/**
 * oe_sysfs_levels_attach - the directory is there: levels may be announced
 * @root: above it
 *
 * Looked up now: in the OOM path the look-up's lock may be held.
 *
 * Context: module init.
 * Return: 0 or -ENOENT.
 */
int oe_sysfs_levels_attach(struct kobject *root)
{
	struct kernfs_node *dir = sysfs_get_dirent(root->sd, LEVELS);

	if (!dir)
		return -ENOENT;
	level_node = sysfs_get_dirent(dir, "level");
	stall_node = sysfs_get_dirent(dir, "stall_percent");
	sysfs_put(dir);
	if (!level_node || !stall_node) {
		sysfs_put(stall_node);
		sysfs_put(level_node);
		return -ENOENT;
	}
	oe_level_attach(level_node);
	oe_stall_attach(stall_node);
	return 0;
}

/**
 * oe_sysfs_levels_detach - the directory goes away
 *
 * Context: module exit.
 */
void oe_sysfs_levels_detach(void)
{
	oe_stall_detach();
	sysfs_put(stall_node);
	oe_level_detach();
	sysfs_put(level_node);
}
