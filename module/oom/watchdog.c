// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the processes that feed a watchdog: if one of them is stopped, the
 * machine restarts.
 */
#include "core.h"

#include <linux/cdev.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "oom/watchdog.h"

enum {
	/*
	 * So many open descriptors of a process are looked at, in all tables of
	 * its threads together. Any process may have a million, and share them
	 * with a thousand others.
	 */
	FDS_MAX = 4096,
};

/*
 * /dev/watchdog has a number of its own. /dev/watchdogN has one that the kernel
 * deals out; such a device belongs to one that is called like it, by the kernel.
 */
static bool is_watchdog(struct file *file)
{
	struct inode *inode = file_inode(file);
	struct cdev *cdev;
	const char *name;

	/* With O_PATH nothing is open: it feeds nobody, and keeps no cdev. */
	if ((file->f_mode & FMODE_PATH) || !S_ISCHR(inode->i_mode))
		return false;
	if (inode->i_rdev == MKDEV(MISC_MAJOR, WATCHDOG_MINOR))
		return true;
	/* The open file keeps it, also if its driver has gone. */
	cdev = READ_ONCE(inode->i_cdev);
	name = cdev && cdev->kobj.parent ? kobject_name(cdev->kobj.parent) :
					   NULL;
	return name && !strncmp(name, "watchdog", strlen("watchdog"));
}

/*
 * With the lock no file is closed meanwhile; its holders never allocate. @left is
 * taken from: one for the table, one for each descriptor.
 */
static bool has_watchdog(struct files_struct *files, unsigned int *left)
{
	struct fdtable *fdt;
	unsigned int nr, i;
	bool found = false;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	nr = min_t(unsigned int, fdt->max_fds, FDS_MAX);
	--*left;
	for_each_set_bit(i, fdt->open_fds, nr) {
		struct file *file =
			rcu_dereference_check_fdtable(files, fdt->fd[i]);

		if (found || !*left)
			break;
		--*left;
		found = file && is_watchdog(file);
	}
	spin_unlock(&files->file_lock);
	return found;
}

/**
 * oe_watchdog_may_be_fed_by - has a process a watchdog open?
 * @leader: its leader
 * @total: how many descriptors may still be looked at; taken from
 *
 * Threads may have files of their own. Only descriptors below 4096 count, and no
 * more than 4096 of a process.
 *
 * Context: OOM path, under rcu_read_lock(); takes spinlocks, allocates nothing.
 * Return: true if one of its threads has, or if @total is used up.
 */
bool oe_watchdog_may_be_fed_by(struct task_struct *leader, unsigned int *total)
{
	unsigned int most = min_t(unsigned int, *total, FDS_MAX);
	unsigned int left = most;
	struct files_struct *last = NULL;
	struct task_struct *t;
	bool found = false;

	if (!most)
		return true;
	for_each_thread(leader, t) {
		/* Compared only; most often all threads have the same. */
		if (READ_ONCE(t->files) == last)
			continue;
		task_lock(t);
		last = t->files;
		found = last && has_watchdog(last, &left);
		task_unlock(t);
		if (found || !left)
			break;
	}
	*total -= most - left;
	return found || !*total;
}
