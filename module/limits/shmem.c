// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files in memory, by their owner: those of tmpfs, and what the kernel makes
 * such files of: memfd, SysV shared memory, shared anonymous mappings. Each one
 * counts once, however many processes have mapped it, and also if none has,
 * with what is swapped out of it.
 */
#include "core.h"

#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "limits/shmem.h"
#include "limits/types.h"
#include "limits/who.h"
#include "tasks/private.h"

enum {
	/* Files that are looked at before the loop yields the CPU. */
	FILE_BATCH = 512,
	SECTOR_SHIFT_OF_BLOCKS = 9, /* the unit of i_blocks */
};

/*
 * SysV shared memory stays until it is removed. It is told by its name, which
 * the kernel gives: a memfd is always a "memfd:...".
 */
static bool is_sysv(struct inode *inode)
{
	const struct dentry *dentry;
	bool is = false;

	spin_lock(&inode->i_lock);
	for_each_alias(dentry, inode) {
		is = !strncmp(dentry->d_name.name, "SYSV", 4);
		break;
	}
	spin_unlock(&inode->i_lock);
	return is;
}

static void add_file_pages(struct oe_limit *limit, struct inode *inode,
			   u64 pages)
{
	if (!limit)
		return;
	if (inode->i_nlink || is_sysv(inode))
		limit->use.fixed_pages += pages;
	else
		limit->use.loose_pages += pages;
}

/* No file knows its cgroup. */
static void count_file(struct inode *inode)
{
	u64 pages = READ_ONCE(inode->i_blocks) >>
		    (PAGE_SHIFT - SECTOR_SHIFT_OF_BLOCKS);

	if (!pages)
		return;
	add_file_pages(oe_who_find(OE_LIMIT_UID, __kuid_val(inode->i_uid)),
		       inode, pages);
	add_file_pages(oe_who_find(OE_LIMIT_GID, __kgid_val(inode->i_gid)),
		       inode, pages);
}

/* As drop_pagecache_sb(): a file that is held keeps its place in the list. */
static void count_super(struct super_block *sb, void *unused)
{
	struct inode *kept = NULL;
	struct inode *inode;
	unsigned int nr = 0;

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		count_file(inode);
		if (++nr % FILE_BATCH || !igrab(inode))
			continue;
		spin_unlock(&sb->s_inode_list_lock);
		iput(kept);
		kept = inode;
		cond_resched();
		spin_lock(&sb->s_inode_list_lock);
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(kept);
}

/**
 * oe_shmem_count - add the files in memory of each user with a limit
 *
 * Context: process context, under the lock of the scan; may sleep, allocates
 * nothing.
 */
void oe_shmem_count(void)
{
	struct file_system_type *type = get_fs_type("tmpfs");

	if (!type)
		return;
	iterate_supers_type(type, count_super, NULL);
	module_put(type->owner); /* as put_filesystem(), not exported */
}

struct held {
	u64 pages;
};

static int add_open_file(const void *arg, struct file *file, unsigned int fd)
{
	struct inode *inode = file_inode(file);
	struct held *held = (struct held *)arg; /* iterate_fd() passes it on */

	if (inode->i_sb->s_magic == TMPFS_MAGIC && !inode->i_nlink &&
	    !is_sysv(inode))
		held->pages += READ_ONCE(inode->i_blocks) >>
			       (PAGE_SHIFT - SECTOR_SHIFT_OF_BLOCKS);
	return 0;
}

/**
 * oe_shmem_held - how much of files that are not in any directory it holds
 * @p: a process
 *
 * Context: under RCU; takes the locks of its files and of its task; allocates
 * nothing.
 * Return: pages: of the files that it has open, or of what it has mapped,
 * whichever is more; 0 if there is none.
 */
unsigned long oe_shmem_held(struct task_struct *p)
{
	unsigned long mapped = oe_private_shared(p);
	struct held held = {};

	task_lock(p);
	if (p->files)
		iterate_fd(p->files, 0, add_open_file, &held);
	task_unlock(p);
	return max_t(u64, mapped, held.pages);
}
