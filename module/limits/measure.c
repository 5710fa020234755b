// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory the processes of the users with a limit hold.
 *
 * A scan walks all processes by their number and needs RCU for one process at a
 * time only, so it can be preempted anywhere and never starts over. A process
 * whose user has no limit costs one look-up of its uid.
 */
#include "core.h"

#include <linux/idr.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat/compat.h"
#include "limits/measure.h"
#include "limits/shmem.h"
#include "limits/victims.h"
#include "limits/who.h"
#include "rank/ranking.h"
#include "tasks.h"
#include "tasks/kill_set.h"
#include "tasks/private.h"

static enum oe_limit_measure the_measure = OE_LIMIT_PRIVATE;

/**
 * oe_limit_get_measure - what counts as the memory of a user
 *
 * Context: any.
 * Return: &enum oe_limit_measure.
 */
enum oe_limit_measure oe_limit_get_measure(void)
{
	return READ_ONCE(the_measure); /* oe_limit_set_measure() */
}

/**
 * oe_limit_set_measure - say what counts as the memory of a user
 * @measure: &enum oe_limit_measure
 *
 * Context: any; counts from the next scan on.
 */
void oe_limit_set_measure(enum oe_limit_measure measure)
{
	WRITE_ONCE(the_measure, measure); /* oe_limit_get_measure() */
}

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
 * oe_limit_is_about - does a limit count this process?
 * @limit: the limit
 * @p: the process
 *
 * Context: under RCU.
 * Return: true if it does.
 */
bool oe_limit_is_about(const struct oe_limit *limit, struct task_struct *p)
{
	return oe_who_has(&limit->who, p);
}

/**
 * oe_limit_pages - the memory of a process, as limits measure it
 * @p: its leader
 *
 * Context: under RCU.
 * Return: pages.
 */
unsigned long oe_limit_pages(struct task_struct *p)
{
	return oe_limit_get_measure() == OE_LIMIT_RSS ? oe_tasks_rss(p) :
							oe_private_pages(p);
}

/*
 * A name that it has given itself since then does not protect what has been
 * chosen, or was about to be.
 */
static void keep_rank(struct oe_limit *limit, struct oe_candidate *c)
{
	struct pid *tgid = task_tgid(c->task);
	const struct oe_limit_slot *slot =
		oe_victims_find(&limit->victims, tgid);
	u16 rank = 0;

	if (slot && slot->rank)
		rank = slot->rank;
	else if (limit->mark.pid == tgid)
		rank = limit->mark.rank;
	if (c->rank >= rank || !oe_rank_is_by_name(c->task))
		return;
	c->rank = rank;
	c->set_rank = rank;
}

static bool take_snapshot(struct oe_limit *limit, struct task_struct *p,
			  struct oe_candidate *c)
{
	if (!oe_tasks_snapshot(p, c))
		return false;
	keep_rank(limit, c);
	return true;
}

static enum oe_limit_fate fate_of(const struct oe_limit *limit,
				  struct task_struct *p, struct oe_candidate *c)
{
	if (!oe_limit_is_about(limit, p))
		return OE_LIMIT_ESCAPED;
	if (is_ending(p))
		return OE_LIMIT_ENDING;
	return may_die(c) ? OE_LIMIT_ALIVE : OE_LIMIT_SPARED;
}

/**
 * oe_limit_look_up - the present state of a process
 * @limit: its user's
 * @tgid: the process
 * @found: filled in
 *
 * Context: process context; allocates nothing.
 */
void oe_limit_look_up(struct oe_limit *limit, struct pid *tgid,
		      struct oe_limit_found *found)
{
	struct oe_candidate c;
	struct task_struct *p;

	*found = (struct oe_limit_found){ .fate = OE_LIMIT_GONE };
	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	if (p && !is_reaped(p) && take_snapshot(limit, p, &c)) {
		found->fate = fate_of(limit, p, &c);
		found->gain = oe_limit_pages(p);
		oe_tasks_describe(&c, &found->process);
	}
	rcu_read_unlock();
}

/**
 * oe_limit_may_end - may a process be killed because of its limit?
 * @limit: its user's
 * @p: its leader
 *
 * Context: under RCU; allocates nothing.
 * Return: true if so, and it is not exiting yet.
 */
bool oe_limit_may_end(struct oe_limit *limit, struct task_struct *p)
{
	struct oe_candidate c;

	return take_snapshot(limit, p, &c) &&
	       fate_of(limit, p, &c) == OE_LIMIT_ALIVE;
}

/* Stopped by its tracer on its way out, a thread keeps the memory. */
static struct task_struct *tracer_of(struct task_struct *p)
{
	struct task_struct *t;

	for_each_thread(p, t)
		if (READ_ONCE(t->ptrace))
			return rcu_dereference(t->parent)->group_leader;
	return NULL;
}

/**
 * oe_limit_holder - who keeps a process from ending
 * @limit: of its user
 * @tgid: the process
 *
 * Context: process context.
 * Return: its tracer, with a reference, if that is the limit's too; else NULL.
 */
struct pid *oe_limit_holder(const struct oe_limit *limit, struct pid *tgid)
{
	struct pid *holder = NULL;
	struct task_struct *p;

	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	p = p ? tracer_of(p) : NULL;
	if (p && oe_limit_is_about(limit, p))
		holder = get_pid(task_tgid(p));
	rcu_read_unlock();
	return holder;
}

static bool is_better(const struct oe_limit_candidate *is,
		      const struct oe_limit_candidate *than)
{
	bool by_rank = READ_ONCE(oe_config.selection_order) == OE_ORDER_RANK;

	return is->gain && (!than->gain || oe_limit_before(by_rank, is, than));
}

/* Has it been sent a signal, for the present excess? */
static bool is_in_hand(struct oe_limit *limit, struct task_struct *p)
{
	const struct oe_limit_slot *slot =
		oe_victims_find(&limit->victims, task_tgid(p));

	return slot && !slot->is.cooled;
}

/**
 * oe_limit_consider - is a process a better choice?
 * @limit: its user's
 * @p: its leader; not exiting
 * @pages: what its end brings, see oe_limit_pages()
 * @is: the choice so far, zeroed if there is none; changed if @p is better
 *
 * Context: under RCU; allocates nothing.
 * Return: true if it is better, may be killed, and its end brings something.
 */
bool oe_limit_consider(struct oe_limit *limit, struct task_struct *p,
		       unsigned long pages, struct oe_limit_candidate *is)
{
	struct oe_limit_candidate mine = { .gain = pages };
	struct oe_candidate c;

	if (READ_ONCE(oe_config.selection_order) != OE_ORDER_RANK &&
	    !is_better(&mine, is))
		return false;
	if (is_in_hand(limit, p) || !take_snapshot(limit, p, &c))
		return false;
	mine.rank = c.rank;
	if (!is_better(&mine, is) || !may_die(&c))
		return false;
	*is = mine;
	return true;
}

static void remember_ending(struct oe_limit *limit, struct task_struct *p)
{
	if (!oe_victims_find(&limit->victims, task_tgid(p)))
		oe_victims_add(&limit->victims, task_tgid(p));
}

/*
 * The walk is in the order of pids: of two equal processes the lower pid
 * counts.
 */
static void add_process(struct oe_limit *limit, struct task_struct *p)
{
	struct oe_limit_use *use = &limit->use;
	unsigned long pages = oe_limit_pages(p);

	use->pages += pages;
	if (!READ_ONCE(limit->max_kb))
		return;
	if (!is_ending(p)) {
		if (oe_limit_consider(limit, p, pages, &use->best_is))
			oe_limit_replace_pid(&use->best, task_tgid(p));
	} else if (pages && !is_reaped(p)) {
		remember_ending(limit, p);
	}
}

static void visit_process(struct task_struct *p, void *unused)
{
	struct oe_limit *limit = oe_who_of_user(p);

	if (limit)
		add_process(limit, p);
	oe_who_visit_others(p, add_process);
}

/* Inlined with its visitor, for the scan. */
static __always_inline bool
visit_next(int *nr, void (*visit)(struct task_struct *p, void *arg), void *arg)
{
	struct task_struct *p;
	struct pid *pid;

	rcu_read_lock();
	pid = idr_get_next(&init_pid_ns.idr, nr);
	p = pid_task(pid, PIDTYPE_TGID); /* NULL for the other threads */
	if (p && !(p->flags & PF_KTHREAD))
		visit(p, arg);
	rcu_read_unlock();
	++*nr;
	return pid;
}

/**
 * oe_limit_visit - visit one process
 * @nr: the first one with at least this number; is set to the number after it
 * @visit: called under RCU; not for kernel threads
 * @arg: for @visit
 *
 * Context: process context.
 * Return: false at the end.
 */
bool oe_limit_visit(int *nr, void (*visit)(struct task_struct *p, void *arg),
		    void *arg)
{
	return visit_next(nr, visit, arg);
}

/**
 * oe_limit_measure - add up the memory of each user with a limit
 * @limits: all of them
 *
 * Context: process context, under the lock of the scan; may sleep.
 */
void oe_limit_measure(struct list_head *limits)
{
	struct oe_limit *limit;
	int nr = 1;

	list_for_each_entry(limit, limits, node) {
		oe_limit_replace_pid(&limit->use.best, NULL);
		limit->use = (struct oe_limit_use){};
	}
	while (visit_next(&nr, visit_process, NULL))
		cond_resched();
	if (oe_limit_get_measure() == OE_LIMIT_PRIVATE)
		oe_shmem_count();
}
