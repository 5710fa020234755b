// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of a pid namespace, for lists that any user may read.
 */
#include "core.h"

#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "rank/group_pass.h"
#include "tasks.h"

enum {
	/* PIDs that are looked up before the loop yields the CPU. */
	LIST_BATCH = 128,
};

/* As next_tgid() of /proc; numbers of threads and sessions count, too. */
static bool list_batch(struct pid_namespace *ns, pid_t *nr,
		       void (*visit)(struct task_struct *p, void *arg),
		       void *arg)
{
	struct pid *pid = NULL;
	struct task_struct *p;
	unsigned int i;
	bool began;

	rcu_read_lock();
	began = oe_group_pass_begin(OE_GROUP_PASS_LIST);
	for (i = 0; i < LIST_BATCH; i++) {
		pid = idr_get_next(&ns->idr, nr);
		if (!pid)
			break;
		++*nr;
		p = pid_task(pid, PIDTYPE_TGID);
		if (p && !(p->flags & PF_KTHREAD))
			visit(p, arg);
	}
	oe_group_pass_end(OE_GROUP_PASS_LIST, began);
	rcu_read_unlock();
	return pid;
}

/**
 * oe_tasks_list - visit the processes of a pid namespace, sorted by pid
 * @ns: the namespace; kernel threads are left out
 * @visit: called under rcu_read_lock(), must not sleep
 * @arg: for @visit
 *
 * For files that any user may read: with many groups and processes it takes a
 * while, and lets others run meanwhile.
 *
 * Context: process context, may sleep.
 */
void oe_tasks_list(struct pid_namespace *ns,
		   void (*visit)(struct task_struct *p, void *arg), void *arg)
{
	pid_t nr = 1;

	while (list_batch(ns, &nr, visit, arg))
		cond_resched();
}
