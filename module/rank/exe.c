// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file that a process executes. A rule keeps the numbers of an inode and
 * not the inode, which would keep its file system from being unmounted.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "rank/exe.h"

enum {
	/* A task's lock is held for less than that. */
	TRIES = 10000,
};

static void describe_inode(const struct inode *inode, struct oe_exe *exe)
{
	exe->inode = inode->i_ino;
	exe->device = inode->i_sb->s_dev;
	exe->generation = inode->i_generation;
}

/**
 * oe_exe_find - the file that has a path now
 * @path: absolute, as the caller's root and mount namespace see it
 * @exe: filled in
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; -EINVAL if it is no absolute path or no regular file; or the
 * errno of the look-up.
 */
int oe_exe_find(const char *path, struct oe_exe *exe)
{
	const struct inode *inode;
	struct path found;
	int err;

	if (*path != '/')
		return -EINVAL;
	err = kern_path(path, LOOKUP_FOLLOW, &found);
	if (err)
		return err;
	inode = d_backing_inode(found.dentry);
	if (S_ISREG(inode->i_mode))
		describe_inode(inode, exe);
	else
		err = -EINVAL;
	path_put(&found);
	return err;
}

/*
 * A file may be given to another user under RCU; its inode is valid under RCU in
 * any case. If exe_file is still this file afterwards, so it was meanwhile.
 */
static void describe_mm(struct mm_struct *mm, struct oe_exe *exe)
{
	struct file *file;

	do {
		file = rcu_dereference(mm->exe_file);
		if (!file) {
			*exe = (struct oe_exe){};
			return;
		}
		describe_inode(file_inode(file), exe);
		smp_rmb(); /* pairs with the full barrier of the replacing xchg() */
	} while (file != rcu_access_pointer(mm->exe_file));
}

/* The caller holds the task's lock. */
static bool describe_locked(struct task_struct *t, struct oe_exe *exe)
{
	struct mm_struct *mm = t->mm;

	if (mm)
		describe_mm(mm, exe);
	return mm;
}

static bool describe_thread(struct task_struct *t, struct oe_exe *exe)
{
	bool found;

	task_lock(t);
	found = describe_locked(t, exe);
	task_unlock(t);
	return found;
}

static bool try_thread(struct task_struct *t, struct oe_exe *exe)
{
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		if (spin_trylock(&t->alloc_lock)) {
			bool found = describe_locked(t, exe);

			spin_unlock(&t->alloc_lock);
			return found;
		}
		cpu_relax();
	}
	return false;
}

/**
 * oe_exe_of - the file that a process executes
 * @p: any of its threads; with OE_EXE_HELD the one that @access speaks of
 * @access: how its memory is kept; not OE_EXE_NONE
 * @exe: filled in; zero if it has none any more
 *
 * Context: under rcu_read_lock(), also the OOM path; takes task locks only, as
 * oom_badness() does, and none unless OE_EXE_LOCK.
 */
void oe_exe_of(struct task_struct *p, enum oe_exe_access access,
	       struct oe_exe *exe)
{
	struct task_struct *t;

	*exe = (struct oe_exe){};
	if (access == OE_EXE_HELD) {
		describe_locked(p, exe);
		return;
	}
	/* As find_lock_task_mm(): a leader may have exited first. */
	for_each_thread(p, t)
		if (access == OE_EXE_LOCK ? describe_thread(t, exe) :
					    try_thread(t, exe))
			return;
}
