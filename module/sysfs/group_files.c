// SPDX-License-Identifier: GPL-2.0-only
/*
 * groups/NAME/: the files with a value each, but for those about rules.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/pid_namespace.h>
#include <linux/sysfs.h>

#include "oom/signal.h"
#include "rank/group.h"
#include "rank/ranking.h"
#include "sysfs/common.h"
#include "sysfs/group_files.h"
#include "sysfs/group_value.h"
#include "tasks.h"

/**
 * oe_group_file_store - a write to a file of a group
 * @kobj: the group's directory
 * @file: the file
 * @buf: as sysfs gives it
 * @count: of bytes
 *
 * Context: process context, may sleep and allocate.
 * Return: @count or a negative errno.
 */
ssize_t oe_group_file_store(struct kobject *kobj, enum oe_group_file file,
			    const char *buf, size_t count)
{
	struct oe_group_value value;
	int err;

	err = oe_sysfs_check_write(buf, count);
	if (!err)
		err = oe_group_value_parse(&value, file, buf, count);
	if (err)
		return err;
	oe_group_lock();
	oe_group_value_put(&value, oe_group_of_kobj(kobj));
	oe_group_unlock();
	oe_group_value_free(&value);
	return count;
}

static ssize_t rank_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%u\n", oe_group_rank(oe_group_of_kobj(kobj)));
}

static ssize_t rank_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_RANK, buf, count);
}

static ssize_t precedence_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  oe_group_precedence(oe_group_of_kobj(kobj)));
}

static ssize_t precedence_store(struct kobject *kobj,
				struct kobj_attribute *attr, const char *buf,
				size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_PRECEDENCE, buf, count);
}

static ssize_t signal_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(
		buf, "%s\n",
		oe_signal_name(oe_group_signal(oe_group_of_kobj(kobj))));
}

static ssize_t signal_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_SIGNAL, buf, count);
}

struct member_count {
	const struct oe_group *group;
	unsigned int nr_members;
};

static void count_member(struct task_struct *p, void *arg)
{
	struct member_count *count = arg;

	if (oe_rank_in_group(count->group, p))
		count->nr_members++;
}

static ssize_t nr_members_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	struct member_count count = { .group = oe_group_of_kobj(kobj) };

	oe_tasks_list(&init_pid_ns, count_member, &count);
	return sysfs_emit(buf, "%u\n", count.nr_members);
}

static struct kobj_attribute rank_attr = __ATTR_RW(rank);
static struct kobj_attribute precedence_attr = __ATTR_RW(precedence);
static struct kobj_attribute signal_attr = __ATTR_RW(signal);
static struct kobj_attribute nr_members_attr = __ATTR_RO(nr_members);

static struct attribute *group_attrs[] = {
	&rank_attr.attr,
	&precedence_attr.attr,
	&signal_attr.attr,
	&nr_members_attr.attr,
	NULL,
};

const struct attribute_group oe_group_files = {
	.attrs = group_attrs,
};
