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
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "limits/limit.h"
#include "limits/measure.h"
#include "limits/steps.h"

enum {
	/* Below ordinary work, as ksmd, but above idle. */
	LIMIT_NICE = 5,
};

static struct {
	struct xarray table; /* by kuid; changed under the directory's lock */
	struct mutex lock; /* the scan; a limit leaves the table under it */
	wait_queue_head_t wait;
	bool kicked; /* set by sysfs, cleared by the thread */
	unsigned int period_ms;
	struct task_struct *thread; /* under the directory's lock */
} limits = {
	.table = XARRAY_INIT(limits.table, 0),
	.lock = __MUTEX_INITIALIZER(limits.lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(limits.wait),
	.period_ms = OE_LIMIT_PERIOD_MS,
};

static unsigned int judge_all(void)
{
	unsigned int period_ms = oe_limit_period_ms();
	unsigned int wait_ms = period_ms;
	struct oe_limit *limit;
	unsigned long uid;

	xa_for_each(&limits.table, uid, limit) {
		wait_ms = min(wait_ms, oe_limit_judge(limit, period_ms));
		cond_resched();
	}
	return wait_ms;
}

static void forget_all(void)
{
	struct oe_limit *limit;
	unsigned long uid;

	xa_for_each(&limits.table, uid, limit)
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
		oe_limit_measure(&limits.table);
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

	if (limits.thread)
		return 0;
	thread = kthread_run(run_scans, NULL, "oom_embed_limit");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	limits.thread = thread;
	return 0;
}

static void stop_idle_thread(void)
{
	if (!limits.thread || !xa_empty(&limits.table))
		return;
	kthread_stop(limits.thread);
	limits.thread = NULL;
}

/**
 * oe_limit_init - a limit that limits nothing yet
 * @limit: zeroed; owned by the caller
 * @uid: the user
 *
 * Context: any.
 */
void oe_limit_init(struct oe_limit *limit, kuid_t uid)
{
	limit->uid = uid;
	limit->term_timeout_ms = OE_LIMIT_TERM_TIMEOUT_MS;
}

/**
 * oe_limit_release - drop the references of a limit
 * @limit: not in the table
 *
 * Context: process context.
 */
void oe_limit_release(struct oe_limit *limit)
{
	put_pid(limit->victim);
	put_pid(limit->use.biggest);
}

/**
 * oe_limit_find - the limit of a user
 * @uid: the user
 *
 * Context: under the lock of the limits' directory or that of the scan: either
 * keeps limits in the table.
 * Return: the limit, or NULL.
 */
struct oe_limit *oe_limit_find(kuid_t uid)
{
	return xa_load(&limits.table, __kuid_val(uid));
}

/**
 * oe_limit_any - any limit, for removing them all
 *
 * Context: under the lock of their directory.
 * Return: a limit, or NULL if there is none.
 */
struct oe_limit *oe_limit_any(void)
{
	unsigned long uid = 0;

	return xa_find(&limits.table, &uid, ULONG_MAX, XA_PRESENT);
}

/**
 * oe_limit_add - put a limit in force
 * @limit: for a user that has none
 *
 * Context: process context, allocates; under the lock of their directory.
 * Return: 0 or a negative errno.
 */
int oe_limit_add(struct oe_limit *limit)
{
	int err;

	err = need_thread();
	if (err)
		return err;
	err = xa_insert(&limits.table, __kuid_val(limit->uid), limit,
			GFP_KERNEL);
	if (err)
		stop_idle_thread();
	else
		oe_limit_kick();
	return err;
}

/**
 * oe_limit_remove - put a limit out of force
 * @limit: in the table
 *
 * After the return nothing happens because of this limit.
 *
 * Context: process context, may sleep; under the lock of their directory.
 */
void oe_limit_remove(struct oe_limit *limit)
{
	mutex_lock(&limits.lock);
	xa_erase(&limits.table, __kuid_val(limit->uid));
	mutex_unlock(&limits.lock);
	stop_idle_thread();
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
