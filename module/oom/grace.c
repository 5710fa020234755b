// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grace: how long an OOM may wait for userspace, and whether a victim is still
 * needed after that.
 *
 * The machine must get on whatever userspace does. So time is granted out of a
 * budget of one grace_ms, which comes back four times slower than it is spent,
 * and at once only after a kill that userspace had answered: there something
 * was done, and whoever answers deserves to be asked again. An OOM without a
 * kill costs at least a little, so that memory which comes and goes cannot put
 * the kill off for ever.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "oom/grace.h"
#include "../episode.h"
#include "memory/headroom.h"
#include "memory/zones.h"
#include "notify.h"

enum {
	/* How often to see whether memory is back. */
	POLL_MS = 4,
	/* Less than this is not worth telling userspace. */
	SHORTEST_MS = 10,
	/* The least that an OOM without a kill costs. */
	AVOIDED_MS = 25,
	/* The least that a full budget is, also with grace_ms=0. */
	BUDGET_MS = 4 * AVOIDED_MS,
	/* Time outside of windows per time of budget that comes back. */
	REFILL_RATE = 4,
};

/* All callers hold oom_lock. */
static struct {
	u64 budget_ns;
	u64 updated_ns; /* CLOCK_MONOTONIC; 0 before the first OOM */
} grace;

static u64 ms_to_ns(unsigned int ms)
{
	return ms * (u64)NSEC_PER_MSEC;
}

static u64 full_budget(void)
{
	return ms_to_ns(
		max_t(unsigned int, READ_ONCE(oe_config.grace_ms), BUDGET_MS));
}

static void refill(void)
{
	u64 now = ktime_get_ns();
	u64 full = full_budget();

	if (grace.updated_ns)
		grace.budget_ns += (now - grace.updated_ns) / REFILL_RATE;
	else
		grace.budget_ns = full;
	grace.budget_ns = min(grace.budget_ns, full);
	grace.updated_ns = now;
}

static void charge(u64 ns)
{
	grace.budget_ns -= min(grace.budget_ns, ns);
	grace.updated_ns = ktime_get_ns();
}

/* A kernel thread, like kswapd, has more to do than to wait. */
static bool may_wait(const struct oe_call *call)
{
	return call->kind == OE_KIND_SYSRQ || !(current->flags & PF_KTHREAD);
}

/**
 * oe_grace_grant - how long may this OOM wait?
 * @call: the call
 *
 * Context: OOM path, oom_lock held.
 * Return: ms, 0 for not at all.
 */
unsigned int oe_grace_grant(const struct oe_call *call)
{
	unsigned int ms;

	refill();
	if (!may_wait(call))
		return 0;
	ms = min_t(u64, READ_ONCE(oe_config.grace_ms),
		   div_u64(grace.budget_ns, NSEC_PER_MSEC));
	return ms < SHORTEST_MS ? 0 : ms;
}

/**
 * oe_grace_unboost - let the kernel not keep back what the reserve has given
 * @episode: if it has; to be repeated, since the kernel does it again
 *
 * Context: OOM path, oom_lock held.
 */
void oe_grace_unboost(struct oe_episode *episode)
{
	if (episode->released)
		episode->unboosted =
			max(episode->unboosted, oe_memory_drop_boost());
}

/*
 * What the reserve has given does not count: it wants to be filled again. Nor
 * what was only kept back before.
 */
static bool is_back(const struct oe_episode *episode)
{
	return episode->call.kind != OE_KIND_SYSRQ &&
	       oe_memory_is_back(&episode->call,
				 episode->released + episode->unboosted);
}

/* At the end: for others it may go on being swapped in and out. */
static bool is_worth_a_try(const struct oe_episode *episode)
{
	if (episode->call.kind == OE_KIND_SYSRQ)
		return false;
	return is_back(episode) ||
	       oe_memory_may_be_reclaimed(&episode->call, episode->swap_room);
}

/* Waits for done, for memory, or for the end of the window. */
static void wait(struct oe_episode *episode)
{
	u64 deadline = episode->announced_ns + ms_to_ns(episode->grace_ms);

	while (!oe_notify_wait_done(episode->seq, POLL_MS) &&
	       !is_back(episode) && !fatal_signal_pending(current)) {
		if (ktime_get_ns() >= deadline) {
			oe_stat_inc(OE_STAT_grace_timeouts);
			return;
		}
		oe_grace_unboost(episode);
	}
}

/**
 * oe_grace_spend - give userspace its chance
 * @episode: announced; its grace fields are filled in
 *
 * Context: OOM path, oom_lock held; sleeps up to episode->grace_ms.
 * Return: true if memory is back, or can be reclaimed, and nobody has to die.
 */
bool oe_grace_spend(struct oe_episode *episode)
{
	bool avoided;

	if (episode->grace_ms)
		wait(episode);
	episode->grace_used_ns = ktime_get_ns() - episode->announced_ns;
	episode->acked_ns = oe_notify_done_ns(episode->seq);

	avoided = grace.budget_ns >= ms_to_ns(AVOIDED_MS) &&
		  is_worth_a_try(episode);
	charge(avoided ? max(episode->grace_used_ns, ms_to_ns(AVOIDED_MS)) :
			 episode->grace_used_ns);
	return avoided;
}

/**
 * oe_grace_renew - somebody was killed, and userspace had answered
 *
 * Context: OOM path, oom_lock held.
 */
void oe_grace_renew(void)
{
	grace.budget_ns = full_budget();
}
