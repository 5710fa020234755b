// SPDX-License-Identifier: GPL-2.0-only
/*
 * groups/: a directory for each group.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "sysfs/lines.h"
#include "compat/compat.h"
#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "sysfs/snapshot.h"
#include "lib/parse.h"
#include "rank/rank.h"
#include "rank/ranking.h"
#include "oom/signal.h"
#include "sysfs/common.h"
#include "sysfs/files.h"
#include "sysfs/dir.h"
#include "tasks.h"

enum {
	PID_LINE = 12, /* "%10d\n", and the NUL while it is written */
	SPARE_PIDS = 64, /* for processes that join meanwhile */
};

/**
 * struct entry - the directory of a group
 * @object: for dir.c
 * @link: in entries
 * @group: lives at least as long as the directory
 * @name: the group's and the directory's
 * @members: `pids`
 */
struct entry {
	struct oe_sysfs_object object;
	struct list_head link;
	struct oe_group *group;
	char name[OE_GROUP_NAME];
	struct oe_list members;
};

static struct oe_sysfs_dir dir;
static LIST_HEAD(entries); /* under dir.lock */

static struct entry *entry_of(struct kobject *kobj)
{
	return container_of(kobj, struct entry, object.kobj);
}

static struct oe_group *group_of(struct kobject *kobj)
{
	return entry_of(kobj)->group;
}

/* The text without its newline, to be freed; or an errno as pointer. */
static char *written_line(const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char *line;

	if (err)
		return ERR_PTR(err);
	if (count && buf[count - 1] == '\n')
		count--;
	line = kmemdup_nul(buf, count, GFP_KERNEL);
	if (line && strchr(line, '\n')) {
		kfree(line);
		return ERR_PTR(-EINVAL);
	}
	return line ?: ERR_PTR(-ENOMEM);
}

static ssize_t rank_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%u\n", oe_group_rank(group_of(kobj)));
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
	oe_group_set_rank(group_of(kobj), rank);
	return count;
}

static ssize_t signal_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  oe_signal_name(oe_group_signal(group_of(kobj))));
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
	oe_group_set_signal(group_of(kobj), signal);
	return count;
}

static ssize_t store_rule(struct kobject *kobj, enum oe_rule_kind kind,
			  const char *buf, size_t count)
{
	char *line = written_line(buf, count);
	int err;

	if (IS_ERR(line))
		return PTR_ERR(line);
	err = oe_group_set_rule(group_of(kobj), kind, line);
	kfree(line);
	return err ?: count;
}

static ssize_t cgroup_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return oe_group_show_rule(group_of(kobj), OE_RULE_CGROUP, buf);
}

static ssize_t cgroup_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	return store_rule(kobj, OE_RULE_CGROUP, buf, count);
}

static ssize_t comm_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return oe_group_show_rule(group_of(kobj), OE_RULE_COMM, buf);
}

static ssize_t comm_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	return store_rule(kobj, OE_RULE_COMM, buf, count);
}

static ssize_t uid_show(struct kobject *kobj, struct kobj_attribute *attr,
			char *buf)
{
	return oe_group_show_rule(group_of(kobj), OE_RULE_UID, buf);
}

static ssize_t uid_store(struct kobject *kobj, struct kobj_attribute *attr,
			 const char *buf, size_t count)
{
	return store_rule(kobj, OE_RULE_UID, buf, count);
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
	struct member_count count = { .group = group_of(kobj) };

	oe_tasks_list(&init_pid_ns, count_member, &count);
	return sysfs_emit(buf, "%u\n", count.nr_members);
}

static struct kobj_attribute rank_attr = __ATTR_RW(rank);
static struct kobj_attribute signal_attr = __ATTR_RW(signal);
static struct kobj_attribute cgroup_attr = __ATTR_RW(cgroup);
static struct kobj_attribute comm_attr = __ATTR_RW(comm);
static struct kobj_attribute uid_attr = __ATTR_RW(uid);
static struct kobj_attribute nr_members_attr = __ATTR_RO(nr_members);

static struct attribute *group_attrs[] = {
	&rank_attr.attr,
	&signal_attr.attr,
	&cgroup_attr.attr,
	&comm_attr.attr,
	&uid_attr.attr,
	&nr_members_attr.attr,
	NULL,
};

struct pids {
	struct pid_namespace *ns; /* the reader's */
	pid_t *numbers;
	unsigned int nr_pids;
	unsigned int nr_wanted;
	unsigned int room;
};

static int visit_pid(struct pid *tgid, void *arg)
{
	struct pids *pids = arg;
	pid_t nr = pid_nr_ns(tgid, pids->ns);

	if (!nr)
		return 0;
	pids->nr_wanted++;
	if (pids->nr_pids < pids->room)
		pids->numbers[pids->nr_pids++] = nr;
	return 0;
}

/*
 * The walk is under RCU and cannot allocate: retry with more room until all
 * fit.
 */
static int fill_pids(struct pids *pids, unsigned int group)
{
	pids->ns = task_active_pid_ns(current);
	do {
		kvfree(pids->numbers);
		pids->room = pids->nr_wanted + SPARE_PIDS;
		pids->nr_pids = 0;
		pids->nr_wanted = 0;
		pids->numbers = kvmalloc_array(
			pids->room, sizeof(*pids->numbers), GFP_KERNEL);
		if (!pids->numbers)
			return -ENOMEM;
		oe_rank_visit_members(group, visit_pid, pids);
	} while (pids->nr_wanted > pids->room);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

static int build_pids(struct oe_list *list, struct oe_text *text)
{
	struct entry *entry = container_of(list, struct entry, members);
	struct pids pids = {};
	unsigned int i;
	int err;

	err = fill_pids(&pids, oe_group_index(entry->group));
	if (err)
		goto out;
	sort(pids.numbers, pids.nr_pids, sizeof(*pids.numbers), by_number,
	     NULL);
	err = oe_text_reserve(text, (pids.nr_pids + 1) * PID_LINE);
	for (i = 0; !err && i < pids.nr_pids; i++)
		/* A walk during changes may meet a process twice. */
		if (!i || pids.numbers[i] != pids.numbers[i - 1])
			oe_text_add(text, "%10d\n", pids.numbers[i]);
out:
	kvfree(pids.numbers);
	return err;
}

static ssize_t pids_read(struct file *file, struct kobject *kobj,
			 OE_BIN_CONST struct bin_attribute *attr, char *buf,
			 loff_t offset, size_t count)
{
	return oe_list_read(&entry_of(kobj)->members, file, buf, offset, count);
}

static int parse_change(char *line, struct oe_rank_change *change, void *arg)
{
	struct oe_member_line parsed;
	int err;

	err = oe_parse_member_line(line, &parsed);
	if (err)
		return err;
	change->action = parsed.leave ? OE_RANK_LEAVE : OE_RANK_JOIN;
	change->value = oe_group_index(arg);
	return oe_changes_find(parsed.pid, &change->pid);
}

static ssize_t pids_write(struct file *file, struct kobject *kobj,
			  OE_BIN_CONST struct bin_attribute *attr, char *buf,
			  loff_t offset, size_t count)
{
	return oe_changes_write(buf, count, parse_change, group_of(kobj));
}

static OE_BIN_CONST struct bin_attribute pids_attr = {
	.attr = { .name = "pids", .mode = 0644 },
	.read = pids_read,
	.write = pids_write,
};

static OE_BIN_CONST struct bin_attribute *OE_BIN_CONST group_bin_attrs[] = {
	&pids_attr,
	NULL,
};

static const struct attribute_group group_files = {
	.attrs = group_attrs,
	.bin_attrs = group_bin_attrs,
};

static const struct attribute_group *object_groups[] = { &group_files, NULL };

static void release_entry(struct oe_sysfs_object *object)
{
	struct entry *entry = container_of(object, struct entry, object);

	oe_list_exit(&entry->members);
	kfree(entry);
}

static struct entry *find_entry(const char *name)
{
	struct entry *entry;

	lockdep_assert_held(&dir.lock);
	list_for_each_entry(entry, &entries, link)
		if (!strcmp(entry->name, name))
			return entry;
	return NULL;
}

static int create_entry(const char *name)
{
	struct oe_group *group;
	struct entry *entry;
	int err;

	err = oe_group_add(name, &group);
	if (err)
		return err;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry) {
		err = -ENOMEM;
		goto err_remove_group;
	}
	strscpy(entry->name, name, sizeof(entry->name));
	entry->group = group;
	oe_list_init(&entry->members, build_pids);
	err = oe_sysfs_object_add(&entry->object, &dir, name);
	if (err)
		goto err_remove_group; /* the entry is released */
	list_add(&entry->link, &entries);
	return 0;

err_remove_group:
	oe_group_remove(group);
	return err;
}

static void discard_entry(struct entry *entry)
{
	struct oe_group *group = entry->group;

	list_del(&entry->link);
	/* First close the files: no process may join any more. */
	oe_sysfs_object_remove(&entry->object);
	oe_group_remove(group);
}

static ssize_t create_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char name[OE_GROUP_NAME];

	if (!err)
		err = oe_parse_name(buf, name, sizeof(name));
	if (err)
		return err;
	mutex_lock(&dir.lock);
	err = create_entry(name);
	mutex_unlock(&dir.lock);
	return err ?: count;
}

static ssize_t remove_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char name[OE_GROUP_NAME];
	struct entry *entry;

	if (!err)
		err = oe_parse_name(buf, name, sizeof(name));
	if (err)
		return err;
	mutex_lock(&dir.lock);
	entry = find_entry(name);
	if (entry)
		discard_entry(entry);
	mutex_unlock(&dir.lock);
	return entry ? count : -ENOENT;
}

static struct kobj_attribute create_attr =
	__ATTR(create, 0200, NULL, create_store);
static struct kobj_attribute remove_attr =
	__ATTR(remove, 0200, NULL, remove_store);

static struct attribute *dir_attrs[] = {
	&create_attr.attr,
	&remove_attr.attr,
	NULL,
};

static const struct attribute_group dir_files = {
	.attrs = dir_attrs,
};

static const struct attribute_group *dir_groups[] = { &dir_files, NULL };

static struct oe_sysfs_dir dir = {
	.name = "groups",
	.groups = dir_groups,
	.object_groups = object_groups,
	.release = release_entry,
};

/**
 * oe_sysfs_groups_init - publish groups/
 * @parent: the module's directory
 *
 * Context: module init.
 * Return: 0 or a negative errno.
 */
int oe_sysfs_groups_init(struct kobject *parent)
{
	return oe_sysfs_dir_add(&dir, parent);
}

/**
 * oe_sysfs_groups_exit - withdraw it, and all groups
 *
 * Context: module exit, may sleep.
 */
void oe_sysfs_groups_exit(void)
{
	struct entry *entry, *next;

	oe_sysfs_dir_close(&dir);
	mutex_lock(&dir.lock);
	list_for_each_entry_safe(entry, next, &entries, link)
		discard_entry(entry);
	mutex_unlock(&dir.lock);
	oe_sysfs_dir_remove(&dir);
}
