// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which memory cgroups have levels: those that somebody asks for.
 *
 * A path means the cgroup that has it now, or will have it: a service that is
 * started again has a new cgroup. Looking a path up takes the kernel's
 * cgroup_mutex, so a work does it, once a second while a cgroup is missing. The
 * thread that measures takes spinlocks only; it exists while something is watched.
 *
 *	add, remove	dir->lock { paths { lock } }
 *	look-up		paths { cgroup_mutex, lock }
 *	thread, OOM	lock
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/time64.h>
#include <linux/workqueue.h>

#include "levels/cgroup_level.h"
#include "levels/cgroup_watch.h"
#include "memory/available.h"
#include "memory/swappiness.h"
#include "rank/cgroup_rule.h"

enum {
	LOOK_UP_MS = 1000,
	/* Slack of a sleep, as a part of it. */
	SLACK_SHARE = 8,
};

static void look_up_paths(struct work_struct *work);

static struct {
	struct mutex paths; /* the paths, and which cgroups have them */
	spinlock_t lock; /* the table; its holders never allocate */
	struct oe_cgroup_watch *table[OE_NR_CGROUP_WATCHES];
	unsigned int nr_watches; /* written under both; read without */
	struct task_struct *thread; /* written under the directory's lock, too */
	bool kicked; /* set by wake_thread(), cleared by the thread */
	struct delayed_work look_up;
} watches = {
	.paths = __MUTEX_INITIALIZER(watches.paths),
	.lock = __SPIN_LOCK_UNLOCKED(watches.lock),
	.look_up =
		__DELAYED_WORK_INITIALIZER(watches.look_up, look_up_paths, 0),
};

/* Under the lock, so that the thread is not stopped meanwhile. */
static void wake_thread(void)
{
	lockdep_assert_held(&watches.lock);
	WRITE_ONCE(watches.kicked, true);
	if (watches.thread)
		wake_up_process(watches.thread);
}

/* As above: no work is queued once the last watch has gone. */
static void look_up_now(void)
{
	lockdep_assert_held(&watches.lock);
	if (!watches.thread)
		return;
	cancel_delayed_work(&watches.look_up);
	schedule_delayed_work(&watches.look_up, 0);
}

/* With a reference; NULL if there is none. One that has gone is let go of. */
static struct mem_cgroup *get_memcg(struct oe_cgroup_watch *watch)
{
	struct mem_cgroup *memcg = watch ? watch->memcg : NULL;

	lockdep_assert_held(&watches.lock);
	if (memcg && (memcg->css.flags & CSS_ONLINE)) {
		css_get(&memcg->css);
		return memcg;
	}
	if (memcg) {
		WRITE_ONCE(watch->memcg, NULL);
		oe_cgroup_level_reset(watch);
		/* If it was the last reference, a work frees the cgroup. */
		css_put(&memcg->css);
		look_up_now();
	}
	return NULL;
}

/* As get_memcg(); NULL also if it need not be measured before *ms. */
static struct mem_cgroup *get_unmeasured(struct oe_cgroup_watch *watch,
					 bool off, unsigned int *ms)
{
	struct mem_cgroup *memcg = get_memcg(watch);

	if (!memcg || off || !oe_cgroup_level_rests(watch, ms))
		return memcg;
	css_put(&memcg->css);
	return NULL;
}

static unsigned int look_at_watch(unsigned int i)
{
	bool off = READ_ONCE(oe_config.mode) == OE_MODE_OFF;
	unsigned int ms = OE_INTERVAL_MAX_MS;
	struct oe_memcg_amount amount;
	struct mem_cgroup *memcg;
	bool limited;

	spin_lock(&watches.lock);
	memcg = get_unmeasured(watches.table[i], off, &ms);
	spin_unlock(&watches.lock);
	if (!memcg)
		return ms;
	limited = !off && oe_available_in_memcg(memcg, &amount);
	spin_lock(&watches.lock);
	if (watches.table[i] && watches.table[i]->memcg == memcg) {
		if (limited)
			ms = oe_cgroup_level_step(watches.table[i], &amount);
		else
			oe_cgroup_level_reset(watches.table[i]);
	}
	spin_unlock(&watches.lock);
	css_put(&memcg->css);
	return ms;
}

static void sleep_for(unsigned int ms)
{
	ktime_t timeout = ms_to_ktime(ms);

	/* Pairs with wake_thread(): it finds the thread asleep, or this sees kicked. */
	set_current_state(TASK_IDLE);
	if (!READ_ONCE(watches.kicked) && !kthread_should_stop())
		schedule_hrtimeout_range(&timeout,
					 (u64)ms * NSEC_PER_MSEC / SLACK_SHARE,
					 HRTIMER_MODE_REL);
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(watches.kicked, false);
}

static int watch_cgroups(void *unused)
{
	/* Real-time, as the watcher of the machine. */
	sched_set_fifo_low(current);
	while (!kthread_should_stop()) {
		u64 began = ktime_get_ns();
		unsigned int ms = OE_INTERVAL_MAX_MS;
		unsigned int i;

		oe_swappiness_look();
		for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
			ms = min(ms, look_at_watch(i));
		sleep_for(oe_watermark_pause(ms, ktime_get_ns() - began));
	}
	return 0;
}

static void put_memcg(struct mem_cgroup *memcg)
{
	if (memcg)
		css_put(&memcg->css);
}

static struct mem_cgroup *exchange_memcg(struct oe_cgroup_watch *watch,
					 struct mem_cgroup *memcg)
{
	struct mem_cgroup *old;

	spin_lock(&watches.lock);
	old = watch->memcg;
	WRITE_ONCE(watch->memcg, memcg); /* read by cgroup_stall.c */
	watch->last_kb = 0;
	if (old)
		oe_cgroup_level_reset(watch);
	wake_thread();
	spin_unlock(&watches.lock);
	return old;
}

/* Returns true if its cgroup is missing. */
static bool look_up_watch(struct oe_cgroup_watch *watch)
{
	struct mem_cgroup *memcg;

	lockdep_assert_held(&watches.paths);
	if (!watch || !watch->path || oe_cgroup_watch_is_there(watch))
		return false;
	memcg = oe_cgroup_level_find(watch->path);
	if (!memcg)
		return true;
	put_memcg(exchange_memcg(watch, memcg));
	return false;
}

static void look_up_paths(struct work_struct *work)
{
	bool missing = false;
	unsigned int i;

	mutex_lock(&watches.paths);
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
		missing |= look_up_watch(watches.table[i]);
	mutex_unlock(&watches.paths);
	if (missing)
		schedule_delayed_work(&watches.look_up,
				      msecs_to_jiffies(LOOK_UP_MS));
}

static void set_thread(struct task_struct *thread)
{
	spin_lock(&watches.lock);
	watches.thread = thread;
	spin_unlock(&watches.lock);
}

static int need_thread(void)
{
	struct task_struct *thread;

	if (watches.thread)
		return 0;
	thread = kthread_run(watch_cgroups, NULL, "oom_emb_cgroups");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	set_thread(thread);
	return 0;
}

static void stop_idle_thread(void)
{
	struct task_struct *thread = watches.thread;

	if (!thread || watches.nr_watches)
		return;
	/* From now on nothing wakes the thread or queues the work. */
	set_thread(NULL);
	kthread_stop(thread);
	cancel_delayed_work_sync(&watches.look_up);
}

/* Returns false if there is no room. */
static bool enter_in_table(struct oe_cgroup_watch *watch,
			   struct kernfs_node *node)
{
	unsigned int i;

	mutex_lock(&watches.paths);
	spin_lock(&watches.lock);
	for (i = 0; i < OE_NR_CGROUP_WATCHES && watches.table[i];)
		i++;
	if (i < OE_NR_CGROUP_WATCHES) {
		watch->node = node;
		watches.table[i] = watch;
		/* Hint for oe_cgroup_watch_enter_oom(). */
		WRITE_ONCE(watches.nr_watches, watches.nr_watches + 1);
	}
	spin_unlock(&watches.lock);
	mutex_unlock(&watches.paths);
	return i < OE_NR_CGROUP_WATCHES;
}

/**
 * oe_cgroup_watch_add - put a watch in force
 * @watch: of a name that is not in the table
 * @node: of its file `level`; the caller's, until oe_cgroup_watch_remove() has
 *	returned
 *
 * Context: process context, allocates; under the lock of the directory.
 * Return: 0, -ENOSPC, or the errno of a thread that cannot be made.
 */
int oe_cgroup_watch_add(struct oe_cgroup_watch *watch, struct kernfs_node *node)
{
	int err = need_thread();

	if (err)
		return err;
	if (enter_in_table(watch, node))
		return 0;
	stop_idle_thread();
	return -ENOSPC;
}

/**
 * oe_cgroup_watch_remove - put a watch out of force
 * @watch: in the table
 *
 * After the return nobody is told anything because of it.
 *
 * Context: process context, may sleep; under the lock of the directory.
 */
void oe_cgroup_watch_remove(struct oe_cgroup_watch *watch)
{
	struct mem_cgroup *memcg;
	unsigned int i;

	mutex_lock(&watches.paths);
	spin_lock(&watches.lock);
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
		if (watches.table[i] == watch)
			watches.table[i] = NULL;
	WRITE_ONCE(watches.nr_watches, watches.nr_watches - 1); /* as above */
	memcg = watch->memcg;
	WRITE_ONCE(watch->memcg, NULL);
	watch->node = NULL;
	spin_unlock(&watches.lock);
	mutex_unlock(&watches.paths);
	put_memcg(memcg);
	stop_idle_thread();
}

/**
 * oe_cgroup_watch_find - the watch of a name
 * @name: which
 *
 * Context: under the lock of the directory.
 * Return: the watch, or NULL.
 */
struct oe_cgroup_watch *oe_cgroup_watch_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
		if (watches.table[i] && !strcmp(watches.table[i]->name, name))
			return watches.table[i];
	return NULL;
}

/**
 * oe_cgroup_watch_any - any watch, for removing them all
 *
 * Context: under the lock of the directory.
 * Return: a watch, or NULL if there is none.
 */
struct oe_cgroup_watch *oe_cgroup_watch_any(void)
{
	unsigned int i;

	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
		if (watches.table[i])
			return watches.table[i];
	return NULL;
}

/**
 * oe_cgroup_watch_set_path - which cgroup to watch
 * @watch: in the table
 * @text: its path, as the writer's namespace sees it; "" for none
 *
 * The cgroup need not exist.
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; or -EINVAL (a pattern, or no path), -ENOMEM, and nothing changed.
 */
int oe_cgroup_watch_set_path(struct oe_cgroup_watch *watch, const char *text)
{
	char *path = NULL;

	if (strpbrk(text, OE_CGROUP_WILDCARDS))
		return -EINVAL;
	if (*text)
		path = oe_cgroup_resolve(text);
	if (IS_ERR(path))
		return PTR_ERR(path);
	mutex_lock(&watches.paths);
	swap(watch->path, path);
	put_memcg(exchange_memcg(watch, NULL));
	mutex_unlock(&watches.paths);
	kfree(path);
	spin_lock(&watches.lock);
	look_up_now();
	spin_unlock(&watches.lock);
	return 0;
}

/**
 * oe_cgroup_watch_show_path - print which cgroup is watched
 * @watch: which
 * @text: a page
 *
 * Context: process context, may sleep.
 * Return: number of bytes written.
 */
int oe_cgroup_watch_show_path(struct oe_cgroup_watch *watch, char *text)
{
	int length;

	mutex_lock(&watches.paths);
	if (!watch->path)
		length = sysfs_emit(text, "\n");
	else
		length = sysfs_emit(text, "%s\n",
				    *watch->path ? watch->path : "/");
	mutex_unlock(&watches.paths);
	return length;
}

/**
 * oe_cgroup_watch_set_percent - change a watermark
 * @watch: which
 * @level: of which level
 * @percent: of the limit, up to 100; 0 = off
 *
 * Context: process context.
 * Return: 0, or -ERANGE if the watermarks would not be in order.
 */
int oe_cgroup_watch_set_percent(struct oe_cgroup_watch *watch,
				enum oe_level level, u32 percent)
{
	struct oe_watermarks marks = {};
	int err = 0;

	spin_lock(&watches.lock);
	memcpy(marks.kb, watch->percent, sizeof(marks.kb));
	marks.kb[level] = percent;
	if (oe_watermark_in_order(&marks))
		WRITE_ONCE(watch->percent[level], percent); /* read by sysfs */
	else
		err = -ERANGE;
	watch->good_ms = 0;
	wake_thread();
	spin_unlock(&watches.lock);
	return err;
}

/**
 * oe_cgroup_watch_is_there - does its cgroup exist, with a memory controller?
 * @watch: which
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_cgroup_watch_is_there(const struct oe_cgroup_watch *watch)
{
	bool there;

	spin_lock(&watches.lock);
	there = watch->memcg;
	spin_unlock(&watches.lock);
	return there;
}

/**
 * oe_cgroup_watch_amount - how much its cgroup can still have
 * @watch: which
 * @amount: filled in on success
 *
 * Context: process context.
 * Return: false if there is no cgroup, or nothing limits it.
 */
bool oe_cgroup_watch_amount(struct oe_cgroup_watch *watch,
			    struct oe_memcg_amount *amount)
{
	struct mem_cgroup *memcg;
	bool limited;

	spin_lock(&watches.lock);
	memcg = get_memcg(watch);
	spin_unlock(&watches.lock);
	limited = memcg && oe_available_in_memcg(memcg, amount);
	put_memcg(memcg);
	return limited;
}

/**
 * oe_cgroup_watch_enter_oom - a memory cgroup is out of memory
 * @memcg: which; those below it are so, too
 *
 * Context: OOM path; allocates nothing.
 */
void oe_cgroup_watch_enter_oom(struct mem_cgroup *memcg)
{
	unsigned int i;

	/* Hint: written with a watch. */
	if (!READ_ONCE(watches.nr_watches))
		return;
	spin_lock(&watches.lock);
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = watches.table[i];

		if (watch && watch->memcg &&
		    mem_cgroup_is_descendant(watch->memcg, memcg))
			oe_cgroup_level_enter_oom(watch);
	}
	/* It must run to see the end of the OOM. */
	wake_thread();
	spin_unlock(&watches.lock);
}
