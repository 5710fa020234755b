// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hold: stop the expendable while the others save what they have, so that the
 * memory that comes back is not eaten by those who have just eaten the rest.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "oom/hold.h"
#include "tasks.h"

enum {
	/* Room for whom we stopped: 64 KiB, there only while grace_hold is 1. */
	MAX_HELD = 8192,
};

/* Touched by the OOM path, under oom_lock, except where said. */
static struct {
	struct pid **pids; /* set once, see oe_hold_prepare() */
	unsigned int nr_pids;
	bool warned;
	bool ready;
} hold;

/* By somebody else, or about to be; or it answers to a debugger. */
static bool is_stopped(struct task_struct *p)
{
	struct signal_struct *signal = p->signal;

	return p->ptrace || signal->group_stop_count ||
	       (signal->flags & SIGNAL_STOP_STOPPED) ||
	       sigismember(&signal->shared_pending.signal, SIGSTOP) ||
	       sigismember(&p->pending.signal, SIGSTOP);
}

static void missed(void)
{
	oe_stat_inc(OE_STAT_hold_missed);
	if (hold.warned)
		return;
	hold.warned = true;
	pr_warn("more than %d processes to hold: the others go on\n", MAX_HELD);
}

static int stop(const struct oe_candidate *c, void *arg)
{
	const struct oe_policy *policy = arg;
	struct task_struct *p = c->task;

	if (oe_policy_verdict(policy, c) != OE_ELIGIBLE || is_stopped(p))
		return 0;
	if (hold.nr_pids == MAX_HELD) {
		missed();
		return 0;
	}
	if (!kill_pid(task_tgid(p), SIGSTOP, 1))
		hold.pids[hold.nr_pids++] = get_pid(task_tgid(p));
	return 0;
}

/**
 * oe_hold_begin - stop everybody who may be chosen
 * @domain: among those whose memory ran out
 * @policy: who is protected
 *
 * Context: OOM path, oom_lock held; allocates nothing.
 */
void oe_hold_begin(const struct oe_domain *domain,
		   const struct oe_policy *policy)
{
	/* Pairs with oe_hold_prepare(). */
	if (READ_ONCE(oe_config.grace_hold) && smp_load_acquire(&hold.pids))
		oe_tasks_for_each(domain, stop, (void *)policy);
}

/**
 * oe_hold_end - let those go on that were stopped by oe_hold_begin()
 *
 * Context: as oe_hold_begin(); nothing to do if nobody was.
 */
void oe_hold_end(void)
{
	while (hold.nr_pids) {
		struct pid *pid = hold.pids[--hold.nr_pids];

		kill_pid(pid, SIGCONT, 1);
		put_pid(pid);
	}
}

/**
 * oe_hold_prepare - before grace_hold gets a value
 * @enable: which
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or -ENOMEM.
 */
int oe_hold_prepare(unsigned int enable)
{
	struct pid **pids;

	/* A parameter of a module that then is not loaded must leave nothing. */
	if (!enable || !hold.ready || hold.pids)
		return 0;
	pids = kvcalloc(MAX_HELD, sizeof(struct pid *), GFP_KERNEL);
	if (!pids)
		return -ENOMEM;
	/* Two may write at a time. Pairs with oe_hold_begin(). */
	if (cmpxchg_release(&hold.pids, NULL, pids))
		kvfree(pids);
	return 0;
}

/**
 * oe_hold_init - make room if the module parameter asked for it
 *
 * Context: module init, may sleep and allocate.
 * Return: 0 or -ENOMEM.
 */
int oe_hold_init(void)
{
	hold.ready = true;
	return oe_hold_prepare(oe_config.grace_hold);
}

/**
 * oe_hold_exit - nobody is held any more
 *
 * Context: module exit, may sleep.
 */
void oe_hold_exit(void)
{
	kvfree(hold.pids);
}
