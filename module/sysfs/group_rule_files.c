// SPDX-License-Identifier: GPL-2.0-only
/*
 * groups/NAME/: the files about rules.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/sysfs.h>

#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "sysfs/group_files.h"
#include "sysfs/group_rule_value.h"

static ssize_t trust_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	bool trusts = oe_group_trusts_names(oe_group_of_kobj(kobj));

	return sysfs_emit(buf, "%s\n", oe_group_trust_word(trusts));
}

static ssize_t trust_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_TRUST, buf, count);
}

static ssize_t cgroup_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return oe_group_show_rule(oe_group_of_kobj(kobj), OE_RULE_CGROUP, buf);
}

static ssize_t cgroup_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_CGROUP, buf, count);
}

static ssize_t comm_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return oe_group_show_rule(oe_group_of_kobj(kobj), OE_RULE_COMM, buf);
}

static ssize_t comm_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_COMM, buf, count);
}

static ssize_t uid_show(struct kobject *kobj, struct kobj_attribute *attr,
			char *buf)
{
	return oe_group_show_rule(oe_group_of_kobj(kobj), OE_RULE_UID, buf);
}

static ssize_t uid_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	return oe_group_file_store(kobj, OE_GROUP_UID, buf, count);
}

static ssize_t rules_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return oe_group_show_joint(oe_group_of_kobj(kobj), buf);
}

/* A longer write arrives in pieces of a page: see oe_sysfs_lines(). */
static ssize_t rules_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	if (count >= PAGE_SIZE)
		return -EINVAL;
	return oe_group_file_store(kobj, OE_GROUP_RULES, buf, count);
}

static struct kobj_attribute trust_attr = __ATTR_RW(trust);
static struct kobj_attribute cgroup_attr = __ATTR_RW(cgroup);
static struct kobj_attribute comm_attr = __ATTR_RW(comm);
static struct kobj_attribute uid_attr = __ATTR_RW(uid);
static struct kobj_attribute rules_attr = __ATTR_RW(rules);

static struct attribute *rule_attrs[] = {
	&trust_attr.attr, &cgroup_attr.attr, &comm_attr.attr,
	&uid_attr.attr,	  &rules_attr.attr,  NULL,
};

const struct attribute_group oe_group_rule_files = {
	.attrs = rule_attrs,
};
