// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long tasks wait while they make room for the page that they need (direct
 * reclaim), from the kernel's tracepoints, and how long kswapd runs for them. It
 * is measured only while somebody wants to know.
 */
#include "core.h"

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/nodemask.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include <trace/events/vmscan.h>

#include "compat/compat.h"
#include "levels/room_time.h"
#include "lib/stopwatch.h"
#include "lib/tracepoint.h"

enum {
	/* One a node. Time of others is not seen. */
	MOST_KSWAPDS = 16,
};

static struct {
	struct tracepoint *begin; /* the caller serialises, as the next two */
	struct tracepoint *end;

	/* With references, from the first start to the exit. */
	struct task_struct *kswapds[MOST_KSWAPDS];
	unsigned int nr_kswapds; /* those before are there */
	u64 kswapds_began_ns; /* what they had then */

	/*
	 * Of tasks in direct reclaim, which may not enter reclaim again there.
	 * From the start to the stop.
	 */
	struct oe_stopwatch *stopwatch;
	atomic_long_t waited_us; /* may wrap */
} room;

static void on_begin(void *data, OE_RECLAIM_BEGIN_ARGS)
{
	oe_stopwatch_start(room.stopwatch);
}

static void on_end(void *data, OE_RECLAIM_END_ARGS)
{
	unsigned long us;

	if (oe_stopwatch_stop(room.stopwatch, &us))
		atomic_long_add(us, &room.waited_us);
}

/* The build fails on a kernel on which kCFI would trap at the first call. */
static inline void check_types(void)
{
	check_trace_callback_type_mm_vmscan_direct_reclaim_begin(on_begin);
	check_trace_callback_type_mm_vmscan_direct_reclaim_end(on_end);
}

static u64 cpu_ns_of_kswapds(unsigned int nr)
{
	u64 sum_ns = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u64 user_ns;
		u64 kernel_ns;

		task_cputime_adjusted(room.kswapds[i], &user_ns, &kernel_ns);
		sum_ns += user_ns + kernel_ns;
	}
	return sum_ns;
}

static void find_kswapds(void)
{
	unsigned int most =
		min_t(unsigned int, num_node_state(N_MEMORY), MOST_KSWAPDS);
	struct task_struct *p;
	unsigned int nr = 0;

	if (room.nr_kswapds)
		return;
	rcu_read_lock();
	/* The kswapds are among the first of all processes. */
	for_each_process(p) {
		if (nr == most)
			break;
		if (p->flags & PF_KSWAPD)
			room.kswapds[nr++] = get_task_struct(p);
	}
	rcu_read_unlock();
	room.kswapds_began_ns = cpu_ns_of_kswapds(nr);
	/* Pairs with oe_room_time_sum(), which the first start may overtake. */
	smp_store_release(&room.nr_kswapds, nr);
}

/**
 * oe_room_time_start - measure from now on
 *
 * Context: process context, may sleep and allocate; the caller serialises with
 * oe_room_time_stop().
 * Return: 0, -EOPNOTSUPP if the kernel has no such tracepoints, or -ENOMEM.
 */
int oe_room_time_start(void)
{
	int err;

	room.begin = oe_tracepoint_find("mm_vmscan_direct_reclaim_begin");
	room.end = oe_tracepoint_find("mm_vmscan_direct_reclaim_end");
	if (!room.begin || !room.end)
		return -EOPNOTSUPP;
	room.stopwatch = kzalloc(sizeof(*room.stopwatch), GFP_KERNEL);
	if (!room.stopwatch)
		return -ENOMEM;
	err = oe_tracepoint_attach(room.end, on_end);
	if (err)
		goto err_free_stopwatch;
	err = oe_tracepoint_attach(room.begin, on_begin);
	if (err)
		goto err_detach_end;
	find_kswapds();
	return 0;

err_detach_end:
	oe_tracepoint_detach(room.end, on_end);
	tracepoint_synchronize_unregister();
err_free_stopwatch:
	kfree(room.stopwatch);
	return err;
}

/**
 * oe_room_time_stop - undo oe_room_time_start(), which succeeded
 *
 * Context: process context, may sleep; waits for handlers that run.
 */
void oe_room_time_stop(void)
{
	oe_tracepoint_detach(room.begin, on_begin);
	oe_tracepoint_detach(room.end, on_end);
	tracepoint_synchronize_unregister();
	kfree(room.stopwatch);
}

/**
 * oe_room_time_exit - give back what the first start took
 *
 * Context: process context, when nobody calls oe_room_time_sum() any more.
 */
void oe_room_time_exit(void)
{
	while (room.nr_kswapds)
		put_task_struct(room.kswapds[--room.nr_kswapds]);
}

/**
 * oe_room_time_sum - what it has taken so far
 * @waited_us: set to the time that tasks waited, added up
 * @kswapd_us: set to the time that kswapd had a CPU
 *
 * Both only grow, and may wrap.
 *
 * Context: process context.
 */
void oe_room_time_sum(unsigned long *waited_us, unsigned long *kswapd_us)
{
	/* Pairs with find_kswapds(): the tasks are there. */
	unsigned int nr = smp_load_acquire(&room.nr_kswapds);

	*waited_us = atomic_long_read(&room.waited_us);
	*kswapd_us = 0;
	if (nr)
		*kswapd_us =
			div_u64(cpu_ns_of_kswapds(nr) - room.kswapds_began_ns,
				NSEC_PER_USEC);
}
