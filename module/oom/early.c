// SPDX-License-Identifier: GPL-2.0-only
/*
 * An emergency before the kernel asks for one: below early_kb of available memory,
 * or above stall_percent of the time in a stall, of the machine or of a watched
 * cgroup, a process is chosen as in an OOM.
 * A machine that reclaims its own programs for minutes never comes as far as the
 * OOM.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/sched.h>

#include "levels/cgroup_stall.h"
#include "levels/stall.h"
#include "memory/available.h"
#include "memory/swappiness.h"
#include "oom/domain.h"
#include "oom/early.h"
#include "oom/request.h"

enum {
	/* KiB a ms. A faster leak may come to the OOM before it is seen. */
	FASTEST_KB_PER_MS = 1000,
	SHORTEST_MS = 10,
	LONGEST_MS = 1000,
	/* After a request: the victim's memory is on its way. */
	AFTERWARDS_MS = 100,
	/* If no process may be chosen or killed, a try only tells userspace. */
	NO_VICTIM_MS = 10 * 1000,
	/* The same for a cgroup: many of them share one record of decisions. */
	NO_VICTIM_CGROUP_MS = 60 * 1000,
};

static const unsigned int FOR_EVER = UINT_MAX;

static struct {
	struct mutex lock; /* making of the thread */
	struct task_struct *thread; /* made with the first value above 0 */
	bool ready; /* the module is loaded */
	u64 pause_until_ms; /* no request before that; the thread's, as the next two */
	unsigned int seen_kb;
	unsigned int seen_percent;
} early = {
	.lock = __MUTEX_INITIALIZER(early.lock),
};

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static unsigned int pause_after(int err)
{
	if (!err)
		return AFTERWARDS_MS;
	return err == -EBUSY && READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE ?
		       AFTERWARDS_MS :
		       NO_VICTIM_MS;
}

/* Returns true if a victim was killed, or was not needed. */
static bool request_victim(unsigned int stall_percent)
{
	const struct oe_request request = {
		.kind = OE_KIND_EARLY,
		.stall_percent = stall_percent,
		.group = "",
	};
	int err;

	if (now_ms() < early.pause_until_ms)
		return false;
	err = oe_request_victim(&request);
	early.pause_until_ms = now_ms() + pause_after(err);
	return !err;
}

/* Returns the time to the next look, in ms. */
static unsigned int look_for_shortage(void)
{
	unsigned int kb = READ_ONCE(oe_config.early_kb);
	u64 certain_kb;

	if (!kb)
		return FOR_EVER;
	oe_swappiness_look();
	oe_available_learn();
	if (oe_available_for_kill_kb() < kb) {
		request_victim(0);
		return AFTERWARDS_MS;
	}
	/* The part of swap in the other amount may turn out to be nothing. */
	certain_kb = oe_available_kb();
	if (certain_kb < kb)
		return SHORTEST_MS;
	return clamp_t(u64, div_u64(certain_kb - kb, FASTEST_KB_PER_MS),
		       SHORTEST_MS, LONGEST_MS);
}

static void restart_stalls(void)
{
	oe_stall_restart();
	oe_cgroup_stall_restart();
}

/*
 * If no process of a cgroup may be killed, that stops neither the requests of others
 * nor the machine's.
 */
static void look_at_cgroups(unsigned int limit)
{
	struct oe_request request = {
		.kind = OE_KIND_EARLY,
		.group = "",
	};
	unsigned int ms;
	int err;

	request.within = oe_cgroup_stall_look(limit, &request.stall_percent);
	if (!request.within)
		return;
	err = oe_request_victim(&request);
	ms = err && err != -EBUSY ? NO_VICTIM_CGROUP_MS : pause_after(err);
	oe_cgroup_stall_asked(request.within, ms, !err);
	oe_cgroup_stall_put(request.within);
}

/* Measuring goes on while nobody may be killed. Returns as look_for_shortage(). */
static unsigned int look_for_stall(void)
{
	unsigned int limit = READ_ONCE(oe_config.stall_percent);
	unsigned int percent;
	unsigned int ms;

	if (!limit)
		return FOR_EVER;
	percent = oe_stall_look(&ms);
	/* A stall measured before a kill says nothing about afterwards. */
	if (oe_domain_machine_in_aftermath() ||
	    (percent > limit && request_victim(percent)))
		restart_stalls();
	look_at_cgroups(limit);
	return ms;
}

static bool is_wanted(void)
{
	return READ_ONCE(oe_config.early_kb) ||
	       READ_ONCE(oe_config.stall_percent);
}

/* The wake-up of a change may come too early or too late: compare the values. */
static bool have_changed(void)
{
	return READ_ONCE(oe_config.early_kb) != early.seen_kb ||
	       READ_ONCE(oe_config.stall_percent) != early.seen_percent;
}

static void begin_anew_if_changed(void)
{
	if (!have_changed())
		return;
	early.seen_kb = READ_ONCE(oe_config.early_kb);
	early.seen_percent = READ_ONCE(oe_config.stall_percent);
	early.pause_until_ms = 0;
	restart_stalls();
}

/* Returns as look_for_shortage(). */
static unsigned int look_at_machine(void)
{
	begin_anew_if_changed();
	if (!is_wanted())
		return FOR_EVER;
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF) {
		restart_stalls();
		return LONGEST_MS;
	}
	return min(look_for_shortage(), look_for_stall());
}

static int watch_shortage(void *unused)
{
	/* Real-time, as the watcher of the levels. */
	sched_set_fifo_low(current);
	while (!kthread_should_stop()) {
		unsigned int ms = look_at_machine();

		/* Pairs with oe_early_changed(), which wakes after the change. */
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop() && !have_changed())
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
 * oe_early_prepare - before early_kb or stall_percent gets a value
 * @value: the value
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or the errno of a thread that cannot be made.
 */
int oe_early_prepare(unsigned int value)
{
	int err = 0;

	mutex_lock(&early.lock);
	/* As a parameter: oe_early_init() does it. */
	if (value && early.ready)
		err = make_thread();
	mutex_unlock(&early.lock);
	return err;
}

static void measure_stall(void)
{
	bool on = READ_ONCE(oe_config.stall_percent);

	lockdep_assert_held(&early.lock);
	/* If it cannot be measured, levels/stall_percent says so. */
	if (!early.ready)
		return;
	if (!on)
		oe_cgroup_stall_measure(false);
	if (!oe_stall_measure(on) && on)
		oe_cgroup_stall_measure(true);
}

/**
 * oe_early_changed - early_kb or stall_percent has a value
 *
 * Context: process context, may sleep and allocate.
 */
void oe_early_changed(void)
{
	struct task_struct *thread = READ_ONCE(early.thread);

	mutex_lock(&early.lock);
	measure_stall();
	mutex_unlock(&early.lock);
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
	return oe_early_prepare(is_wanted());
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
	oe_cgroup_stall_measure(false);
	oe_stall_exit();
}
