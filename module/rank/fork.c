// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's fork and exit tracepoints, attached only while a process has a
 * ranking, so that a system without rankings pays nothing.
 */
#include "core.h"

#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>

#include <trace/events/sched.h>

#include "compat/compat.h"
#include "rank/fork.h"
#include "rank/inherit.h"
#include "rank/rank_table.h"
#include "lib/tracepoint.h"

static struct {
	struct tracepoint *fork;
	struct tracepoint *exit;
} points;

/*
 * Runs in the parent, after the child became visible and before it can run.
 * A thread has its leader's ranking already.
 */
static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	if (thread_group_leader(child))
		oe_inherit_fork(task_tgid(parent), task_tgid(child),
				child->start_time);
}

/* Not every kernel passes group_dead; signal->live is there on all of them. */
static void on_exit(void *data, OE_EXIT_ARGS)
{
	/* Decremented before the tracepoint, fully ordered, in do_exit(). */
	if (!atomic_read(&p->signal->live))
		oe_rank_table_drop(task_tgid(p));
}

/* The build fails on a kernel on which kCFI would trap at the first call. */
static inline void check_types(void)
{
	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_sched_process_exit(on_exit);
}

/**
 * oe_fork_init - look the tracepoints up
 *
 * Context: process context, may sleep.
 */
void oe_fork_init(void)
{
	points.fork = oe_tracepoint_find("sched_process_fork");
	points.exit = oe_tracepoint_find("sched_process_exit");
	if (!oe_fork_available())
		pr_warn("this kernel has no fork and exit tracepoints: rankings are not inherited\n");
}

/**
 * oe_fork_available - can rankings be inherited on this kernel?
 *
 * Return: true if both tracepoints exist.
 */
bool oe_fork_available(void)
{
	return points.fork && points.exit;
}

/**
 * oe_fork_watch - start to follow forks and exits
 *
 * Context: process context, may sleep and allocate; the caller serialises with
 * oe_fork_unwatch().
 * Return: 0, also where the kernel has no such tracepoints; -ENOMEM.
 */
int oe_fork_watch(void)
{
	int err;

	check_types();
	if (!oe_fork_available())
		return 0;
	/* Exit first: every entry that a fork adds must be dropped again. */
	err = oe_tracepoint_attach(points.exit, on_exit);
	if (err)
		return err;
	err = oe_tracepoint_attach(points.fork, on_fork);
	if (err)
		goto err_unregister_exit;
	return 0;

err_unregister_exit:
	oe_tracepoint_detach(points.exit, on_exit);
	tracepoint_synchronize_unregister();
	return err;
}

/**
 * oe_fork_unwatch - stop to follow forks and exits
 *
 * On return no handler is running any more.
 *
 * Context: process context, may sleep.
 */
void oe_fork_unwatch(void)
{
	if (!oe_fork_available())
		return;
	oe_tracepoint_detach(points.fork, on_fork);
	oe_tracepoint_detach(points.exit, on_exit);
	tracepoint_synchronize_unregister();
}
