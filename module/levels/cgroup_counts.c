// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts of what processes of watched memory cgroups run into: pages that come back,
 * and reclaim because of a limit. The kernel's own counters of a cgroup are for
 * userspace only, so refaults are counted by a probe, and reclaim by tracepoints,
 * for the process that is current. The handlers are under RCU, and take no lock.
 */
#include "core.h"

#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/page-flags.h>
#include <linux/page_counter.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/tracepoint.h>

#include <trace/events/vmscan.h>

#include "compat/compat.h"
#include "levels/cgroup_counts.h"
#include "levels/cgroup_level.h"
#include "levels/cgroup_watch.h"
#include "lib/stopwatch.h"
#include "lib/tracepoint.h"
#include "memory/memcg.h"

enum {
	/* A cgroup with less room is full: charges are made, and given back, by so many. */
	FULL_PAGES = 128,
};

static struct {
	/* Read under RCU, written under the lock of their directory. */
	struct oe_cgroup_watch *watches[OE_NR_CGROUP_WATCHES];

	bool measured; /* the caller serialises changes, as of what follows */
	struct kprobe refault;
	struct tracepoint *begin;
	struct tracepoint *end;
	struct oe_stopwatch stopwatch; /* of tasks in reclaim for a limit */
} counted;

/*
 * Is the cgroup of a process, or one between it and the watched one, at a limit of its
 * own? Then pages are pushed out for that limit, and not for the watched one's.
 */
static bool is_full_below(struct mem_cgroup *memcg,
			  const struct mem_cgroup *watched)
{
	for (; memcg && memcg != watched; memcg = oe_memcg_above(memcg)) {
		unsigned long max = READ_ONCE(memcg->memory.max);

		if (max < PAGE_COUNTER_MAX &&
		    page_counter_read(&memcg->memory) + FULL_PAGES >= max)
			return true;
	}
	return false;
}

/* A cgroup that is let go of is freed after a grace period. Caller is under RCU. */
static bool is_for_current(const struct oe_cgroup_watch *watch)
{
	struct mem_cgroup *memcg = mem_cgroup_from_task(current);
	struct mem_cgroup *watched = watch ? READ_ONCE(watch->memcg) : NULL;

	return memcg && watched && mem_cgroup_is_descendant(memcg, watched) &&
	       !is_full_below(memcg, watched);
}

static bool is_watched(void)
{
	bool watched = false;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES && !watched; i++)
		watched = is_for_current(oe_cgroup_counts_watch(i));
	rcu_read_unlock();
	return watched;
}

/* For each watched cgroup that current is in. */
static void count_for_current(enum oe_cgroup_count what, unsigned long nr)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++) {
		struct oe_cgroup_watch *watch = oe_cgroup_counts_watch(i);

		if (is_for_current(watch))
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
	/* Its memory shall not wait for what is asked for under the same lock. */
	unsigned int flags = memalloc_noreclaim_save();
	int err;

	/* Registering fills in the rest, and takes no struct twice. */
	counted.refault = (struct kprobe){
		.symbol_name = "workingset_refault",
		.pre_handler = on_refault,
	};
	err = register_kprobe(&counted.refault);
	memalloc_noreclaim_restore(flags);
	return !err;
}
#else
static bool probe_refaults(void)
{
	return false;
}
#endif

static void on_begin(void *data, OE_RECLAIM_BEGIN_ARGS)
{
	/* Its places are for those whose time counts. */
	if (is_watched())
		oe_stopwatch_start(&counted.stopwatch);
}

static void on_end(void *data, OE_RECLAIM_END_ARGS)
{
	unsigned long us;

	count_for_current(OE_CGROUP_STOLEN, nr_reclaimed);
	if (oe_stopwatch_stop(&counted.stopwatch, &us))
		count_for_current(OE_CGROUP_WAITED_US, us);
}

/* The build fails on a kernel on which kCFI would trap at the first call. */
static inline void check_types(void)
{
	check_trace_callback_type_mm_vmscan_memcg_reclaim_begin(on_begin);
	check_trace_callback_type_mm_vmscan_memcg_reclaim_end(on_end);
}

static bool attach_reclaim(void)
{
	counted.begin = oe_tracepoint_find("mm_vmscan_memcg_reclaim_begin");
	counted.end = oe_tracepoint_find("mm_vmscan_memcg_reclaim_end");
	if (!counted.begin || !counted.end ||
	    oe_tracepoint_attach(counted.end, on_end))
		return false;
	counted.stopwatch = (struct oe_stopwatch){};
	if (!oe_tracepoint_attach(counted.begin, on_begin))
		return true;
	oe_tracepoint_detach(counted.end, on_end);
	tracepoint_synchronize_unregister();
	return false;
}

static void begin_measuring(void)
{
	if (!probe_refaults())
		return;
	if (attach_reclaim())
		WRITE_ONCE(counted.measured, true); /* readers take no lock */
	else
		unregister_kprobe(&counted.refault);
}

static void end_measuring(void)
{
	WRITE_ONCE(counted.measured, false);
	oe_tracepoint_detach(counted.begin, on_begin);
	oe_tracepoint_detach(counted.end, on_end);
	tracepoint_synchronize_unregister();
	unregister_kprobe(&counted.refault);
}

/**
 * oe_cgroup_counts_measure - begin to count, if the kernel allows it, or end
 * @on: which
 *
 * Context: process context, may sleep and allocate; waits for handlers that run;
 * the caller serialises.
 */
void oe_cgroup_counts_measure(bool on)
{
	if (on && !counted.measured)
		begin_measuring();
	else if (!on && counted.measured)
		end_measuring();
}

/**
 * oe_cgroup_counts_measured - are they counted?
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_cgroup_counts_measured(void)
{
	return READ_ONCE(counted.measured);
}

/**
 * oe_cgroup_counts_add - count for a watch from now on
 * @watch: in the table of watches
 *
 * Context: process context; under the lock of the directory.
 */
void oe_cgroup_counts_add(struct oe_cgroup_watch *watch)
{
	unsigned int i = 0;

	/* As many places as in the table. */
	while (counted.watches[i])
		i++;
	/* Pairs with the dependency of those who get it by oe_cgroup_counts_watch(). */
	smp_store_release(&counted.watches[i], watch);
}

/**
 * oe_cgroup_counts_remove - undo oe_cgroup_counts_add()
 * @watch: the same
 *
 * Context: process context, may sleep; under the lock of the directory.
 */
void oe_cgroup_counts_remove(struct oe_cgroup_watch *watch)
{
	unsigned int i;

	for (i = 0; i < OE_NR_CGROUP_WATCHES; i++)
		if (counted.watches[i] == watch)
			WRITE_ONCE(counted.watches[i], NULL);
	synchronize_rcu(); /* nobody looks at it any more */
}

/**
 * oe_cgroup_counts_watch - the watch in a place
 * @place: below OE_NR_CGROUP_WATCHES
 *
 * Context: under rcu_read_lock().
 * Return: valid in the RCU section; NULL if there is none.
 */
struct oe_cgroup_watch *oe_cgroup_counts_watch(unsigned int place)
{
	/* Pairs with oe_cgroup_counts_add(). */
	return READ_ONCE(counted.watches[place]);
}
