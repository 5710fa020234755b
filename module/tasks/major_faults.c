// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that waited for a read, of the processes of a memory cgroup. The kernel
 * counts them for the cgroup, too, and shows them to userspace only.
 */
#include "core.h"

#include <linux/memcontrol.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "tasks/major_faults.h"

/* Those of threads that have ended, and of children that were waited for, included. */
static unsigned long faults_of(struct task_struct *p)
{
	unsigned long faults = p->signal->maj_flt + p->signal->cmaj_flt;
	struct task_struct *t;

	for_each_thread(p, t)
		faults += t->maj_flt;
	return faults;
}

/**
 * oe_major_faults_below - the sum of what the processes of a cgroup have had
 * @memcg: the cgroup; those below it count
 *
 * Processes come and go: the sum may become less.
 *
 * Context: process context; takes no lock.
 * Return: the number of faults.
 */
unsigned long oe_major_faults_below(struct mem_cgroup *memcg)
{
	unsigned long faults = 0;
	struct task_struct *p;

	rcu_read_lock();
	for_each_process(p) {
		/* Kernel threads are in the root. */
		if (!(p->flags & PF_KTHREAD) &&
		    mem_cgroup_is_descendant(mem_cgroup_from_task(p), memcg))
			faults += faults_of(p);
	}
	rcu_read_unlock();
	return faults;
}
