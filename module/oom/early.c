// SPDX-License-Identifier: GPL-2.0-only
/*
 * An emergency before the kernel asks for one: below early_kb of available memory
 * a process is chosen as in an OOM. A machine that reclaims its own programs for
 * minutes never comes as far as the OOM.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "memory/available.h"
#include "oom/early.h"
#include "oom/request.h"

enum {
	/* KiB a ms. A faster leak may come to the OOM before it is seen. */
	FASTEST_KB_PER_MS = 1000,
	SHORTEST_MS = 10,
	LONGEST_MS = 1000,
	/* After a request: the victim's memory is on its way. */
	AFTERWARDS_MS = 100,
	/* Nobody may be chosen, or killed: a try tells userspace, and changes nothing. */
	NO_VICTIM_MS = 10 * 1000,
};

static const unsigned int FOR_EVER = UINT_MAX;

static struct {
	struct mutex lock; /* making of the thread */
	struct task_struct *thread; /* made with the first value above 0 */
	bool ready; /* the module is loaded */
} early = {
	.lock = __MUTEX_INITIALIZER(early.lock),
};

/* Returns the time to the next look, in ms. */
static unsigned int look_for_shortage(void)
{
	unsigned int kb = READ_ONCE(oe_config.early_kb);
	u64 available_kb;
	int err;

	if (!kb)
		return FOR_EVER;
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF)
		return LONGEST_MS;
	available_kb = oe_available_kb();
	if (available_kb >= kb)
		return clamp_t(u64,
			       div_u64(available_kb - kb, FASTEST_KB_PER_MS),
			       SHORTEST_MS, LONGEST_MS);
	err = oe_request_victim(OE_KIND_EARLY);
	if (!err)
		return AFTERWARDS_MS;
	return err == -EBUSY && READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE ?
		       AFTERWARDS_MS :
		       NO_VICTIM_MS;
}

static int watch_shortage(void *unused)
{
	/* Real-time, as the watcher of the levels. */
	sched_set_fifo_low(current);
	while (!kthread_should_stop()) {
		unsigned int ms = look_for_shortage();

		/* Pairs with oe_early_changed(), which wakes after the change. */
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop() &&
		    (ms != FOR_EVER || !READ_ONCE(oe_config.early_kb)))
			schedule_timeout(ms == FOR_EVER ? MAX_SCHEDULE_TIMEOUT :
							  msecs_to_jiffies(ms));
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static int make_thread(void)
{
	struct task_struct *thread;

	lockdep_assert_held(&early.lock);
	if (early.thread)
		return 0;
	thread = kthread_run(watch_shortage, NULL, "oom_emb_early");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	WRITE_ONCE(early.thread, thread);
	return 0;
}

/**
 * oe_early_prepare - before early_kb gets a value
 * @kb: which
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or the errno of a thread that cannot be made.
 */
int oe_early_prepare(unsigned int kb)
{
	int err = 0;

	mutex_lock(&early.lock);
	/* As a parameter: oe_early_init() does it. */
	if (kb && early.ready)
		err = make_thread();
	mutex_unlock(&early.lock);
	return err;
}

/**
 * oe_early_changed - early_kb has a value
 *
 * Context: process context.
 */
void oe_early_changed(void)
{
	struct task_struct *thread = READ_ONCE(early.thread);

	if (thread)
		wake_up_process(thread);
}

/**
 * oe_early_init - begin to watch, if the module parameter asked for it
 *
 * Context: module init; may sleep and allocate. oe_early_changed() is to be
 * called when a victim can be asked for.
 * Return: 0 or a negative errno.
 */
int oe_early_init(void)
{
	mutex_lock(&early.lock);
	early.ready = true;
	mutex_unlock(&early.lock);
	return oe_early_prepare(READ_ONCE(oe_config.early_kb));
}

/**
 * oe_early_exit - stop watching
 *
 * Context: module exit, when sysfs is gone; may sleep.
 */
void oe_early_exit(void)
{
	if (early.thread)
		kthread_stop(early.thread);
}
