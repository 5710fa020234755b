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
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "sysfs/lines.h"
#include "compat/compat.h"
#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/group_pass.h"
#include "record/memory_report.h"
#include "sysfs/snapshot.h"
#include "lib/parse.h"
#include "rank/rank.h"
#include "rank/ranking.h"
#include "oom/signal.h"
#include "sysfs/common.h"
#include "sysfs/files.h"
#include "sysfs/group_files.h"
#include "sysfs/dir.h"
#include "tasks.h"
#include "tasks/decide.h"

enum {
	PID_LINE = 12, /* "%10d\n", and the NUL while it is written */
	SPARE_PIDS = 64, /* for processes that join meanwhile */
};

static struct oe_sysfs_dir dir;
static LIST_HEAD(entries); /* under dir.lock */

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
	/* Sorting is not short, and goes on in a reader's own time. */
	cond_resched();
	return *(const pid_t *)a - *(const pid_t *)b;
}

static int build_pids(struct oe_list *list, struct oe_text *text)
{
	struct oe_group_entry *entry =
		container_of(list, struct oe_group_entry, members);
	struct pids pids = {};
	unsigned int i;
	int err;

	err = fill_pids(&pids, oe_group_index(entry->group));
	if (err)
		goto out;
	sort(pids.numbers, pids.nr_pids, sizeof(*pids.numbers), by_number,
	     NULL);
	err = oe_text_reserve(text, (pids.nr_pids + 1) * PID_LINE);
	for (i = 0; !err && i < pids.nr_pids; i++) {
		/* A walk during changes may meet a process twice. */
		if (!i || pids.numbers[i] != pids.numbers[i - 1])
			oe_text_add(text, "%10d\n", pids.numbers[i]);
		cond_resched();
	}
out:
	kvfree(pids.numbers);
	return err;
}

static int build_candidates(struct oe_list *list, struct oe_text *text)
{
	struct oe_group_entry *entry =
		container_of(list, struct oe_group_entry, candidates);

	return oe_lists_candidates(text, entry->name);
}

static ssize_t pids_read(struct file *file, struct kobject *kobj,
			 OE_BIN_CONST struct bin_attribute *attr, char *buf,
			 loff_t offset, size_t count)
{
	return oe_list_read(&oe_group_entry_of(kobj)->members, file, buf,
			    offset, count);
}

static ssize_t candidates_read(struct file *file, struct kobject *kobj,
			       OE_BIN_CONST struct bin_attribute *attr,
			       char *buf, loff_t offset, size_t count)
{
	return oe_list_read(&oe_group_entry_of(kobj)->candidates, file, buf,
			    offset, count);
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
	return oe_changes_write(buf, count, parse_change,
				oe_group_of_kobj(kobj));
}

static OE_BIN_CONST struct bin_attribute pids_attr = {
	.attr = { .name = "pids", .mode = 0644 },
	.read = pids_read,
	.write = pids_write,
};

static OE_BIN_CONST struct bin_attribute candidates_attr = {
	.attr = { .name = "candidates", .mode = 0400 },
	.read = candidates_read,
};

static OE_BIN_CONST struct bin_attribute *OE_BIN_CONST group_bin_attrs[] = {
	&pids_attr,
	&candidates_attr,
	NULL,
};

static const struct attribute_group group_files = {
	.bin_attrs = group_bin_attrs,
};

static const struct attribute_group *object_groups[] = {
	&oe_group_files,
#ifdef CONFIG_OE_GROUPS
	&oe_group_rule_files,
#endif
	&group_files,
	NULL,
};

static void release_entry(struct oe_sysfs_object *object)
{
	struct oe_group_entry *entry =
		container_of(object, struct oe_group_entry, object);

	oe_list_exit(&entry->candidates);
	oe_list_exit(&entry->members);
	kfree(entry);
}

static struct oe_group_entry *find_entry(const char *name)
{
	struct oe_group_entry *entry;

	lockdep_assert_held(&dir.lock);
	list_for_each_entry(entry, &entries, link)
		if (!strcmp(entry->name, name))
			return entry;
	return NULL;
}

/* The first group brings it: most machines have none. */
static int reserve_memory(void)
{
	int err = oe_group_pass_reserve();

	oe_decide_reserve();
	return err ?: oe_memreport_reserve_names();
}

/*
 * Made without the lock: a manager that makes a group in an OOM must not wait
 * for a writer that waits for memory. A group's name is taken from before its
 * directory exists until after that is gone.
 */
static int create_entry(const char *name)
{
	struct oe_group *group;
	struct oe_group_entry *entry;
	int err;

	err = reserve_memory();
	if (err)
		return err;
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
	oe_list_init(&entry->candidates, build_candidates);
	err = oe_sysfs_object_add(&entry->object, &dir, name);
	if (err)
		goto err_remove_group; /* the entry is released */
	mutex_lock(&dir.lock);
	list_add(&entry->link, &entries);
	mutex_unlock(&dir.lock);
	return 0;

err_remove_group:
	oe_group_remove(group);
	return err;
}

/* It is in the list no more. */
static void discard_entry(struct oe_group_entry *entry)
{
	struct oe_group *group = entry->group;

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
	err = create_entry(name);
	return err ?: count;
}

static ssize_t remove_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char name[OE_GROUP_NAME];
	struct oe_group_entry *entry;

	if (!err)
		err = oe_parse_name(buf, name, sizeof(name));
	if (err)
		return err;
	mutex_lock(&dir.lock);
	entry = find_entry(name);
	if (entry)
		list_del(&entry->link);
	mutex_unlock(&dir.lock);
	if (!entry)
		return -ENOENT;
	discard_entry(entry);
	return count;
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
	struct oe_group_entry *entry, *next;

	oe_sysfs_dir_close(&dir);
	/* sysfs is gone: nothing else takes a group out of the list. */
	list_for_each_entry_safe(entry, next, &entries, link) {
		list_del(&entry->link);
		discard_entry(entry);
	}
	oe_sysfs_dir_remove(&dir);
}
