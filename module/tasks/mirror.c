// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rankings in oom_score_adj, for those who know nothing of rankings: the kernel
 * itself, where the module does not choose, and managers such as earlyoom. A
 * worker sweeps over all processes while mirror_oom_score_adj is 1.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include <trace/events/sched.h>

#include "episode.h"
#include "lib/tracepoint.h"
#include "rank/ranking.h"
#include "rank/version.h"
#include "rules/adj_rule.h"
#include "tasks.h"
#include "tasks/kill_set.h"
#include "tasks/mirror.h"
#include "tasks/own_adj.h"

enum {
	SWEEP_MS = 3000,
	/* After a change: there may be many, one after the other. */
	SOON_MS = 100,
	/* A fork that was under way when values were taken back has ended. */
	LAST_FORK_MS = 10000,
	/* The same at unload, where somebody waits. */
	LAST_FORK_EXIT_MS = 200,
	/* Room for protected kill sets: one for each MB of memory, within these. */
	MIN_SETS = 64,
	MAX_SETS = 4096,
};

static void run_mirror(struct work_struct *work);

static struct {
	struct mutex lock; /* the rest, but for kicked */
	struct delayed_work work;
	struct tracepoint *fork;
	struct oe_kill_table *sets;
	bool ready; /* the module is loaded */
	bool active; /* the tracepoint is attached */
	bool giving; /* values may have been written that are to be taken back */
	unsigned long taken_back; /* in jiffies: when it was done last */
	bool kicked; /* the next sweep is soon */
} mirror = {
	.lock = __MUTEX_INITIALIZER(mirror.lock),
	.work = __DELAYED_WORK_INITIALIZER(mirror.work, run_mirror, 0),
};

static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	if (thread_group_leader(child))
		oe_own_adj_fork(parent, child);
}

/* The build fails on a kernel on which kCFI would trap at the first call. */
static inline void check_types(void)
{
	check_trace_callback_type_sched_process_fork(on_fork);
}

static int set_up(void)
{
	unsigned long mb = totalram_pages() >> (20 - PAGE_SHIFT);
	int err;

	check_types();
	mirror.fork = oe_tracepoint_find("sched_process_fork");
	if (!mirror.fork)
		return -EOPNOTSUPP;
	mirror.sets = oe_kill_table_new(
		clamp_t(unsigned long, mb, MIN_SETS, MAX_SETS), GFP_KERNEL);
	if (!mirror.sets)
		return -ENOMEM;
	err = oe_own_adj_begin();
	if (err)
		goto err_free_sets;
	/* Before any value is written: a child must not keep a copy. */
	err = oe_tracepoint_attach(mirror.fork, on_fork);
	if (err)
		goto err_end_own_adj;
	return 0;

err_end_own_adj:
	oe_own_adj_end();
err_free_sets:
	oe_kill_table_free(mirror.sets);
	return err;
}

static int start_mirroring(void)
{
	int err;

	lockdep_assert_held(&mirror.lock);
	/* As a parameter: oe_mirror_init() does it. */
	if (mirror.active || !mirror.ready)
		return 0;
	err = set_up();
	if (!err)
		WRITE_ONCE(mirror.active, true); /* oe_mirror_changed() */
	return err;
}

static void stop_mirroring(void)
{
	lockdep_assert_held(&mirror.lock);
	oe_tracepoint_detach(mirror.fork, on_fork);
	tracepoint_synchronize_unregister();
	oe_own_adj_end();
	oe_kill_table_free(mirror.sets);
	WRITE_ONCE(mirror.active, false); /* oe_mirror_changed() */
}

/**
 * struct sweep - a look at all processes
 * @policy: in force
 * @sets: their kill sets, found once; a process that has come meanwhile is right
 *	in the next sweep
 */
struct sweep {
	struct oe_adj_policy policy;
	struct oe_kill_cache sets;
};

static void visit_process(struct task_struct *p, void *arg)
{
	static const struct oe_domain machine;
	struct oe_candidate c = { .task = p };
	struct sweep *sweep = arg;

	if (is_global_init(p))
		return;
	c.rank = oe_rank_of(p).rank;
	c.set_rank = c.rank;
	oe_kill_set_judge(&c, &machine, &sweep->sets);
	oe_own_adj_mirror(&c, &sweep->policy);
}

static void sweep_processes(void)
{
	struct oe_policy policy = oe_config_policy();
	struct sweep sweep = {
		.policy = {
			.threshold = policy.threshold,
			.default_rank = READ_ONCE(oe_config.default_rank),
		},
		.sets = {
			.table = mirror.sets,
			.below = max(policy.threshold, OE_RANK_NEVER + 1U),
		},
	};

	oe_own_adj_drop_dead();
	oe_tasks_list(&init_pid_ns, visit_process, &sweep);
}

/* No later than in @ms. */
static void hasten_work(unsigned int ms)
{
	mod_delayed_work(system_unbound_wq, &mirror.work, msecs_to_jiffies(ms));
}

/* In @ms, or earlier, if it was hastened meanwhile. */
static void queue_work_again(unsigned int ms)
{
	queue_delayed_work(system_unbound_wq, &mirror.work,
			   msecs_to_jiffies(ms));
}

static void take_back(void)
{
	if (!mirror.giving)
		return;
	mirror.giving = false;
	mirror.taken_back = jiffies;
	oe_own_adj_take_back();
}

/* Off, but children may come that have copies of what was taken back. */
static void fade_out(void)
{
	take_back();
	if (time_after_eq(jiffies,
			  mirror.taken_back + msecs_to_jiffies(LAST_FORK_MS)))
		stop_mirroring();
	else
		queue_work_again(LAST_FORK_MS);
}

static void do_what_is_set(void)
{
	lockdep_assert_held(&mirror.lock);
	if (!mirror.active)
		return;
	if (!READ_ONCE(oe_config.mirror_oom_score_adj)) {
		fade_out();
	} else if (READ_ONCE(oe_config.mode) == OE_MODE_OFF) {
		take_back();
	} else {
		mirror.giving = true;
		sweep_processes();
		queue_work_again(SWEEP_MS);
	}
}

static void run_mirror(struct work_struct *work)
{
	mutex_lock(&mirror.lock);
	WRITE_ONCE(mirror.kicked, false); /* set by oe_mirror_changed() */
	do_what_is_set();
	mutex_unlock(&mirror.lock);
}

/**
 * oe_mirror_changed - a tunable or a ranking has another value
 *
 * Context: any.
 */
void oe_mirror_changed(void)
{
	/* Cleared by run_mirror(). */
	if (READ_ONCE(mirror.active) && !xchg(&mirror.kicked, true))
		hasten_work(SOON_MS);
}

/**
 * oe_mirror_prepare - before mirror_oom_score_adj gets a value
 * @on: the value
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; -EOPNOTSUPP on a kernel that does not tell of forks; -ENOMEM.
 */
int oe_mirror_prepare(unsigned int on)
{
	int err = 0;

	mutex_lock(&mirror.lock);
	if (on)
		err = start_mirroring();
	/* It fades out if the value does not come into force. */
	if (mirror.active)
		queue_work_again(LAST_FORK_MS);
	mutex_unlock(&mirror.lock);
	return err;
}

/**
 * oe_mirror_switched - mirror_oom_score_adj has a value
 *
 * With 0, all processes have their own values when it returns.
 *
 * Context: process context, may sleep.
 */
void oe_mirror_switched(void)
{
	mutex_lock(&mirror.lock);
	if (!READ_ONCE(oe_config.mirror_oom_score_adj))
		do_what_is_set();
	else if (start_mirroring()) /* it may have faded out after oe_mirror_prepare() */
		pr_warn("mirror_oom_score_adj: no memory, nothing is mirrored\n");
	else if (mirror.active)
		hasten_work(0);
	mutex_unlock(&mirror.lock);
}

/**
 * oe_mirror_init - begin, if the module parameter asked for it
 *
 * Context: module init, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_mirror_init(void)
{
	unsigned int on = READ_ONCE(oe_config.mirror_oom_score_adj);
	int err;

	mutex_lock(&mirror.lock);
	mirror.ready = true;
	mutex_unlock(&mirror.lock);
	err = oe_mirror_prepare(on);
	if (err == -EOPNOTSUPP) {
		pr_warn("this kernel does not tell of forks: rankings are not mirrored\n");
		WRITE_ONCE(oe_config.mirror_oom_score_adj, 0);
		on = 0;
		err = 0;
	}
	if (err)
		return err;
	oe_version_watch(oe_mirror_changed);
	if (on)
		oe_mirror_switched();
	return 0;
}

/**
 * oe_mirror_exit - all processes get their own values back
 *
 * Context: module exit, when sysfs is gone; may sleep.
 */
void oe_mirror_exit(void)
{
	oe_version_watch(NULL);
	cancel_delayed_work_sync(&mirror.work);
	mutex_lock(&mirror.lock);
	if (mirror.active) {
		if (oe_own_adj_take_back())
			msleep(LAST_FORK_EXIT_MS);
		stop_mirroring();
	}
	mutex_unlock(&mirror.lock);
	oe_own_adj_exit();
}
