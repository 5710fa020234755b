// SPDX-License-Identifier: GPL-2.0-only
#include "core.h"

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/time64.h>

#include "lib/stopwatch.h"

static struct oe_stopwatch_run *run_of(struct oe_stopwatch *stopwatch,
				       struct task_struct *task)
{
	return &stopwatch->runs[hash_ptr(task, OE_STOPWATCH_BITS)];
}

/**
 * oe_stopwatch_start - current is at the first place
 * @stopwatch: shared by all tasks
 *
 * A task is never twice between the two places.
 *
 * Context: any but an interrupt.
 */
void oe_stopwatch_start(struct oe_stopwatch *stopwatch)
{
	struct oe_stopwatch_run *run = run_of(stopwatch, current);

	if (!cmpxchg(&run->task, NULL, current))
		run->since_ns = ktime_get_ns();
}

/**
 * oe_stopwatch_stop - current is at the second place
 * @stopwatch: the same
 * @us: set to the time since then, in microseconds
 *
 * Context: as oe_stopwatch_start().
 * Return: false if it was not measured.
 */
bool oe_stopwatch_stop(struct oe_stopwatch *stopwatch, unsigned long *us)
{
	struct oe_stopwatch_run *run = run_of(stopwatch, current);

	/* Only current makes it current, or takes current away. */
	if (READ_ONCE(run->task) != current)
		return false;
	*us = div_u64(ktime_get_ns() - run->since_ns, NSEC_PER_USEC);
	/* Pairs with cmpxchg(): the next one writes since_ns after this was read. */
	smp_store_release(&run->task, NULL);
	return true;
}
