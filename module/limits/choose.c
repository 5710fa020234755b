// SPDX-License-Identifier: GPL-2.0-only
/*
 * More than one victim of a user at a time: the first in order whose memory is
 * enough together. A walk of its own looks for them; the one that is needed
 * most often, for the first, has been made by the measurement.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "limits/choose.h"
#include "limits/measure.h"
#include "limits/shmem.h"

enum {
	POOL_SIZE = 256,
};

/**
 * struct pool_entry - a process to choose
 * @pid: with a reference
 * @is: for limit_rule.c
 */
struct pool_entry {
	struct pid *pid;
	struct oe_limit_candidate is;
};

/* In the order in which they are to go. Under the lock of the scan, but for entries. */
static struct {
	struct oe_limit *limit;
	u64 need; /* pages */
	u64 sum;
	unsigned int nr;
	struct pool_entry *entries; /* there as long as a limit is */
} pool;

/**
 * oe_choose_reserve - before there is a limit
 *
 * Context: process context, allocates; the caller serialises.
 * Return: 0 or -ENOMEM.
 */
int oe_choose_reserve(void)
{
	pool.entries =
		kvmalloc_array(POOL_SIZE, sizeof(*pool.entries), GFP_KERNEL);
	return pool.entries ? 0 : -ENOMEM;
}

/**
 * oe_choose_free - there is no limit any more, and no scan
 *
 * Context: process context, may sleep.
 */
void oe_choose_free(void)
{
	kvfree(pool.entries);
	pool.entries = NULL;
}

static bool goes_before(const struct oe_limit_candidate *a,
			const struct oe_limit_candidate *b)
{
	return oe_limit_before(
		READ_ONCE(oe_config.selection_order) == OE_ORDER_RANK, a, b);
}

static void drop_last(void)
{
	struct pool_entry *last = &pool.entries[--pool.nr];

	pool.sum -= last->is.gain;
	put_pid(last->pid);
}

/* The last ones are not needed if the others are enough without them. */
static void drop_spare(void)
{
	while (pool.nr > 1 &&
	       pool.sum - pool.entries[pool.nr - 1].is.gain >= pool.need)
		drop_last();
}

static void insert_entry(struct pid *pid, const struct oe_limit_candidate *is)
{
	unsigned int i = pool.nr;

	while (i && goes_before(is, &pool.entries[i - 1].is))
		i--;
	memmove(&pool.entries[i + 1], &pool.entries[i],
		(pool.nr - i) * sizeof(*pool.entries));
	pool.entries[i] = (struct pool_entry){ get_pid(pid), *is };
	pool.nr++;
	pool.sum += is->gain;
	drop_spare();
}

/* Once they are enough, or the pool is full, one must come before the last. */
static void visit_candidate(struct task_struct *p, void *unused)
{
	struct oe_limit_candidate is = {};

	if (!oe_limit_is_about(pool.limit, p))
		return;
	if (pool.nr == POOL_SIZE || (pool.nr && pool.sum >= pool.need))
		is = pool.entries[pool.nr - 1].is;
	if (!oe_limit_consider(pool.limit, p, oe_limit_pages(p), &is))
		return;
	if (pool.nr == POOL_SIZE)
		drop_last();
	insert_entry(task_tgid(p), &is);
}

static void walk_processes(void (*visit)(struct task_struct *p, void *arg))
{
	int nr = 1;

	while (oe_limit_visit(&nr, visit, NULL))
		cond_resched();
}

/**
 * oe_choose_many - find the processes to end
 * @limit: their user's
 * @need: how many pages they are to bring; > 0
 *
 * Context: process context, under the lock of the scan, which the result is
 * valid under until oe_choose_end(); may sleep, allocates nothing.
 * Return: how many there are.
 */
unsigned int oe_choose_many(struct oe_limit *limit, u64 need)
{
	pool.limit = limit;
	pool.need = need;
	walk_processes(visit_candidate);
	return pool.nr;
}

static void visit_holder(struct task_struct *p, void *unused)
{
	struct oe_limit_candidate is = {};
	unsigned long held;

	if (!oe_limit_is_about(pool.limit, p))
		return;
	held = oe_shmem_held(p);
	if (!held || (pool.nr && held <= pool.sum) ||
	    !oe_limit_consider(pool.limit, p, oe_limit_pages(p), &is))
		return;
	if (pool.nr)
		drop_last();
	is.gain = held;
	insert_entry(task_tgid(p), &is);
}

/**
 * oe_choose_holder - find the process that holds most of the loose files
 * @limit: its user's
 *
 * Whether its end brings them nobody knows before: another process may hold
 * them too. So there is one at a time.
 *
 * Context: as oe_choose_many().
 * Return: true if there is one: the first of the result.
 */
bool oe_choose_holder(struct oe_limit *limit)
{
	pool.limit = limit;
	pool.need = U64_MAX;
	walk_processes(visit_holder);
	return pool.nr;
}

/**
 * oe_choose_nth - one of the processes that were found
 * @n: which one, from 0
 * @is: its ranking, and how many pages it will bring
 *
 * Context: under the lock of the scan.
 * Return: the process; the reference stays here.
 */
struct pid *oe_choose_nth(unsigned int n, struct oe_limit_candidate *is)
{
	*is = pool.entries[n].is;
	return pool.entries[n].pid;
}

/**
 * oe_choose_end - let go of what was found
 *
 * Context: under the lock of the scan.
 */
void oe_choose_end(void)
{
	while (pool.nr)
		drop_last();
}
