// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/oom_embedded/pressure: the level for services that speak systemd's
 * memory pressure protocol.
 *
 * Their client (sd_event_add_memory_pressure()) takes a regular file from
 * procfs or cgroupfs only, waits for EPOLLPRI, and never reads. levels/level is
 * in sysfs, where an event stays until the file is read. Here poll() clears the
 * event, as with the kernel's own /proc/pressure/memory, and only a worse level
 * raises one: the client's answer is to give memory back.
 */
#include "core.h"

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/kobject.h>
#include <linux/lockdep.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include <uapi/oom_embedded.h>

#include "levels/pressure.h"

static struct {
	struct proc_dir_entry *entry;
	enum oe_level (*level_now)(void);
	wait_queue_head_t *wait; /* see put_queue() */
	atomic_long_t nr_events;
} pressure;

static int pressure_open(struct inode *inode, struct file *file)
{
	file->private_data = (void *)atomic_long_read(&pressure.nr_events);
	return 0;
}

static ssize_t pressure_read(struct file *file, char __user *buf, size_t count,
			     loff_t *offset)
{
	char text[16];
	int length = scnprintf(text, sizeof(text), "%s\n",
			       oe_level_name(pressure.level_now()));

	return simple_read_from_buffer(buf, count, offset, text, length);
}

static __poll_t pressure_poll(struct file *file, poll_table *table)
{
	void *now;

	poll_wait(file, pressure.wait, table);
	now = (void *)atomic_long_read(&pressure.nr_events);
	if (xchg(&file->private_data, now) == now)
		return EPOLLIN | EPOLLRDNORM;
	return EPOLLIN | EPOLLRDNORM | EPOLLPRI;
}

static const struct proc_ops pressure_ops = {
	.proc_open = pressure_open,
	.proc_read = pressure_read,
	.proc_lseek = default_llseek,
	.proc_poll = pressure_poll,
};

/**
 * oe_pressure_wake - the level has become worse
 *
 * Context: process context, also the OOM path: spinlocks only, no allocation.
 */
void oe_pressure_wake(void)
{
	atomic_long_inc(&pressure.nr_events);
	wake_up_poll(pressure.wait, EPOLLPRI);
}

static wait_queue_head_t *get_queue(void)
{
	wait_queue_head_t *wait = kzalloc(sizeof(*wait), GFP_KERNEL);

	if (!wait)
		return NULL;
	/*
	 * The lock may outlive the module, so key and name of its class must too.
	 * lockdep takes only the address of it.
	 */
	__init_waitqueue_head(wait, kobject_name(kernel_kobj),
			      (struct lock_class_key *)&kernel_kobj);
	return wait;
}

/*
 * A poller stands in the wait queue until it closes the file, and any user may
 * keep it open for ever. That must not keep the module: its last files are
 * detached by proc_remove(), and the queue is left behind for such a poller, the
 * few bytes of it.
 */
static void put_queue(wait_queue_head_t *wait)
{
	/* No new poller can come, so no ordering is needed. */
	if (waitqueue_active(wait))
		kmemleak_not_leak(wait);
	else
		kfree(wait);
}

/**
 * oe_pressure_init - publish the file
 * @level_now: tells the level that a reader gets; called in process context
 *
 * Context: module init, before the watcher of the levels starts; the directory in
 * procfs is there.
 * Return: 0, also on kernels without procfs, or -ENOMEM.
 */
int oe_pressure_init(enum oe_level (*level_now)(void))
{
	pressure.level_now = level_now;
	pressure.wait = get_queue();
	if (!pressure.wait)
		return -ENOMEM;
	if (!IS_ENABLED(CONFIG_PROC_FS))
		return 0;
	pressure.entry = proc_create(OOM_EMBEDDED_NAME "/pressure", 0444, NULL,
				     &pressure_ops);
	if (pressure.entry)
		return 0;
	put_queue(pressure.wait);
	return -ENOMEM;
}

/**
 * oe_pressure_exit - withdraw the file
 *
 * Context: module exit, after the watcher has stopped; may sleep. Processes may
 * have it open.
 */
void oe_pressure_exit(void)
{
	proc_remove(pressure.entry);
	put_queue(pressure.wait);
}
