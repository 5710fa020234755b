// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the time a watched memory cgroup spends on fetching back what was
 * taken from it: the rule is that for the machine. The kernel's own counters of a
 * cgroup are for userspace only, so refaults are counted by a probe, and reclaim
 * by tracepoints, for the process that runs into them; faults by a look at its
 * processes, but only after refaults.
 *
 *	handlers	RCU
 *	look		RCU { the watches' lock }
 */
#include "core.h"

#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/page-flags.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <trace/events/vmscan.h>

#include "compat/compat.h"
#include "compat/vmstat.h"
#include "levels/cgroup_level.h"
#include "levels/cgroup_stall.h"
#include "levels/cgroup_watch.h"
#include "levels/read_time.h"
#include "levels/stall.h"
#include "lib/stopwatch.h"
#include "lib/tracepoint.h"
#include "memory/available.h"
#include "tasks/major_faults.h"

static struct {
	/* Read under RCU, written under the lock of their directory. */
	struct oe_cgroup_watch *watches[OE_NR_CGROUP_WATCHES];
	unsigned int window_ms; /* of the thread that looks */

	bool measured; /* the caller serialises changes, as of what follows */
	struct kprobe refault;
	struct tracepoint *begin;
	struct tracepoint *end;
	struct oe_stopwatch stopwatch; /* of tasks in reclaim for a limit */
} cgroups;

/* For each watched cgroup that current is in. */
static void count_for_current(enum oe_cgroup_count what, unsigned long nr)
{
	struct mem_cgroup *memcg;
	unsigned int i;

	rcu_read_lock();
	memcg = mem_cgroup_from_task(current);
	for (i = 0; memcg && i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = READ_ONCE(cgroups.watches[i]);
		/* A cgroup that is let go of is freed after a grace period. */
		struct mem_cgroup *root = watch ? READ_ONCE(watch->memcg) :
						  NULL;

		if (root && mem_cgroup_is_descendant(memcg, root))
			atomic_long_add(nr, &watch->stall.counts[what]);
	}
	rcu_read_unlock();
}

/* Not on arm: its kernel does not say which register an argument is in. */
#ifdef CONFIG_HAVE_FUNCTION_ARG_ACCESS_API
/* workingset_refault(): a page, or a folio of the same flags, comes back. */
static int on_refault(struct kprobe *probe, struct pt_regs *regs)
{
	/* The first word of either. */
	const unsigned long *flags =
		(const unsigned long *)regs_get_kernel_argument(regs, 0);

	count_for_current(test_bit(PG_swapbacked, flags) ?
				  OE_CGROUP_ANON_REFAULTS :
				  OE_CGROUP_FILE_REFAULTS,
			  1);
	return 0;
}
NOKPROBE_SYMBOL(on_refault);

static bool probe_refaults(void)
{
	/* Registering fills in the rest, and takes no struct twice. */
	cgroups.refault = (struct kprobe){
		.symbol_name = "workingset_refault",
		.pre_handler = on_refault,
	};
	return !register_kprobe(&cgroups.refault);
}
#else
static bool probe_refaults(void)
{
	return false;
}
#endif

static void on_begin(void *data, OE_RECLAIM_BEGIN_ARGS)
{
	oe_stopwatch_start(&cgroups.stopwatch);
}

static void on_end(void *data, OE_RECLAIM_END_ARGS)
{
	unsigned long us;

	if (!oe_stopwatch_stop(&cgroups.stopwatch, &us))
		return;
	count_for_current(OE_CGROUP_WAITED_US, us);
	count_for_current(OE_CGROUP_STOLEN, nr_reclaimed);
}

/* The build fails on a kernel on which kCFI would trap at the first call. */
static inline void check_types(void)
{
	check_trace_callback_type_mm_vmscan_memcg_reclaim_begin(on_begin);
	check_trace_callback_type_mm_vmscan_memcg_reclaim_end(on_end);
}

static bool attach_reclaim(void)
{
	cgroups.begin = oe_tracepoint_find("mm_vmscan_memcg_reclaim_begin");
	cgroups.end = oe_tracepoint_find("mm_vmscan_memcg_reclaim_end");
	if (!cgroups.begin || !cgroups.end ||
	    oe_tracepoint_attach(cgroups.end, on_end))
		return false;
	cgroups.stopwatch = (struct oe_stopwatch){};
	if (!oe_tracepoint_attach(cgroups.begin, on_begin))
		return true;
	oe_tracepoint_detach(cgroups.end, on_end);
	tracepoint_synchronize_unregister();
	return false;
}

static void begin_measuring(void)
{
	if (!probe_refaults())
		return;
	if (attach_reclaim())
		WRITE_ONCE(cgroups.measured, true); /* readers take no lock */
	else
		unregister_kprobe(&cgroups.refault);
}

static void end_measuring(void)
{
	WRITE_ONCE(cgroups.measured, false);
	oe_tracepoint_detach(cgroups.begin, on_begin);
	oe_tracepoint_detach(cgroups.end, on_end);
	tracepoint_synchronize_unregister();
	unregister_kprobe(&cgroups.refault);
}

/**
 * oe_cgroup_stall_measure - begin to measure, if the kernel allows it, or end
 * @on: which; only while the machine's stalls are measured
 *
 * Context: process context, may sleep and allocate; the caller serialises.
 */
void oe_cgroup_stall_measure(bool on)
{
	if (on && !cgroups.measured)
		begin_measuring();
	else if (!on && cgroups.measured)
		end_measuring();
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
	unsigned int i = 0;

	spin_lock_init(&watch->stall.figure.lock);
	oe_stall_set_node(&watch->stall.figure, node);
	/* As many places as in the table. */
	while (cgroups.watches[i])
		i++;
	/* Pairs with the dependency in count_for_current() and in look(). */
	smp_store_release(&cgroups.watches[i], watch);
}

/**
 * oe_cgroup_stall_remove - undo oe_cgroup_stall_add()
 * @watch: the same
 *
 * Context: process context, may sleep; under the lock of the directory.
 */
void oe_cgroup_stall_remove(struct oe_cgroup_watch *watch)
{
	unsigned int i;

	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
		if (cgroups.watches[i] == watch)
			WRITE_ONCE(cgroups.watches[i], NULL);
	oe_stall_set_node(&watch->stall.figure, NULL);
	synchronize_rcu(); /* nobody looks at it any more */
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

static unsigned int look_at_watch(struct oe_cgroup_watch *watch,
				  struct mem_cgroup *memcg)
{
	struct oe_cgroup_stall *stall = &watch->stall;

	if (!memcg) {
		restart_watch(watch);
		return 0;
	}
	fill_sample(watch, memcg);
	oe_stall_add(&stall->window, &stall->last, cgroups.window_ms);
	oe_stall_publish(&stall->figure, oe_stall_percent(&stall->window));
	return stall->last.now_ms < stall->pause_until_ms ?
		       0 :
		       stall->figure.percent;
}

/**
 * oe_cgroup_stall_look - take a sample of each watched cgroup
 * @percent: set to the share of time of the result
 *
 * Context: one thread; allocates nothing, takes spinlocks.
 * Return: the cgroup that is stalled most, if that is more than the setting
 * stall_percent, with a reference; or NULL.
 */
struct mem_cgroup *oe_cgroup_stall_look(unsigned int *percent)
{
	unsigned int window_ms = READ_ONCE(oe_config.stall_ms);
	struct mem_cgroup *worst = NULL;
	unsigned int i;

	if (!READ_ONCE(cgroups.measured))
		return NULL;
	if (window_ms != cgroups.window_ms)
		oe_cgroup_stall_restart();
	cgroups.window_ms = window_ms;
	*percent = READ_ONCE(oe_config.stall_percent);
	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = READ_ONCE(cgroups.watches[i]);
		struct mem_cgroup *memcg = watch ? READ_ONCE(watch->memcg) :
						   NULL;
		unsigned int now = watch ? look_at_watch(watch, memcg) : 0;

		if (now > *percent) {
			*percent = now;
			worst = memcg;
		}
	}
	if (worst && !css_tryget_online(&worst->css))
		worst = NULL;
	rcu_read_unlock();
	return worst;
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
 * oe_cgroup_stall_pause - a victim was asked for in a cgroup
 * @memcg: which
 * @ms: for so long it is not returned by oe_cgroup_stall_look()
 *
 * Its measurement begins anew, and that of those above and below. Others are not
 * held up.
 *
 * Context: the thread that looks.
 */
void oe_cgroup_stall_pause(struct mem_cgroup *memcg, unsigned int ms)
{
	u64 until_ms = ktime_to_ms(ktime_get_boottime()) + ms;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = READ_ONCE(cgroups.watches[i]);
		struct mem_cgroup *its = watch ? READ_ONCE(watch->memcg) : NULL;

		if (its && do_overlap(its, memcg))
			restart_watch(watch);
		if (its == memcg)
			watch->stall.pause_until_ms = until_ms;
	}
	rcu_read_unlock();
}

/**
 * oe_cgroup_stall_restart - what has been measured so far does not count
 *
 * Context: the thread that looks, or before it does.
 */
void oe_cgroup_stall_restart(void)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = READ_ONCE(cgroups.watches[i]);

		if (watch)
			restart_watch(watch);
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
	if (!READ_ONCE(cgroups.measured) || !oe_cgroup_watch_is_there(watch))
		return -ENODATA;
	return READ_ONCE(watch->stall.figure.percent);
}
