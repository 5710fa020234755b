// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hold: stop the expendable while the others save what they have, so that the
 * memory that comes back is not eaten by those who have just eaten the rest.
 */
#include "core.h"

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "oom/hold.h"
#include "oom/watchdog.h"
#include "tasks.h"
#include "tasks/kill_set.h"

enum {
	/*
	 * Room for the stopped processes: 128 KiB, allocated only while
	 * grace_hold is 1.
	 */
	MAX_HELD = 8192,
	/* Protected kill sets that are kept: 48 KiB more, while grace_hold is 1. */
	MAX_SETS = 1024,
	/*
	 * Open descriptors that one hold looks at. When they are used up
	 * no other process is stopped: one with a watchdog must be seen.
	 */
	MAX_LOOKED_AT = 1 << 18,
};

/*
 * A process that the module stopped, and the emergency that it was stopped for.
 */
struct held {
	struct pid *pid;
	const void *owner;
};

static struct {
	spinlock_t lock; /* the array; its holders never allocate */
	struct held *held; /* set once, see oe_hold_prepare() */
	struct oe_kill_table *sets; /* set before @held */
	unsigned long in_use; /* bit 0 is the lock of @sets */
	unsigned int nr_held;
	const void *machine; /* owner of the machine's emergency, or NULL */
	bool warned;
	bool ready;
} hold = {
	.lock = __SPIN_LOCK_UNLOCKED(hold.lock),
};

struct hold_arg {
	const struct oe_domain *domain;
	const struct oe_policy *policy;
	const void *owner;
	unsigned int nr_fds; /* that may still be looked at */
	struct oe_kill_cache cache;
};

/* Stopped already, about to be, or traced by a debugger. */
static bool is_stopped(struct task_struct *p)
{
	struct signal_struct *signal = p->signal;

	return p->ptrace || signal->group_stop_count ||
	       (signal->flags & SIGNAL_STOP_STOPPED) ||
	       sigismember(&signal->shared_pending.signal, SIGSTOP) ||
	       sigismember(&p->pending.signal, SIGSTOP);
}

static void note_missed(void)
{
	oe_stat_inc(OE_STAT_hold_missed);
	if (hold.warned)
		return;
	hold.warned = true;
	pr_warn("more than %d processes to hold: the others go on\n", MAX_HELD);
}

static bool may_be_held(const struct oe_candidate *c, struct hold_arg *arg)
{
	struct oe_candidate whole = *c;

	if (oe_policy_verdict(arg->policy, c) != OE_ELIGIBLE)
		return false;
	oe_kill_set_judge(&whole, arg->domain, &arg->cache);
	if (oe_policy_verdict(arg->policy, &whole) != OE_ELIGIBLE)
		return false;
	if (!oe_watchdog_may_be_fed_by(c->task, &arg->nr_fds))
		return true;
	if (!arg->nr_fds)
		oe_stat_inc(OE_STAT_hold_missed);
	return false;
}

static int stop_process(const struct oe_candidate *c, void *data)
{
	const struct hold_arg *arg = data;
	struct pid *tgid = task_tgid(c->task);

	if (!may_be_held(c, data))
		return 0;
	spin_lock(&hold.lock);
	if (is_stopped(c->task))
		; /* Stopped by another program, or for another domain. */
	else if (hold.nr_held == MAX_HELD)
		note_missed();
	else if (!kill_pid(tgid, SIGSTOP, 1))
		hold.held[hold.nr_held++] =
			(struct held){ get_pid(tgid), arg->owner };
	spin_unlock(&hold.lock);
	return 0;
}

/**
 * oe_hold_begin - stop all processes that may be chosen
 * @domain: among those whose memory ran out
 * @policy: decides which processes are protected
 * @owner: the owner of the emergency; compared only
 *
 * Context: OOM path; allocates nothing.
 */
void oe_hold_begin(const struct oe_domain *domain,
		   const struct oe_policy *policy, const void *owner)
{
	struct hold_arg arg = {
		.domain = domain,
		.policy = policy,
		.owner = owner,
		.nr_fds = MAX_LOOKED_AT,
		.cache.below = max(policy->threshold, OE_RANK_NEVER + 1U),
	};

	/* Pairs with oe_hold_prepare(). */
	if (!READ_ONCE(oe_config.grace_hold) || !smp_load_acquire(&hold.held))
		return;
	if (!domain->memcg)
		WRITE_ONCE(hold.machine, owner); /* read by oe_hold_end() */
	/* Another domain may use it: then each set is looked for alone. */
	if (!test_and_set_bit_lock(0, &hold.in_use))
		arg.cache.table = hold.sets;
	oe_tasks_for_each(domain, OE_GROUP_PASS_OOM, stop_process, &arg);
	if (arg.cache.table)
		clear_bit_unlock(0, &hold.in_use);
}

/**
 * oe_hold_end - let those go on that were stopped by oe_hold_begin()
 * @owner: the same
 *
 * While the machine's emergency holds everybody who may be chosen, what was
 * stopped for a memory cgroup stays stopped for the machine.
 *
 * Context: as oe_hold_begin(); nothing to do if nobody was.
 */
void oe_hold_end(const void *owner)
{
	unsigned int nr_kept = 0;
	unsigned int i;

	spin_lock(&hold.lock);
	if (hold.machine == owner)
		hold.machine = NULL;
	for (i = 0; i < hold.nr_held; i++) {
		struct held *held = &hold.held[i];

		if (held->owner == owner && hold.machine)
			held->owner = hold.machine;
		if (held->owner != owner) {
			hold.held[nr_kept++] = *held;
			continue;
		}
		kill_pid(held->pid, SIGCONT, 1);
		put_pid(held->pid);
	}
	hold.nr_held = nr_kept;
	spin_unlock(&hold.lock);
}

/**
 * oe_hold_prepare - before grace_hold gets a value
 * @enable: the value
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or -ENOMEM.
 */
int oe_hold_prepare(unsigned int enable)
{
	struct oe_kill_table *sets;
	struct held *held;

	/*
	 * Parameters are parsed while the load may still fail: allocate later,
	 * in oe_hold_init().
	 */
	if (!enable || !hold.ready || hold.held)
		return 0;
	sets = oe_kill_table_new(MAX_SETS, GFP_KERNEL);
	held = kvcalloc(MAX_HELD, sizeof(*held), GFP_KERNEL);
	if (!held || !sets) {
		oe_kill_table_free(sets);
		kvfree(held);
		return -ENOMEM;
	}
	/* Two writers may race. Pairs with oe_hold_begin(). */
	if (cmpxchg(&hold.sets, NULL, sets))
		oe_kill_table_free(sets);
	if (cmpxchg_release(&hold.held, NULL, held))
		kvfree(held);
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
	kvfree(hold.held);
	oe_kill_table_free(hold.sets);
}
