// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that take one line for each process: of several lines in one write, all
 * or none take effect.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sysfs/lines.h"
#include "rank/rank.h"
#include "sysfs/common.h"
#include "tasks/decide.h"

/**
 * oe_changes_find - a process by its number
 * @nr: in the writer's pid namespace
 * @tgid: set on success, with a reference
 *
 * Context: process context.
 * Return: 0, -ESRCH if there is no such process, -EINVAL for a kernel thread.
 */
int oe_changes_find(pid_t nr, struct pid **tgid)
{
	struct task_struct *p;
	struct pid *pid;
	int err = 0;

	rcu_read_lock();
	pid = find_vpid(nr);
	p = pid_task(pid, PIDTYPE_TGID);
	if (!p)
		err = -ESRCH;
	else if (p->flags & PF_KTHREAD)
		err = -EINVAL;
	else
		*tgid = get_pid(pid);
	rcu_read_unlock();
	return err;
}

static unsigned int count_lines(const char *text)
{
	unsigned int nr_lines = 1;

	while ((text = strchr(text, '\n')))
		if (*++text)
			nr_lines++;
		else
			break;
	return nr_lines;
}

/* @text is taken apart. */
static int apply_lines(char *text, oe_change_parser parse, void *arg)
{
	unsigned int room = count_lines(text);
	struct oe_rank_change *changes;
	unsigned int nr_changes = 0;
	char *line;
	int err = 0;

	changes = kvcalloc(room, sizeof(*changes), GFP_KERNEL);
	if (!changes)
		return -ENOMEM;
	while (!err && nr_changes < room) {
		line = strsep(&text, "\n");
		err = parse(line, &changes[nr_changes], arg);
		if (!err)
			nr_changes++;
	}
	if (!err)
		err = oe_rank_apply(changes, nr_changes);
	/* The rankings are in force before it takes memory. */
	if (!err)
		oe_decide_reserve();
	while (nr_changes--)
		put_pid(changes[nr_changes].pid);
	kvfree(changes);
	return err;
}

/**
 * oe_changes_write - apply a write of several lines
 * @buf: the written bytes, NUL terminated by sysfs at @count
 * @count: its length
 * @parse: makes a change of a line
 * @arg: for @parse
 *
 * Context: process context, may sleep and allocate.
 * Return: @count; or -EPERM, -EINVAL, -ESRCH, -ERANGE or -ENOMEM and nothing
 * changed.
 */
ssize_t oe_changes_write(const char *buf, size_t count, oe_change_parser parse,
			 void *arg)
{
	char *text = oe_sysfs_lines(buf, count);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = apply_lines(text, parse, arg);
	kfree(text);
	return err ?: count;
}
