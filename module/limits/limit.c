// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-user limits: the table of the users that have one, and a thread that
 * measures them (measure.c) and takes the steps (steps.c) that limit_rule.c
 * says. The thread exists while there is a limit.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "limits/choose.h"
#include "limits/limit.h"
#include "limits/measure.h"
#include "limits/steps.h"
#include "limits/storm.h"
#include "limits/victims.h"
#include "limits/who.h"

enum {
	/*
	 * A user must not be able to keep its limit from being measured by
	 * keeping the CPUs busy. A scan is short.
	 */
	LIMIT_NICE = MIN_NICE,
};

static struct {
	struct list_head all; /* changed under the directory's lock, too */
	struct mutex lock; /* the scan; limits come and go under it */
	wait_queue_head_t wait;
	bool kicked; /* set by sysfs, cleared by the thread */
	unsigned int period_ms;
	struct task_struct *thread; /* under the directory's lock */
} limits = {
	.all = LIST_HEAD_INIT(limits.all),
	.lock = __MUTEX_INITIALIZER(limits.lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(limits.wait),
	.period_ms = OE_LIMIT_PERIOD_MS,
};

static unsigned int judge_all(void)
{
	unsigned int period_ms = oe_limit_period_ms();
	unsigned int wait_ms = oe_limit_pause_ms(period_ms, get_random_u32());
	struct oe_limit *limit;

	list_for_each_entry(limit, &limits.all, node) {
		wait_ms = min(wait_ms, oe_limit_judge(limit, period_ms));
		cond_resched();
	}
	return wait_ms;
}

static void forget_all(void)
{
	struct oe_limit *limit;

	list_for_each_entry(limit, &limits.all, node)
		oe_limit_forget(limit);
}

/* Returns after how many ms the next scan is due. */
static unsigned int scan_users(void)
{
	unsigned int wait_ms = oe_limit_period_ms();

	mutex_lock(&limits.lock);
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF) {
		forget_all();
	} else {
		oe_limit_measure(&limits.all);
		wait_ms = judge_all();
	}
	mutex_unlock(&limits.lock);
	return wait_ms;
}

static bool has_work(void)
{
	return READ_ONCE(limits.kicked) || kthread_should_stop();
}

static int run_scans(void *unused)
{
	unsigned int wait_ms;

	set_user_nice(current, LIMIT_NICE);
	/*
	 * No process can react to a SIGTERM while the system is being
	 * suspended.
	 */
	set_freezable();
	while (!kthread_should_stop()) {
		WRITE_ONCE(limits.kicked, false); /* set by oe_limit_kick() */
		wait_ms = scan_users();
		wait_event_freezable_timeout(limits.wait, has_work(),
					     msecs_to_jiffies(wait_ms));
	}
	return 0;
}

static int need_thread(void)
{
	struct task_struct *thread;
	int err;

	if (limits.thread)
		return 0;
	err = oe_choose_reserve();
	if (err)
		return err;
	thread = kthread_run(run_scans, NULL, "oom_embed_limit");
	if (IS_ERR(thread)) {
		oe_choose_free();
		return PTR_ERR(thread);
	}
	limits.thread = thread;
	return 0;
}

static void stop_idle_thread(void)
{
	if (!limits.thread || !list_empty(&limits.all))
		return;
	kthread_stop(limits.thread);
	limits.thread = NULL;
	oe_choose_free();
}

/**
 * oe_limit_init - a limit that limits nothing yet
 * @limit: zeroed, but for whom it is about; owned by the caller
 *
 * Context: any.
 */
void oe_limit_init(struct oe_limit *limit)
{
	INIT_LIST_HEAD(&limit->node);
	limit->term_timeout_ms = OE_LIMIT_TERM_TIMEOUT_MS;
	limit->refill_ms = OE_LIMIT_REFILL_MS;
	limit->warn_ms = OE_LIMIT_WARN_MS;
	limit->signal = SIGTERM;
	oe_victims_init(&limit->victims);
}

/**
 * oe_limit_release - drop the references of a limit
 * @limit: not in the table
 *
 * Context: process context.
 */
void oe_limit_release(struct oe_limit *limit)
{
	oe_victims_clear(&limit->victims);
	oe_storm_forget(limit);
	put_pid(limit->mark.pid);
	put_pid(limit->use.best);
	oe_who_free(&limit->who);
}

/**
 * oe_limit_find - the limit of that name
 * @name: whom it is about, see &struct oe_limit_who
 *
 * Context: under the lock of the limits' directory.
 * Return: the limit, or NULL.
 */
struct oe_limit *oe_limit_find(const char *name)
{
	struct oe_limit *limit;

	list_for_each_entry(limit, &limits.all, node)
		if (!strcmp(limit->who.name, name))
			return limit;
	return NULL;
}

/**
 * oe_limit_any - any limit, for removing them all
 *
 * Context: under the lock of their directory.
 * Return: a limit, or NULL if there is none.
 */
struct oe_limit *oe_limit_any(void)
{
	return list_first_entry_or_null(&limits.all, struct oe_limit, node);
}

static int enter_tables(struct oe_limit *limit)
{
	int err;

	mutex_lock(&limits.lock);
	err = oe_who_add(limit);
	if (!err)
		list_add_tail(&limit->node, &limits.all);
	mutex_unlock(&limits.lock);
	return err;
}

static void leave_tables(struct oe_limit *limit)
{
	mutex_lock(&limits.lock);
	list_del_init(&limit->node);
	oe_who_remove(limit);
	if (list_empty(&limits.all))
		oe_who_end();
	mutex_unlock(&limits.lock);
}

/**
 * oe_limit_add - put a limit in force
 * @limit: initialized
 *
 * Context: process context, allocates; under the lock of their directory.
 * Return: 0; -EEXIST, if another limit is about some of them; or another
 * negative errno.
 */
int oe_limit_add(struct oe_limit *limit)
{
	int err;

	err = need_thread();
	if (err)
		return err;
	err = enter_tables(limit);
	if (err)
		stop_idle_thread();
	else
		oe_limit_kick();
	return err;
}

/**
 * oe_limit_remove - put a limit out of force
 * @limit: in force
 *
 * After the return nothing happens because of this limit.
 *
 * Context: process context, may sleep; under the lock of their directory.
 */
void oe_limit_remove(struct oe_limit *limit)
{
	leave_tables(limit);
	stop_idle_thread();
}

/**
 * oe_limit_get_ranges - the subordinate ranges of a limit
 * @limit: a limit
 * @ranges: filled in; room for OE_LIMIT_RANGES
 *
 * Context: process context, may sleep.
 * Return: how many there are.
 */
unsigned int oe_limit_get_ranges(const struct oe_limit *limit,
				 struct oe_limit_range *ranges)
{
	unsigned int nr;

	mutex_lock(&limits.lock);
	nr = limit->who.nr ? limit->who.nr - 1 : 0;
	memcpy(ranges, &limit->who.ranges[1], nr * sizeof(*ranges));
	mutex_unlock(&limits.lock);
	return nr;
}

/**
 * oe_limit_set_ranges - set the subordinate ranges of a limit
 * @limit: a limit
 * @ranges: users or groups, as the limit is about
 * @nr: how many, less than OE_LIMIT_RANGES
 *
 * Context: process context, may sleep and allocate; without the lock of their
 * directory.
 * Return: 0; -EEXIST, if another limit is about some of them; -EINVAL for a
 * cgroup; -ENODEV, if it is being removed; -ENOMEM.
 */
int oe_limit_set_ranges(struct oe_limit *limit,
			const struct oe_limit_range *ranges, unsigned int nr)
{
	int err;

	if (limit->who.kind == OE_LIMIT_CGROUP)
		return nr ? -EINVAL : 0;
	mutex_lock(&limits.lock);
	err = list_empty(&limit->node) ? -ENODEV :
					 oe_who_replace(limit, ranges, nr);
	mutex_unlock(&limits.lock);
	if (!err)
		oe_limit_kick();
	return err;
}

/**
 * oe_limit_kick - a setting has changed: scan now
 *
 * Context: any that may wake up others.
 */
void oe_limit_kick(void)
{
	WRITE_ONCE(limits.kicked, true); /* read by has_work() */
	wake_up(&limits.wait);
}

/**
 * oe_limit_period_ms - the longest time between two scans
 *
 * Context: any.
 * Return: ms.
 */
unsigned int oe_limit_period_ms(void)
{
	return READ_ONCE(limits.period_ms); /* by oe_limit_set_period_ms() */
}

/**
 * oe_limit_set_period_ms - how often to measure
 * @period_ms: OE_LIMIT_PERIOD_MIN_MS..OE_LIMIT_PERIOD_MAX_MS
 *
 * Context: as oe_limit_kick().
 */
void oe_limit_set_period_ms(unsigned int period_ms)
{
	WRITE_ONCE(limits.period_ms, period_ms); /* oe_limit_period_ms() */
	oe_limit_kick();
}
