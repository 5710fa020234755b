// SPDX-License-Identifier: GPL-2.0-only
/*
 * A write of several lines, or of the rules of a group, is seen whole or not at
 * all: a pass over all processes is repeated if rankings changed meanwhile. A
 * reader does not wait for a writer, which may be kept from the CPU by just that
 * reader.
 */
#include "core.h"

#include <linux/atomic.h>

#include "rank/version.h"

static struct {
	atomic_t nr_writers;
	atomic_t number;
	void (*changed)(void);
} rank_version;

/**
 * oe_version_begin_change - before the first of changes that belong together
 *
 * Context: any; several may be under way.
 */
void oe_version_begin_change(void)
{
	atomic_inc(&rank_version.nr_writers);
	smp_mb__after_atomic(); /* pairs with smp_rmb() in oe_version_is() */
}

/**
 * oe_version_watch - have a function called after each change
 * @changed: called where the change is made, must not sleep; NULL = none
 *
 * Context: any.
 */
void oe_version_watch(void (*changed)(void))
{
	WRITE_ONCE(rank_version.changed, changed); /* oe_version_end_change() */
}

static void tell_watcher(void)
{
	/* Set by oe_version_watch(). */
	typeof(rank_version.changed) changed = READ_ONCE(rank_version.changed);

	if (changed)
		changed();
}

/**
 * oe_version_end_change - after the last one
 *
 * Context: as oe_version_begin_change().
 */
void oe_version_end_change(void)
{
	/* A reader that finds no writer must find the number, and the changes. */
	smp_mb__before_atomic(); /* pairs with smp_rmb() in oe_version_now() */
	atomic_inc(&rank_version.number);
	smp_mb__after_atomic(); /* the number before the end of the writer */
	atomic_dec(&rank_version.nr_writers);
	tell_watcher();
}

/**
 * oe_version_now - before a look at rankings
 *
 * Context: any.
 * Return: for oe_version_is().
 */
struct oe_version oe_version_now(void)
{
	struct oe_version version;

	version.stable = !atomic_read(&rank_version.nr_writers);
	smp_rmb(); /* pairs with oe_version_end_change() */
	version.number = atomic_read(&rank_version.number);
	smp_rmb(); /* the number before the rankings */
	return version;
}

/**
 * oe_version_is - after the look: did rankings stay as they were?
 * @version: of oe_version_now()
 *
 * Context: any.
 * Return: false if it should be repeated, OE_VERSION_TRIES times at most.
 */
bool oe_version_is(struct oe_version version)
{
	smp_rmb(); /* pairs with oe_version_begin_change() */
	return version.stable && !atomic_read(&rank_version.nr_writers) &&
	       version.number ==
		       (unsigned int)atomic_read(&rank_version.number);
}
