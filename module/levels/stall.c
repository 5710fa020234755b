// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much of the time the machine spends on fetching back what it has just
 * thrown away: the counters, and the figure for those who read or poll.
 */
#include "core.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat/vmstat.h"
#include "levels/read_time.h"
#include "levels/room_time.h"
#include "levels/stall.h"
#include "levels/types.h"
#include "lib/units.h"
#include "memory/available.h"
#include "memory/faults.h"
#include "rules/stall.h"

static struct {
	struct mutex control; /* whether it is measured */
	bool measured; /* under control, read without it */

	struct oe_stall window; /* of the thread that looks, as the next one */
	unsigned int window_ms;

	struct oe_stall_figure figure; /* levels/stall_percent */
} stall = {
	.control = __MUTEX_INITIALIZER(stall.control),
	.figure.lock = __SPIN_LOCK_UNLOCKED(stall.figure.lock),
};

static void read_counters(struct oe_stall_sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->now_ms = ktime_to_ms(ktime_get_boottime());
	oe_faults_read(sample);
	oe_read_time_sum(&sample->reads, &sample->read_us);
	oe_room_time_sum(&sample->waited_us, &sample->kswapd_us);
	sample->cpus = num_online_cpus();
	/* As in oe_available_learn(): a store in memory has pages. */
	sample->swap_on_disk = !oe_vmstat_zspages();
	sample->short_of_memory =
		oe_stall_is_short(oe_available_kb(), oe_total_kb());
	sample->short_of_room = oe_stall_is_short(
		oe_pages_to_kb(oe_available_pages()), oe_total_kb());
}

/**
 * oe_stall_publish - a new value of a figure
 * @figure: with an initialised lock
 * @percent: the value
 *
 * Pollers are woken when it crosses the setting stall_percent.
 *
 * Context: one writer for each figure; takes a spinlock.
 */
void oe_stall_publish(struct oe_stall_figure *figure, unsigned int percent)
{
	unsigned int limit = READ_ONCE(oe_config.stall_percent);
	bool was_stalled = figure->percent > limit;

	spin_lock(&figure->lock);
	WRITE_ONCE(figure->percent, percent); /* readers take no lock */
	if (figure->node && was_stalled != (percent > limit))
		sysfs_notify_dirent(figure->node);
	spin_unlock(&figure->lock);
}

/**
 * oe_stall_set_node - the file of a figure comes or goes
 * @figure: whose
 * @node: the caller's, until this is called again; NULL = none
 *
 * Context: process context.
 */
void oe_stall_set_node(struct oe_stall_figure *figure, struct kernfs_node *node)
{
	spin_lock(&figure->lock);
	figure->node = node;
	spin_unlock(&figure->lock);
}

/**
 * oe_stall_restart - what has been measured so far does not count
 *
 * Context: the thread that calls oe_stall_look(), or before it does.
 */
void oe_stall_restart(void)
{
	memset(&stall.window, 0, sizeof(stall.window));
	oe_stall_publish(&stall.figure, 0);
}

/**
 * oe_stall_look - take a sample
 * @next_ms: set to the time until the next one
 *
 * Context: one thread; allocates nothing, takes a spinlock.
 * Return: the share of time, see oe_stall_percent().
 */
unsigned int oe_stall_look(unsigned int *next_ms)
{
	unsigned int window_ms = READ_ONCE(oe_config.stall_ms);
	struct oe_stall_sample sample;

	if (window_ms != stall.window_ms)
		oe_stall_restart();
	stall.window_ms = window_ms;
	*next_ms = oe_stall_look_ms(window_ms);
	read_counters(&sample);
	oe_stall_add(&stall.window, &sample, window_ms);
	oe_stall_publish(&stall.figure, oe_stall_percent(&stall.window));
	return stall.figure.percent;
}

static int begin_measuring(void)
{
	int err = oe_read_time_start();

	if (err)
		return err;
	err = oe_room_time_start();
	if (err)
		oe_read_time_stop();
	return err;
}

static void end_measuring(void)
{
	oe_room_time_stop();
	oe_read_time_stop();
}

/**
 * oe_stall_measure - begin to measure, or end
 * @on: which
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, -EOPNOTSUPP if the kernel does not tell how long a read takes, or
 * -ENOMEM.
 */
int oe_stall_measure(bool on)
{
	int err = 0;

	mutex_lock(&stall.control);
	if (on && !stall.measured)
		err = begin_measuring();
	else if (!on && stall.measured)
		end_measuring();
	WRITE_ONCE(stall.measured, on && !err);
	mutex_unlock(&stall.control);
	return err;
}

/**
 * oe_stall_exit - end to measure, for good
 *
 * Context: module exit, when nobody calls oe_stall_look() any more; may sleep.
 */
void oe_stall_exit(void)
{
	oe_stall_measure(false);
	oe_room_time_exit();
}

/**
 * oe_stall_now - the share of time at the last look
 *
 * Context: any.
 * Return: 0 to 100, or -ENODATA if it is not measured.
 */
int oe_stall_now(void)
{
	return READ_ONCE(stall.measured) ?
		       (int)READ_ONCE(stall.figure.percent) :
		       -ENODATA;
}

/**
 * oe_stall_attach - sysfs exists: from now on pollers are woken
 * @node: of levels/stall_percent; the caller's, until oe_stall_detach() has
 *	returned
 *
 * Context: process context.
 */
void oe_stall_attach(struct kernfs_node *node)
{
	oe_stall_set_node(&stall.figure, node);
}

/**
 * oe_stall_detach - sysfs goes away
 *
 * Context: process context.
 */
void oe_stall_detach(void)
{
	oe_stall_set_node(&stall.figure, NULL);
}
