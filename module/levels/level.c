// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watcher: measures available memory, rarely when there is plenty and often
 * when it falls, and tells userspace when the level changes.
 *
 * It is a real-time thread, because it must run when other threads get neither
 * memory nor the CPU, and it never allocates. A shrinker, which the kernel
 * calls when reclaim begins, and the OOM path wake it early.
 */
#include "core.h"

#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/kernfs.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <uapi/linux/sched/types.h>

#include <uapi/oom_embedded.h>

#include "compat/shrinker.h"
#include "levels/level.h"
#include "levels/pressure.h"
#include "lib/pause.h"
#include "lib/units.h"
#include "memory/available.h"
#include "memory/swappiness.h"
#include "memory/zones.h"
#include "notify.h"
#include "record/history.h"
#include "record/memory_report.h"
#include "rules/forecast.h"
#include "tasks.h"
#include "trace.h"

enum {
	/* During reclaim the shrinker is called thousands of times. */
	KICK_PAUSE_MS = 20,
	/* Between two reports at imminent_oom. */
	REPORT_PAUSE_MS = 10 * 1000,
	/* Processes that are looked at before others may have the CPU. */
	PIDS_AT_ONCE = 64,
	/* Slack of a sleep, as a part of it. */
	SLACK_SHARE = 8,
};

static const unsigned int FOR_EVER = UINT_MAX;

static struct {
	spinlock_t lock; /* its holders never allocate */
	struct oe_watermarks
		marks; /* under lock, as all down to the next blank line */
	struct oe_level_state state;
	struct oe_forecast forecast;
	enum oe_level announced; /* the level that userspace was told */
	struct oe_available amount; /* at the last look */
	struct oe_uevent uevent;
	struct kernfs_node *node; /* of levels/level; NULL = not there */

	struct task_struct *thread;
	bool kicked; /* set by wake_watcher(), cleared by the thread */
	struct shrinker *shrinker;
	unsigned long last_kick; /* jiffies */
	u64 last_ms; /* the thread's, as those that follow */
	u64 last_kb;
	u64 next_report_ms;
} watcher = {
	.lock = __SPIN_LOCK_UNLOCKED(watcher.lock),
};

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static void send_change(enum oe_level was)
{
	struct oe_uevent *uevent = &watcher.uevent;

	memset(uevent, 0, sizeof(*uevent));
	oe_uevent_add(uevent,
		      OOM_EMBEDDED_KEY_EVENT "=" OOM_EMBEDDED_EVENT_LEVEL);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_SEQ "=%llu", oe_notify_wanted());
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LEVEL "=%s",
		      oe_level_name(watcher.announced));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LEVEL_WAS "=%s",
		      oe_level_name(was));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_AVAILABLE_KB "=%llu",
		      watcher.amount.kb);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_AVAILABLE_KERNEL_KB "=%llu",
		      watcher.amount.kernel_kb);
	oe_notify_send(uevent);
}

/* Under the lock, so that all listeners see the changes in order. */
static void announce_level(enum oe_level level)
{
	enum oe_level was = watcher.announced;

	WRITE_ONCE(watcher.announced, level); /* read by oe_level_now() */
	oe_history_add(watcher.amount.kb, level);
	trace_oom_embedded_level(level, was, watcher.amount.kb);
	if (!watcher.node)
		return;
	sysfs_notify_dirent(watcher.node);
	if (level > was)
		oe_pressure_wake();
	send_change(was);
}

static void announce_levels(u64 level_kb)
{
	lockdep_assert_held(&watcher.lock);
	while (watcher.announced != watcher.state.level)
		announce_level(oe_watermark_next(&watcher.marks, level_kb,
						 watcher.announced,
						 watcher.state.level));
}

static bool nothing_to_watch(void)
{
	const struct oe_watermarks *marks = &watcher.marks;
	enum oe_level level;

	lockdep_assert_held(&watcher.lock);
	if (watcher.state.level != OE_LEVEL_NORMAL || marks->forecast_alert_ms)
		return false;
	for (level = OE_LEVEL_WARNING; level < OE_NR_LEVELS; level++)
		if (marks->kb[level])
			return false;
	return true;
}

/* True if a report is due before userspace is told. */
static bool wants_report(u64 now)
{
	if (watcher.announced >= OE_LEVEL_IMMINENT_OOM ||
	    watcher.state.level < OE_LEVEL_IMMINENT_OOM ||
	    now < watcher.next_report_ms)
		return false;
	watcher.next_report_ms = now + REPORT_PAUSE_MS;
	return true;
}

/* The forecast is computed from the same sample as the level. */
static void step_level(struct oe_sample *sample)
{
	u64 boost_kb = oe_pages_to_kb(oe_memory_boost());

	lockdep_assert_held(&watcher.lock);
	/* Leave out the watermark boost: its steps are not a trend. */
	oe_forecast_add(&watcher.forecast, sample->now_ms,
			sample->available_kb + boost_kb);
	sample->forecast_ms = oe_forecast_ms(&watcher.forecast,
					     sample->available_kb,
					     watcher.marks.kb[OE_LEVEL_OOM]);
	oe_watermark_step(&watcher.marks, &watcher.state, sample);
}

/* Samples the memory. Returns the time to the next sample, in ms. */
static unsigned int look_at_memory(void)
{
	struct oe_sample sample = { .now_ms = now_ms() };
	struct oe_pace pace = {
		.elapsed_ms = sample.now_ms - watcher.last_ms,
	};
	struct oe_available amount;
	unsigned int interval;
	bool report;

	oe_swappiness_look();
	oe_available_learn();
	oe_available_read(&amount);
	sample.available_kb = amount.level_kb;
	if (sample.available_kb < watcher.last_kb)
		pace.dropped_kb = watcher.last_kb - sample.available_kb;
	watcher.last_ms = sample.now_ms;
	watcher.last_kb = sample.available_kb;

	spin_lock(&watcher.lock);
	if (nothing_to_watch()) {
		memset(&watcher.forecast, 0, sizeof(watcher.forecast));
		spin_unlock(&watcher.lock);
		return FOR_EVER;
	}
	watcher.amount = amount;
	step_level(&sample);
	interval = oe_watermark_interval(&watcher.marks, &watcher.state,
					 &sample, &pace);
	report = wants_report(sample.now_ms);
	spin_unlock(&watcher.lock);

	/*
	 * Take the report before the wake-up, so that woken readers find the
	 * new one.
	 */
	if (report) {
		oe_memreport_begin(OE_MEMREPORT_IMMINENT, oe_notify_wanted(),
				   OE_LEVEL_IMMINENT_OOM, oe_level_now());
		oe_memreport_take(OE_MEMREPORT_IMMINENT);
	}
	spin_lock(&watcher.lock);
	announce_levels(sample.available_kb);
	oe_history_add(amount.kb, watcher.announced);
	spin_unlock(&watcher.lock);
	return interval;
}

/* The module is off: begin again later with a fresh state. */
static void forget_past(void)
{
	spin_lock(&watcher.lock);
	memset(&watcher.forecast, 0, sizeof(watcher.forecast));
	memset(&watcher.state, 0, sizeof(watcher.state));
	watcher.announced = OE_LEVEL_NORMAL;
	spin_unlock(&watcher.lock);
}

static void sleep_for(unsigned int ms)
{
	ktime_t timeout = ms_to_ktime(ms);

	/*
	 * Pairs with wake_watcher(): it finds the thread asleep, or this sees
	 * kicked.
	 */
	set_current_state(TASK_IDLE);
	if (!READ_ONCE(watcher.kicked) && !kthread_should_stop())
		schedule_hrtimeout_range(ms == FOR_EVER ? NULL : &timeout,
					 (u64)ms * NSEC_PER_MSEC / SLACK_SHARE,
					 HRTIMER_MODE_REL);
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(watcher.kicked, false);
}

/* Of some processes, from number @nr on. False if these were the last. */
static bool add_swapped(int *nr, unsigned long *swapped)
{
	struct oe_candidate c;
	unsigned int i;

	for (i = 0; i < PIDS_AT_ONCE; i++, ++*nr) {
		struct pid *pid = idr_get_next(&init_pid_ns.idr, nr);
		struct task_struct *p;

		if (!pid)
			return false;
		p = pid_task(pid, PIDTYPE_TGID);
		if (p && oe_tasks_snapshot(p, &c))
			*swapped += c.swap;
	}
	return true;
}

/*
 * The swap may have been in use before the module was loaded. Others get the CPU
 * meanwhile, so that a process that begins or ends may be missed.
 */
static void learn_from_past(void)
{
	unsigned long swapped = 0;
	int nr = 0;
	bool more;

	do {
		rcu_read_lock();
		more = add_swapped(&nr, &swapped);
		rcu_read_unlock();
		cond_resched();
	} while (more);
	oe_available_prime(swapped);
}

static int watch_memory(void *unused)
{
	learn_from_past();
	/* Real-time: the warning must not wait behind the processes that leak. */
	sched_set_fifo_low(current);
	while (!kthread_should_stop()) {
		if (READ_ONCE(oe_config.mode) != OE_MODE_OFF) {
			sleep_for(look_at_memory());
		} else {
			forget_past();
			sleep_for(OE_INTERVAL_MAX_MS);
		}
	}
	return 0;
}

static void wake_watcher(void)
{
	WRITE_ONCE(watcher.kicked, true);
	wake_up_process(watcher.thread);
}

/* The kernel has begun to reclaim memory. */
static unsigned long on_reclaim(struct shrinker *shrinker,
				struct shrink_control *control)
{
	unsigned long now = jiffies;

	if (!oe_pause_is_over(READ_ONCE(watcher.last_kick), KICK_PAUSE_MS, now))
		return 0;
	/* Harmless if two callers race. */
	WRITE_ONCE(watcher.last_kick, now);
	wake_watcher();
	return 0;
}

static unsigned long free_nothing(struct shrinker *shrinker,
				  struct shrink_control *control)
{
	return SHRINK_STOP;
}

/* The thread must exist first: on_reclaim() wakes it. */
static int watch_reclaim(void)
{
	int err;

	watcher.shrinker = shrinker_alloc(0, OOM_EMBEDDED_NAME);
	if (!watcher.shrinker)
		return -ENOMEM;
	watcher.shrinker->count_objects = on_reclaim;
	watcher.shrinker->scan_objects = free_nothing;
	err = oe_shrinker_register(watcher.shrinker, OOM_EMBEDDED_NAME);
	if (err)
		shrinker_free(watcher.shrinker);
	return err;
}

/**
 * oe_level_enter_oom - the machine is out of memory
 *
 * Announces first every level that was not announced yet. An OOM means that
 * memory is short enough for all of them, whatever was measured: the watcher may
 * have been late, or the memory that it counts may be of no use to the
 * allocation that failed.
 *
 * Context: OOM path, oom_lock held; allocates nothing.
 */
void oe_level_enter_oom(void)
{
	struct oe_available amount;

	oe_available_read(&amount);
	spin_lock(&watcher.lock);
	watcher.amount = amount;
	oe_watermark_enter(&watcher.state, OE_LEVEL_OOM);
	/* Announce all levels: 0 KiB is below every watermark. */
	announce_levels(0);
	spin_unlock(&watcher.lock);
	/* The watcher must run to see the end of the OOM. */
	wake_watcher();
}

/**
 * oe_level_now - the present level
 *
 * Context: any.
 * Return: as it was announced.
 */
enum oe_level oe_level_now(void)
{
	return READ_ONCE(watcher.announced); /* written by announce_levels() */
}

/**
 * oe_level_forecast_ms - how long memory will last
 *
 * Context: process context.
 * Return: see oe_forecast_ms().
 */
s64 oe_level_forecast_ms(void)
{
	struct oe_available amount;
	s64 ms;

	oe_available_read(&amount);
	spin_lock(&watcher.lock);
	ms = oe_forecast_ms(&watcher.forecast, amount.level_kb,
			    watcher.marks.kb[OE_LEVEL_OOM]);
	spin_unlock(&watcher.lock);
	return ms;
}

/**
 * oe_level_set_watermarks - replace the watermarks
 * @marks: in order; copied
 *
 * Context: process context.
 */
void oe_level_set_watermarks(const struct oe_watermarks *marks)
{
	spin_lock(&watcher.lock);
	watcher.marks = *marks;
	spin_unlock(&watcher.lock);
	if (watcher.thread)
		wake_watcher();
}

static void set_node(struct kernfs_node *node)
{
	spin_lock(&watcher.lock);
	watcher.node = node;
	spin_unlock(&watcher.lock);
}

/**
 * oe_level_attach - sysfs exists: from now on pollers are woken
 * @node: of levels/level; the caller's, until oe_level_detach() has returned
 *
 * Context: process context.
 */
void oe_level_attach(struct kernfs_node *node)
{
	set_node(node);
	wake_watcher();
}

/**
 * oe_level_detach - sysfs goes away
 *
 * Context: process context.
 */
void oe_level_detach(void)
{
	set_node(NULL);
}

/**
 * oe_level_start - set the watcher up; it begins at oe_level_attach()
 *
 * Context: module init, after oe_level_config_init().
 * Return: 0 or a negative errno.
 */
int oe_level_start(void)
{
	int err;

	watcher.last_kick = jiffies;
	watcher.thread = kthread_create(watch_memory, NULL, "oom_emb_levels");
	if (IS_ERR(watcher.thread))
		return PTR_ERR(watcher.thread);
	err = watch_reclaim();
	if (err)
		kthread_stop(watcher.thread);
	return err;
}

/**
 * oe_level_stop - stop the watcher
 *
 * Context: module exit, may sleep; the OOM path is closed and sysfs is gone.
 */
void oe_level_stop(void)
{
	shrinker_free(watcher.shrinker);
	kthread_stop(watcher.thread);
}
