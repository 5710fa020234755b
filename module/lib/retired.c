// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects that wait for a grace period, many with one callback. One for each of
 * them took 80 instructions to queue, and more to be called.
 */
#include "core.h"

#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "lib/retired.h"

/*
 * No callback frees more, because bottom halves are off meanwhile; on PREEMPT_RT
 * all other users of them on that CPU wait. An object that comes when as many
 * wait already gets a callback of its own: RCU knows how to pace a flood of them.
 */
enum { MOST_TOGETHER = IS_ENABLED(CONFIG_PREEMPT_RT) ? 32 : 256 };

static void begin_period(struct oe_retired *retired);

/* A grace period has ended, and with it the wait of those that were there. */
static void end_period(struct rcu_head *rcu)
{
	struct oe_retired *retired = container_of(rcu, struct oe_retired, rcu);

	if (retired->waiting)
		retired->free(retired->waiting);
	/* Before the list is taken: an object in between counts twice, not never. */
	atomic_set(&retired->nr_added, 0);
	retired->waiting = llist_del_all(&retired->added);
	if (retired->waiting) {
		call_rcu(&retired->rcu, end_period);
		return;
	}
	atomic_set(&retired->busy, 0);
	/* Pairs with llist_add(): one of the two sees the other. */
	smp_mb();
	if (!llist_empty(&retired->added))
		begin_period(retired);
}

static void begin_period(struct oe_retired *retired)
{
	if (!atomic_xchg(&retired->busy, 1))
		call_rcu(&retired->rcu, end_period);
}

/**
 * oe_retired_add - free an object after a grace period
 * @retired: those that wait
 * @retiree: in the object; readers of before may still see it
 * @free_alone: as the callback of its own @rcu
 *
 * Context: any.
 */
void oe_retired_add(struct oe_retired *retired, struct oe_retiree *retiree,
		    rcu_callback_t free_alone)
{
	/* The first one begins the period for all that follow: it must not pause. */
	preempt_disable();
	if (atomic_inc_return(&retired->nr_added) > MOST_TOGETHER)
		call_rcu(&retiree->rcu, free_alone);
	else if (llist_add(&retiree->node, &retired->added))
		begin_period(retired);
	preempt_enable();
}

static bool is_drained(struct oe_retired *retired)
{
	/* In this order: once none is there, none comes, and no period begins. */
	if (!llist_empty(&retired->added))
		return false;
	smp_rmb(); /* pairs with smp_mb() in end_period() */
	return !atomic_read(&retired->busy);
}

/**
 * oe_retired_drain - wait until all are freed
 * @retired: nothing is added any more
 *
 * Context: process context, may sleep.
 */
void oe_retired_drain(struct oe_retired *retired)
{
	do {
		rcu_barrier();
	} while (!is_drained(retired));
	rcu_barrier(); /* the callback has come to its end */
}
