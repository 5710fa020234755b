// SPDX-License-Identifier: GPL-2.0-only
/*
 * staged/: settings that only make sense together are written here one after the
 * other, and put in force at once.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <uapi/oom_embedded.h>

#include "lib/parse.h"
#include "sysfs/commit.h"
#include "sysfs/common.h"
#include "sysfs/files.h"
#include "sysfs/staged_value.h"

static struct {
	struct mutex lock; /* nothing is allocated under it */
	struct list_head values;
	unsigned int nr_values;
	char refused[OE_STAGED_FILE];
} stage = {
	.lock = __MUTEX_INITIALIZER(stage.lock),
	.values = LIST_HEAD_INIT(stage.values),
};

static void free_values(struct list_head *values)
{
	struct oe_staged *staged, *next;

	list_for_each_entry_safe(staged, next, values, link) {
		list_del(&staged->link);
		oe_staged_free(staged);
	}
}

/* @text is taken apart. Empty lines are skipped. */
static int parse_lines(char *text, struct list_head *values,
		       unsigned int *nr_values)
{
	struct oe_staged *staged;
	char *line;
	int err;

	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		err = oe_staged_parse(line, &staged);
		if (err)
			return err;
		list_add_tail(&staged->link, values);
		++*nr_values;
	}
	return 0;
}

static int add_values(struct list_head *values, unsigned int nr_values)
{
	int err = 0;

	mutex_lock(&stage.lock);
	if (stage.nr_values + nr_values > OOM_EMBEDDED_STAGED_MAX) {
		err = -ENOSPC;
	} else {
		list_splice_tail_init(values, &stage.values);
		stage.nr_values += nr_values;
	}
	mutex_unlock(&stage.lock);
	return err;
}

static void take_values(struct list_head *values, unsigned int *nr_values)
{
	mutex_lock(&stage.lock);
	list_splice_init(&stage.values, values);
	*nr_values = stage.nr_values;
	stage.nr_values = 0;
	mutex_unlock(&stage.lock);
}

/* Before those that were staged meanwhile. */
static void give_back(struct list_head *values, unsigned int nr_values)
{
	mutex_lock(&stage.lock);
	list_splice(values, &stage.values);
	stage.nr_values += nr_values;
	mutex_unlock(&stage.lock);
}

static void note_refused(const struct oe_staged *refused)
{
	mutex_lock(&stage.lock);
	strscpy(stage.refused, refused ? refused->file : "",
		sizeof(stage.refused));
	mutex_unlock(&stage.lock);
}

static ssize_t set_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	char *text = oe_sysfs_lines(buf, count);
	unsigned int nr_values = 0;
	LIST_HEAD(values);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = parse_lines(text, &values, &nr_values);
	if (!err)
		err = add_values(&values, nr_values);
	free_values(&values);
	kfree(text);
	return err ?: count;
}

static int check_one(const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	u64 value;

	return err ?: oe_parse_number(buf, 1, 1, &value);
}

static ssize_t commit_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	const struct oe_staged *refused;
	int err = check_one(buf, count);
	unsigned int nr_values;
	LIST_HEAD(values);

	if (err)
		return err;
	take_values(&values, &nr_values);
	err = oe_commit(&values, &refused);
	note_refused(err ? refused : NULL);
	if (err)
		give_back(&values, nr_values);
	else
		free_values(&values);
	return err ?: count;
}

static ssize_t clear_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	int err = check_one(buf, count);
	unsigned int nr_values;
	LIST_HEAD(values);

	if (err)
		return err;
	take_values(&values, &nr_values);
	free_values(&values);
	return count;
}

static ssize_t nr_values_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	unsigned int nr_values;

	mutex_lock(&stage.lock);
	nr_values = stage.nr_values;
	mutex_unlock(&stage.lock);
	return sysfs_emit(buf, "%u\n", nr_values);
}

static ssize_t refused_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	int length;

	mutex_lock(&stage.lock);
	length = sysfs_emit(buf, "%s\n", stage.refused);
	mutex_unlock(&stage.lock);
	return length;
}

static struct kobj_attribute set_attr = __ATTR_WO(set);
static struct kobj_attribute commit_attr = __ATTR_WO(commit);
static struct kobj_attribute clear_attr = __ATTR_WO(clear);
static struct kobj_attribute nr_values_attr = __ATTR_RO(nr_values);
static struct kobj_attribute refused_attr = __ATTR_RO(refused);

static struct attribute *staged_attrs[] = {
	&set_attr.attr,	      &commit_attr.attr,  &clear_attr.attr,
	&nr_values_attr.attr, &refused_attr.attr, NULL,
};

const struct attribute_group oe_staged_group = {
	.name = "staged",
	.attrs = staged_attrs,
};

/**
 * oe_sysfs_staged_exit - forget what is staged
 *
 * Context: module exit, when nobody can write any more.
 */
void oe_sysfs_staged_exit(void)
{
	free_values(&stage.values);
}
