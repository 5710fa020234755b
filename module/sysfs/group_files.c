// SPDX-License-Identifier: GPL-2.0-only
/*
 * groups/NAME/: the files with a value each.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "lib/parse.h"
#include "oom/signal.h"
#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/ranking.h"
#include "sysfs/common.h"
#include "sysfs/group_files.h"
#include "tasks.h"

/* The text without its last newline, to be freed; or an errno as pointer. */
static char *written_text(const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char *text;

	if (err)
		return ERR_PTR(err);
	if (count && buf[count - 1] == '\n')
		count--;
	text = kmemdup_nul(buf, count, GFP_KERNEL);
	return text ?: ERR_PTR(-ENOMEM);
}

static char *written_line(const char *buf, size_t count)
{
	char *line = written_text(buf, count);

	if (!IS_ERR(line) && strchr(line, '\n')) {
		kfree(line);
		return ERR_PTR(-EINVAL);
	}
	return line;
}

static ssize_t rank_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%u\n", oe_group_rank(oe_group_of_kobj(kobj)));
}

static ssize_t rank_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	u64 rank;

	if (!err)
		err = oe_parse_number(buf, 0, OE_RANK_MAX, &rank);
	if (err)
		return err;
	oe_group_set_rank(oe_group_of_kobj(kobj), rank);
	return count;
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
	int err = oe_sysfs_check_write(buf, count);
	u64 precedence;

	if (!err)
		err = oe_parse_number(buf, 0, OOM_EMBEDDED_PRECEDENCE_MAX,
				      &precedence);
	if (err)
		return err;
	oe_group_set_precedence(oe_group_of_kobj(kobj), precedence);
	return count;
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
	int err = oe_sysfs_check_write(buf, count);
	int signal;

	if (!err)
		err = oe_signal_parse(buf, &signal);
	if (err)
		return err;
	oe_group_set_signal(oe_group_of_kobj(kobj), signal);
	return count;
}

static const char *const trust_words[] = { OOM_EMBEDDED_TRUST_WORDS };

static ssize_t trust_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	bool trusts = oe_group_trusts_names(oe_group_of_kobj(kobj));

	return sysfs_emit(buf, "%s\n", trust_words[trusts]);
}

static ssize_t trust_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	unsigned int trust;

	if (!err)
		err = oe_parse_word(buf, trust_words, ARRAY_SIZE(trust_words),
				    &trust);
	if (err)
		return err;
	oe_group_trust_names(oe_group_of_kobj(kobj), trust);
	return count;
}

static ssize_t store_rule(struct kobject *kobj, enum oe_rule_kind kind,
			  const char *buf, size_t count)
{
	char *line = written_line(buf, count);
	int err;

	if (IS_ERR(line))
		return PTR_ERR(line);
	err = oe_group_set_rule(oe_group_of_kobj(kobj), kind, line);
	kfree(line);
	return err ?: count;
}

static ssize_t cgroup_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return oe_group_show_rule(oe_group_of_kobj(kobj), OE_RULE_CGROUP, buf);
}

static ssize_t cgroup_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	return store_rule(kobj, OE_RULE_CGROUP, buf, count);
}

static ssize_t comm_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return oe_group_show_rule(oe_group_of_kobj(kobj), OE_RULE_COMM, buf);
}

static ssize_t comm_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	return store_rule(kobj, OE_RULE_COMM, buf, count);
}

static ssize_t uid_show(struct kobject *kobj, struct kobj_attribute *attr,
			char *buf)
{
	return oe_group_show_rule(oe_group_of_kobj(kobj), OE_RULE_UID, buf);
}

static ssize_t uid_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	return store_rule(kobj, OE_RULE_UID, buf, count);
}

static ssize_t rules_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return oe_group_show_joint(oe_group_of_kobj(kobj), buf);
}

/* A longer write arrives in pieces of a page: see oe_changes_write(). */
static ssize_t rules_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	char *text;
	int err;

	if (count >= PAGE_SIZE)
		return -EINVAL;
	text = written_text(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = oe_group_set_joint(oe_group_of_kobj(kobj), text);
	kfree(text);
	return err ?: count;
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
static struct kobj_attribute trust_attr = __ATTR_RW(trust);
static struct kobj_attribute cgroup_attr = __ATTR_RW(cgroup);
static struct kobj_attribute comm_attr = __ATTR_RW(comm);
static struct kobj_attribute uid_attr = __ATTR_RW(uid);
static struct kobj_attribute rules_attr = __ATTR_RW(rules);
static struct kobj_attribute nr_members_attr = __ATTR_RO(nr_members);

static struct attribute *group_attrs[] = {
	&rank_attr.attr,       &precedence_attr.attr,
	&signal_attr.attr,     &trust_attr.attr,
	&cgroup_attr.attr,     &comm_attr.attr,
	&uid_attr.attr,	       &rules_attr.attr,
	&nr_members_attr.attr, NULL,
};

const struct attribute_group oe_group_files = {
	.attrs = group_attrs,
};
