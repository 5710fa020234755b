// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm.swappiness. With 0 the multi-gen LRU never swaps, and neither does reclaim at
 * the limit of a memory cgroup: free swap is then of no use. The kernel exports the
 * value in /proc/sys only. It is read through a mount of the module's own, which nobody
 * can cover with another file system.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/mmzone.h>
#include <linux/mount.h>
#include <linux/nodemask.h>
#include <linux/path.h>
#include <linux/sched/task.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "memory/swappiness.h"
#include "rules/available.h"

enum {
	LOOK_MS = 1000,
	UNKNOWN = -1,
};

static struct {
	struct vfsmount *proc;
	struct file *file; /* NULL: there is none */
	unsigned long looked; /* jiffies; harmless if two look */
	struct work_struct work;
	int value;
} swappiness = { .value = UNKNOWN };

static struct file *open_file(void)
{
	struct file_system_type *type = get_fs_type("proc"); /* not a module */
	struct path root;

	if (!type)
		return NULL;
	swappiness.proc = kern_mount(type);
	if (IS_ERR(swappiness.proc)) {
		swappiness.proc = NULL;
		return NULL;
	}
	root.mnt = swappiness.proc;
	root.dentry = swappiness.proc->mnt_root;
	return file_open_root(&root, "sys/vm/swappiness", O_RDONLY, 0);
}

static void read_value(struct work_struct *unused)
{
	char text[16];
	loff_t at = 0;
	ssize_t nr;
	int value;

	nr = kernel_read(swappiness.file, text, sizeof(text) - 1, &at);
	if (nr <= 0)
		return;
	text[nr] = '\0';
	if (!kstrtoint(text, 10, &value))
		WRITE_ONCE(swappiness.value, value); /* read in any context */
}

/**
 * oe_swappiness_init - find out how the kernel swaps
 *
 * A kernel that does not tell counts as one that swaps.
 *
 * Context: process context, once, before the first look.
 */
void oe_swappiness_init(void)
{
	struct file *file = open_file();

	INIT_WORK(&swappiness.work, read_value);
	if (IS_ERR_OR_NULL(file))
		return;
	swappiness.file = file;
	swappiness.looked = jiffies;
	read_value(&swappiness.work);
}

/**
 * oe_swappiness_exit - undo oe_swappiness_init()
 *
 * Context: process context; nobody looks any more.
 */
void oe_swappiness_exit(void)
{
	cancel_work_sync(&swappiness.work);
	if (swappiness.file)
		fput(swappiness.file);
	if (swappiness.proc)
		kern_unmount(swappiness.proc);
}

/**
 * oe_swappiness_look - have the value read, once a second at most
 *
 * A worker reads it, because that allocates, and a watcher of the memory must not
 * wait for memory.
 *
 * Context: any that may wake up another process.
 */
void oe_swappiness_look(void)
{
	if (!swappiness.file ||
	    time_before(jiffies, READ_ONCE(swappiness.looked) +
					 msecs_to_jiffies(LOOK_MS)))
		return;
	WRITE_ONCE(swappiness.looked, jiffies);
	queue_work(system_unbound_wq, &swappiness.work);
}

#ifdef CONFIG_LRU_GEN
/* Any of them: the multi-gen LRU is on for all or for none. Under RCU. */
static struct lruvec *any_lruvec(void)
{
	int nid = first_online_node;

#ifdef CONFIG_MEMCG
	if (!mem_cgroup_disabled()) {
		struct cgroup_subsys_state *root =
			task_css(&init_task, memory_cgrp_id);

		return &mem_cgroup_from_css(root)->nodeinfo[nid]->lruvec;
	}
#endif
	return &NODE_DATA(nid)->__lruvec;
}
#endif

static bool has_generations(void)
{
	bool enabled = false;

#ifdef CONFIG_LRU_GEN
	rcu_read_lock();
	enabled = READ_ONCE(any_lruvec()->lrugen.enabled);
	rcu_read_unlock();
#endif
	return enabled;
}

/**
 * oe_swappiness_is_used - does reclaim use free swap?
 * @is_cgroup: reclaim at the limit of a memory cgroup, of cgroup v2; false = of the
 *	machine
 *
 * Context: any; reads a few words.
 * Return: true also if it is not known.
 */
bool oe_swappiness_is_used(bool is_cgroup)
{
	return oe_swap_is_used(READ_ONCE(swappiness.value), has_generations(),
			       is_cgroup);
}
