// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the reads of disks take, from the kernel's tracepoint at the end of a
 * request. It is attached only while somebody wants to know.
 */
#include "core.h"

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/tracepoint.h>

#include <trace/events/block.h>

#include "levels/read_time.h"
#include "lib/tracepoint.h"

/* Each CPU's own, so that fast disks do not share a cache line. They may wrap. */
struct read_time {
	unsigned long reads;
	unsigned long us;
};

static DEFINE_PER_CPU(struct read_time, read_times);
static struct tracepoint *attached; /* the caller serialises */

static void on_complete(void *data, struct request *rq, OE_RQ_STATUS status,
			unsigned int nr_bytes)
{
	u64 now_ns;

	/* The last part of a request only; no start, if iostats is 0. */
	if (req_op(rq) != REQ_OP_READ || nr_bytes < blk_rq_bytes(rq) ||
	    !rq->start_time_ns)
		return;
	now_ns = ktime_get_ns();
	if (now_ns < rq->start_time_ns)
		return;
	this_cpu_inc(read_times.reads);
	this_cpu_add(read_times.us,
		     div_u64(now_ns - rq->start_time_ns, NSEC_PER_USEC));
}

/* The build fails on a kernel on which kCFI would trap at the first call. */
static inline void check_types(void)
{
	check_trace_callback_type_block_rq_complete(on_complete);
}

/**
 * oe_read_time_start - measure from now on
 *
 * Context: process context, may sleep and allocate; the caller serialises with
 * oe_read_time_stop().
 * Return: 0, -EOPNOTSUPP if the kernel has no such tracepoint, or -ENOMEM.
 */
int oe_read_time_start(void)
{
	struct tracepoint *tp = oe_tracepoint_find("block_rq_complete");
	int err;

	if (!tp)
		return -EOPNOTSUPP;
	err = oe_tracepoint_attach(tp, on_complete);
	if (!err)
		attached = tp;
	return err;
}

/**
 * oe_read_time_stop - undo oe_read_time_start(), if it succeeded
 *
 * Context: process context, may sleep; waits for handlers that run.
 */
void oe_read_time_stop(void)
{
	if (!attached)
		return;
	oe_tracepoint_detach(attached, on_complete);
	tracepoint_synchronize_unregister();
	attached = NULL;
}

/**
 * oe_read_time_sum - what has been read so far
 * @reads: set to the number of requests
 * @us: set to the time that these took, added up
 *
 * Both only grow, and may wrap.
 *
 * Context: any.
 */
void oe_read_time_sum(unsigned long *reads, unsigned long *us)
{
	unsigned int cpu;

	*reads = 0;
	*us = 0;
	for_each_possible_cpu(cpu) {
		*reads += READ_ONCE(per_cpu(read_times, cpu).reads);
		*us += READ_ONCE(per_cpu(read_times, cpu).us);
	}
}
