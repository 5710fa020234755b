// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGTERM before SIGKILL. While the kernel waits for memory there is no time for
 * it: the victim may need memory to end. In an emergency that is asked for there
 * is, as long as memory lasts. The wait is between two calls of the kernel, so
 * that it holds no lock: the first sends SIGTERM to the victim, the second kills.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "memory/available.h"
#include "notify.h"
#include "oom/domain.h"
#include "oom/quiet.h"
#include "oom/terminate.h"
#include "tasks/kill_set.h"

enum {
	POLL_MS = 10,
	/* With less than this share of early_kb the OOM may come first. */
	TIGHT_PERCENT = 50,
};

/**
 * oe_terminate - send SIGTERM to the victim, and to those that die with it
 * @episode: with a decision
 *
 * The processes of a pid namespace end with its init, and get none.
 *
 * Context: OOM path, oom_lock held; allocates nothing, see oe_signal_groups().
 */
void oe_terminate(const struct oe_episode *episode)
{
	oe_kill_set_signal(episode->decision.task, &episode->call.domain,
			   SIGTERM);
}

/* Nobody else may have to wait, nor may memory run out. */
static bool is_cut_short(unsigned int until_kb)
{
	return oe_notify_is_hurried() || oe_quiet_now() ||
	       READ_ONCE(oe_config.mode) != OE_MODE_ENFORCE ||
	       fatal_signal_pending(current) ||
	       oe_available_kb() * 100 < (u64)until_kb * TIGHT_PERCENT;
}

static enum oe_terminated look_again(unsigned int until_kb)
{
	return until_kb && oe_available_kb() >= until_kb ?
		       OE_TERMINATED_ENOUGH :
		       OE_TERMINATED_STAYS;
}

/**
 * oe_terminate_wait - wait until a process that got SIGTERM has ended
 * @victim: its group leader; the caller has a reference
 * @term_ms: for at most so long
 * @until_kb: so much available memory is enough, and much less ends the wait; 0
 *	for no such amount
 *
 * The wait also ends if the mode changes, on the way into suspend, if the caller
 * is killed, and at unload.
 *
 * Context: process context, no lock of the OOM path held; sleeps.
 * Return: how it ended.
 */
enum oe_terminated oe_terminate_wait(struct task_struct *victim,
				     unsigned int term_ms,
				     unsigned int until_kb)
{
	unsigned int nr_machine = oe_domain_nr_machine();
	u64 deadline_ns = ktime_get_ns() + term_ms * (u64)NSEC_PER_MSEC;

	while (!oe_kill_set_is_gone(victim)) {
		if (oe_domain_nr_machine() != nr_machine)
			return OE_TERMINATED_OVERTAKEN;
		if (ktime_get_ns() >= deadline_ns || is_cut_short(until_kb))
			return look_again(until_kb);
		schedule_timeout_idle(msecs_to_jiffies(POLL_MS));
	}
	return OE_TERMINATED_GONE;
}
