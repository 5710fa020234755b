// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory the processes of the users with a limit hold.
 *
 * A scan walks all processes by their number and needs RCU for one process at a
 * time only, so it can be preempted anywhere and never starts over. It
 * allocates nothing. A process whose user has no limit costs one look-up of its
 * uid.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/xarray.h>

#include "compat/compat.h"
#include "limits/measure.h"
#include "tasks.h"
#include "tasks/kill_set.h"

/**
 * oe_limit_replace_pid - have a slot refer to another process
 * @slot: holds a reference, or NULL
 * @pid: gets one more reference; or NULL
 *
 * Context: any.
 */
void oe_limit_replace_pid(struct pid **slot, struct pid *pid)
{
	struct pid *old = *slot;

	*slot = get_pid(pid);
	put_pid(old);
}

/* It is exiting: its memory comes back without a signal. */
static bool is_ending(struct task_struct *p)
{
	return (p->signal->flags & SIGNAL_GROUP_EXIT) || tsk_is_oom_victim(p) ||
	       !atomic_read(&p->signal->live);
}

/* The OOM reaper has freed its memory: no more will come back. */
static bool is_reaped(struct task_struct *p)
{
	return tsk_is_oom_victim(p) &&
	       mm_flags_test(MMF_OOM_SKIP, p->signal->oom_mm);
}

/*
 * The rule of an OOM of the machine, which counts the processes that would die
 * with it.
 */
static bool may_die(struct oe_candidate *c)
{
	const struct oe_policy policy = oe_config_policy();
	const struct oe_domain machine = {};
	struct oe_kill_cache cache = {};

	if (oe_policy_verdict(&policy, c) != OE_ELIGIBLE)
		return false;
	oe_kill_set_judge(c, &machine, &cache);
	return oe_policy_verdict(&policy, c) == OE_ELIGIBLE;
}

/**
 * oe_limit_look_up - the present state of a process
 * @limit: its user's
 * @tgid: the process
 * @found: filled in
 *
 * Context: process context; allocates nothing.
 */
void oe_limit_look_up(const struct oe_limit *limit, struct pid *tgid,
		      struct oe_limit_found *found)
{
	struct oe_candidate c;
	struct task_struct *p;

	*found = (struct oe_limit_found){};
	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	if (p && !is_reaped(p) && oe_tasks_snapshot(p, &c)) {
		found->here = true;
		found->ending = is_ending(p);
		found->may_die = !found->ending &&
				 uid_eq(task_uid(p), limit->uid) && may_die(&c);
		oe_tasks_describe(&c, &found->process);
	}
	rcu_read_unlock();
}

static bool may_be_chosen(struct task_struct *p)
{
	struct oe_candidate c;

	return oe_tasks_snapshot(p, &c) && may_die(&c);
}

/*
 * The walk is in the order of pids: of two equal processes the lower pid
 * counts.
 */
static void add_process(struct oe_limit *limit, struct task_struct *p)
{
	struct oe_limit_use *use = &limit->use;
	unsigned long pages = oe_tasks_rss(p);

	use->pages += pages;
	if (is_ending(p)) {
		use->ending += pages;
		return;
	}
	if (pages <= use->biggest_pages || !may_be_chosen(p))
		return;
	use->biggest_pages = pages;
	oe_limit_replace_pid(&use->biggest, task_tgid(p));
}

static void visit_process(struct xarray *table, struct task_struct *p)
{
	struct oe_limit *limit;

	if (p->flags & PF_KTHREAD)
		return;
	limit = xa_load(table, __kuid_val(task_uid(p)));
	if (limit)
		add_process(limit, p);
}

/* Visits the first process with a number of at least *@nr; false at the end. */
static bool visit_from(struct xarray *table, int *nr)
{
	struct task_struct *p;
	struct pid *pid;

	rcu_read_lock();
	pid = idr_get_next(&init_pid_ns.idr, nr);
	p = pid_task(pid, PIDTYPE_TGID); /* NULL for the other threads */
	if (p)
		visit_process(table, p);
	rcu_read_unlock();
	return pid;
}

/**
 * oe_limit_measure - add up the memory of each user with a limit
 * @table: of the limits, by kuid; no limit leaves it meanwhile
 *
 * Context: process context, may sleep; allocates nothing.
 */
void oe_limit_measure(struct xarray *table)
{
	struct oe_limit *limit;
	unsigned long uid;
	int nr = 1;

	xa_for_each(table, uid, limit) {
		oe_limit_replace_pid(&limit->use.biggest, NULL);
		limit->use = (struct oe_limit_use){};
	}
	while (visit_from(table, &nr)) {
		nr++;
		cond_resched();
	}
}
