// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the time a watched memory cgroup spends on fetching back what was
 * taken from it: the rule is that for the machine, with what cgroup_counts.c
 * counts. Faults are found by a look at its processes, but only after refaults.
 *
 *	look		RCU { the watches' lock }
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "compat/vmstat.h"
#include "levels/cgroup_counts.h"
#include "levels/cgroup_level.h"
#include "levels/cgroup_stall.h"
#include "levels/cgroup_watch.h"
#include "levels/read_time.h"
#include "levels/stall.h"
#include "memory/available.h"
#include "tasks/major_faults.h"

enum {
	/* The pause after a look is so many times longer. */
	REST_SHARE = 20,
};

/* Of the thread that looks. */
static struct {
	unsigned int window_ms;
	u64 rest_until_ns;
} looks;

/**
 * oe_cgroup_stall_measure - begin to measure, if the kernel allows it, or end
 * @on: which; only while the machine's stalls are measured
 *
 * Context: process context, may sleep and allocate; the caller serialises.
 */
void oe_cgroup_stall_measure(bool on)
{
	oe_cgroup_counts_measure(on);
}

/**
 * oe_cgroup_stall_add - a watch is in force
 * @watch: in the table of watches
 * @node: of its file stall_percent; the caller's, until oe_cgroup_stall_remove()
 *	has returned
 *
 * Context: process context; under the lock of the directory.
 */
void oe_cgroup_stall_add(struct oe_cgroup_watch *watch,
			 struct kernfs_node *node)
{
	spin_lock_init(&watch->stall.figure.lock);
	oe_stall_set_node(&watch->stall.figure, node);
	oe_cgroup_counts_add(watch);
}

/**
 * oe_cgroup_stall_remove - undo oe_cgroup_stall_add()
 * @watch: the same
 *
 * Context: process context, may sleep; under the lock of the directory.
 */
void oe_cgroup_stall_remove(struct oe_cgroup_watch *watch)
{
	oe_stall_set_node(&watch->stall.figure, NULL);
	oe_cgroup_counts_remove(watch);
}

static unsigned long count_of(struct oe_cgroup_stall *stall,
			      enum oe_cgroup_count what)
{
	return atomic_long_read(&stall->counts[what]);
}

static void add_faults(struct oe_cgroup_stall *stall,
		       struct oe_stall_sample *sample, struct mem_cgroup *memcg)
{
	unsigned long faults = oe_major_faults_below(memcg);

	/* Less: a process has ended, or left. */
	if (faults > stall->faults)
		sample->major_faults += faults - stall->faults;
	stall->faults = faults;
}

static void see_shortage(struct oe_stall_sample *sample,
			 struct oe_cgroup_watch *watch)
{
	struct oe_memcg_amount amount;

	sample->short_of_memory = false;
	sample->short_of_room = false;
	if (!oe_cgroup_watch_amount(watch, &amount))
		return;
	sample->short_of_memory = oe_stall_is_short(amount.kb, amount.limit_kb);
	sample->short_of_room =
		oe_stall_is_short(amount.room_kb, amount.limit_kb);
}

/* Without refaults there is no stall, whatever else has changed. */
static void fill_sample(struct oe_cgroup_watch *watch, struct mem_cgroup *memcg)
{
	struct oe_cgroup_stall *stall = &watch->stall;
	struct oe_stall_sample *sample = &stall->last;
	unsigned long file = count_of(stall, OE_CGROUP_FILE_REFAULTS);
	unsigned long anon = count_of(stall, OE_CGROUP_ANON_REFAULTS);

	sample->now_ms = ktime_to_ms(ktime_get_boottime());
	oe_read_time_sum(&sample->reads, &sample->read_us);
	sample->waited_us = count_of(stall, OE_CGROUP_WAITED_US);
	sample->stolen = count_of(stall, OE_CGROUP_STOLEN);
	sample->cpus = num_online_cpus();
	sample->swap_on_disk = !oe_vmstat_zspages();
	/* Pages that are pushed out by others are no matter of its limit. */
	sample->by_limit = true;
	if (file == sample->file_refaults && anon == sample->anon_refaults)
		return;
	sample->file_refaults = file;
	sample->anon_refaults = anon;
	/* Pages that were read ahead are among them. */
	sample->swapins = anon;
	add_faults(stall, sample, memcg);
	see_shortage(sample, watch);
}

static void restart_watch(struct oe_cgroup_watch *watch)
{
	memset(&watch->stall.window, 0, sizeof(watch->stall.window));
	oe_stall_publish(&watch->stall.figure, 0);
}

/* Another one has the path now. The pointer would not tell: it is used again. */
static void begin_if_another(struct oe_cgroup_watch *watch,
			     const struct mem_cgroup *memcg)
{
	struct oe_cgroup_stall *stall = &watch->stall;

	if (stall->serial == memcg->css.serial_nr)
		return;
	restart_watch(watch);
	stall->serial = memcg->css.serial_nr;
	stall->asked_ms = 0;
	stall->pause_until_ms = 0;
}

/* oe_stall_add() would leave the sample out, after a walk over processes and lists. */
static bool is_too_early(const struct oe_cgroup_stall *stall)
{
	u64 now_ms = ktime_to_ms(ktime_get_boottime());

	return stall->window.nr && now_ms - stall->last.now_ms <
					   oe_stall_period_ms(looks.window_ms);
}

/* Returns true if it is stalled, and a victim may be asked for. */
static bool look_at_watch(struct oe_cgroup_watch *watch,
			  struct mem_cgroup *memcg, unsigned int limit)
{
	struct oe_cgroup_stall *stall = &watch->stall;

	if (!memcg) {
		restart_watch(watch);
		return false;
	}
	begin_if_another(watch, memcg);
	if (!is_too_early(stall)) {
		fill_sample(watch, memcg);
		oe_stall_add(&stall->window, &stall->last, looks.window_ms);
		oe_stall_publish(&stall->figure,
				 oe_stall_percent(&stall->window));
	}
	return stall->figure.percent > limit &&
	       ktime_to_ms(ktime_get_boottime()) >= stall->pause_until_ms;
}

/**
 * struct stalled - the cgroup that a victim is asked for in
 * @memcg: with a reference; NULL = none so far
 * @percent: the share of its time
 * @asked_ms: when one was asked for in it
 */
struct stalled {
	struct mem_cgroup *memcg;
	unsigned int percent;
	u64 asked_ms;
};

/* One below another is the narrower answer. For the rest they take turns. */
static bool comes_first(const struct stalled *stalled, struct mem_cgroup *memcg,
			u64 asked_ms)
{
	if (!stalled->memcg || mem_cgroup_is_descendant(memcg, stalled->memcg))
		return true;
	return !mem_cgroup_is_descendant(stalled->memcg, memcg) &&
	       asked_ms < stalled->asked_ms;
}

static void look_at_place(unsigned int i, unsigned int limit,
			  struct stalled *stalled)
{
	struct oe_cgroup_watch *watch = oe_cgroup_counts_watch(i);
	struct mem_cgroup *memcg;

	if (!watch)
		return;
	memcg = READ_ONCE(watch->memcg);
	if (!look_at_watch(watch, memcg, limit) ||
	    !comes_first(stalled, memcg, watch->stall.asked_ms) ||
	    !css_tryget_online(&memcg->css))
		return;
	if (stalled->memcg)
		css_put(&stalled->memcg->css);
	*stalled = (struct stalled){
		.memcg = memcg,
		.percent = watch->stall.figure.percent,
		.asked_ms = watch->stall.asked_ms,
	};
}

/**
 * oe_cgroup_stall_look - take a sample of each watched cgroup
 * @limit: the setting stall_percent
 * @percent: set to the share of time of the result
 *
 * If that takes long, the next look is some time away. When it is so long that no
 * window is full any more, nothing is measured.
 *
 * Context: one thread; allocates nothing, takes spinlocks.
 * Return: a cgroup that is stalled more than @limit, with a reference; or NULL.
 */
struct mem_cgroup *oe_cgroup_stall_look(unsigned int limit,
					unsigned int *percent)
{
	unsigned int window_ms = READ_ONCE(oe_config.stall_ms);
	u64 began_ns = ktime_get_ns();
	struct stalled stalled = {};
	unsigned int i;

	if (!oe_cgroup_counts_measured() || began_ns < looks.rest_until_ns)
		return NULL;
	if (window_ms != looks.window_ms)
		oe_cgroup_stall_restart();
	looks.window_ms = window_ms;
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		rcu_read_lock();
		look_at_place(i, limit, &stalled);
		rcu_read_unlock();
		cond_resched();
	}
	looks.rest_until_ns =
		ktime_get_ns() + REST_SHARE * (ktime_get_ns() - began_ns);
	*percent = stalled.percent;
	return stalled.memcg;
}

/**
 * oe_cgroup_stall_put - the reference of oe_cgroup_stall_look() is not needed any more
 * @memcg: which
 *
 * Context: any; if it was the last reference, a work frees the cgroup.
 */
void oe_cgroup_stall_put(struct mem_cgroup *memcg)
{
	css_put(&memcg->css);
}

static bool do_overlap(struct mem_cgroup *a, struct mem_cgroup *b)
{
	return mem_cgroup_is_descendant(a, b) || mem_cgroup_is_descendant(b, a);
}

/**
 * oe_cgroup_stall_asked - a victim was asked for in a cgroup
 * @memcg: which
 * @ms: for so long it is not returned by oe_cgroup_stall_look()
 * @relieved: there was one, or none is needed any more
 *
 * If it is relieved, its measurement begins anew, and that of those above and
 * below. Others are not held up.
 *
 * Context: the thread that looks.
 */
void oe_cgroup_stall_asked(struct mem_cgroup *memcg, unsigned int ms,
			   bool relieved)
{
	u64 now_ms = ktime_to_ms(ktime_get_boottime());
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = oe_cgroup_counts_watch(i);
		struct mem_cgroup *its = watch ? READ_ONCE(watch->memcg) : NULL;

		if (its && relieved && do_overlap(its, memcg))
			restart_watch(watch);
		if (its == memcg) {
			watch->stall.asked_ms = now_ms;
			watch->stall.pause_until_ms = now_ms + ms;
		}
	}
	rcu_read_unlock();
}

/**
 * oe_cgroup_stall_restart - what has been measured so far does not count
 *
 * Nor does it count that nobody could be killed.
 *
 * Context: the thread that looks, or before it does.
 */
void oe_cgroup_stall_restart(void)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = oe_cgroup_counts_watch(i);

		if (!watch)
			continue;
		restart_watch(watch);
		watch->stall.pause_until_ms = 0;
	}
	rcu_read_unlock();
}

/**
 * oe_cgroup_stall_now - the share of time at the last look
 * @watch: of which cgroup
 *
 * Context: any.
 * Return: 0 to 100, or -ENODATA if it is not measured.
 */
int oe_cgroup_stall_now(const struct oe_cgroup_watch *watch)
{
	if (!oe_cgroup_counts_measured() || !oe_cgroup_watch_is_there(watch))
		return -ENODATA;
	return READ_ONCE(watch->stall.figure.percent);
}
