// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGTERM before SIGKILL. While the kernel waits for memory there is no time for
 * it: the victim may need memory to end. An emergency that is asked for has that
 * time, as long as memory lasts. The wait is between two calls of the kernel, so
 * that it holds no lock: the first sends SIGTERM to the victim, the second kills.
 */
#include "core.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/compat.h"
#include "lib/units.h"
#include "memory/available.h"
#include "memory/reserve.h"
#include "notify.h"
#include "oom/domain.h"
#include "oom/giving.h"
#include "oom/quiet.h"
#include "oom/terminate.h"
#include "tasks/kill_set.h"

enum {
	POLL_MS = 10,
	/* With less than this share of early_kb the OOM may come first. */
	TIGHT_PERCENT = 50,
};

/* Available memory, without the released reserve until that begins to refill. */
static u64 available_kb(const struct oe_termination *termination)
{
	u64 lent = oe_reserve_available_kb() ? 0 : termination->lent_kb;
	u64 kb = oe_available_for_kill_kb();

	return kb > lent ? kb - lent : 0;
}

/* Pages of a process that are in no file. Its leader may have exited first. */
static unsigned long anon_of(struct task_struct *leader)
{
	unsigned long pages = 0;
	struct task_struct *t;

	rcu_read_lock();
	for_each_thread(leader, t) {
		task_lock(t);
		if (t->mm)
			pages = oe_mm_counter(t->mm, MM_ANONPAGES);
		task_unlock(t);
		if (pages)
			break;
	}
	rcu_read_unlock();
	return pages;
}

/**
 * oe_terminate - send SIGTERM to the victim, and to those that die with it
 * @episode: with a decision
 * @termination: filled in, but for @until_kb; has a reference to the victim
 *
 * The processes of a pid namespace end with its init, and get none.
 *
 * Context: OOM path, oom_lock held; allocates nothing, see oe_signal_groups().
 */
void oe_terminate(const struct oe_episode *episode,
		  struct oe_termination *termination)
{
	const struct oe_decision *decision = &episode->decision;

	/* The leader, and referenced: its ->group_leader may be a later one. */
	termination->victim = get_task_struct(decision->task);
	termination->its_anon = anon_of(decision->task);
	termination->all_anon = oe_giving_in_use();
	termination->lent_kb =
		oe_pages_to_kb(episode->released + episode->unboosted);
	termination->nr_machine = oe_domain_nr_machine();
	oe_kill_set_signal(decision->task, &episode->call.domain, SIGTERM);
}

/**
 * oe_terminate_is_cancelled - has the kill been called off?
 * @termination: from oe_terminate()
 *
 * Context: process context.
 * Return: true if this emergency may kill no process now, or another one will.
 */
bool oe_terminate_is_cancelled(const struct oe_termination *termination)
{
	return oe_domain_nr_machine() != termination->nr_machine ||
	       oe_notify_is_hurried() || oe_quiet_now() ||
	       READ_ONCE(oe_config.mode) != OE_MODE_ENFORCE ||
	       fatal_signal_pending(current);
}

static bool has_enough(const struct oe_termination *termination)
{
	return termination->until_kb &&
	       available_kb(termination) >= termination->until_kb;
}

/* Memory may run out meanwhile, for whatever reason the victim was asked for. */
static bool is_tight(const struct oe_termination *termination)
{
	return available_kb(termination) * 100 <
	       (u64)READ_ONCE(oe_config.early_kb) * TIGHT_PERCENT;
}

/*
 * Has half of its memory gone? A process may have handed it on: to a child, or to
 * one that shares it.
 */
static bool came_back(const struct oe_termination *termination)
{
	unsigned long wanted = termination->its_anon / 2;

	return wanted <= OE_GIVING_NOISE_PAGES || has_enough(termination) ||
	       oe_giving_in_use() + wanted <=
		       termination->all_anon + OE_GIVING_NOISE_PAGES;
}

/* A big process takes long to exit: the wait goes on while memory comes back. */
static enum oe_terminated
wait_for_memory(const struct oe_termination *termination)
{
	struct oe_giving giving;

	oe_giving_begin(&giving, OE_GIVING_ENDED_MS);
	while (!came_back(termination)) {
		if (oe_terminate_is_cancelled(termination))
			return OE_TERMINATED_CANCELLED;
		if (!oe_giving_goes_on(&giving))
			return OE_TERMINATED_IN_VAIN;
		schedule_timeout_idle(msecs_to_jiffies(POLL_MS));
	}
	return OE_TERMINATED_GONE;
}

/**
 * oe_terminate_wait - wait until a process that got SIGTERM has ended
 * @termination: from oe_terminate()
 * @term_ms: for at most so long
 *
 * Available memory of much less than early_kb ends the wait, and the process has
 * to be killed. It also ends, without a kill, if the mode changes, on the way into
 * suspend, if the caller is killed, at unload, and if the machine has an OOM.
 *
 * Context: process context, no lock of the OOM path held; sleeps.
 * Return: how it ended.
 */
enum oe_terminated oe_terminate_wait(const struct oe_termination *termination,
				     unsigned int term_ms)
{
	u64 deadline_ns = ktime_get_ns() + term_ms * (u64)NSEC_PER_MSEC;

	while (!oe_kill_set_is_gone(termination->victim)) {
		if (oe_terminate_is_cancelled(termination))
			return OE_TERMINATED_CANCELLED;
		if (ktime_get_ns() >= deadline_ns || is_tight(termination))
			return has_enough(termination) ? OE_TERMINATED_ENOUGH :
							 OE_TERMINATED_STAYS;
		schedule_timeout_idle(msecs_to_jiffies(POLL_MS));
	}
	return wait_for_memory(termination);
}
