// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grace: how long an OOM may wait for userspace, and whether a victim is still
 * needed after that.
 *
 * The machine must get on whatever userspace does. So time is granted out of a
 * budget of one grace_ms, which is refilled four times slower than it is spent.
 * After a kill that userspace had acknowledged the budget is full again
 * immediately: a system that answers is asked again. An OOM without a kill
 * costs at least a little, so that memory which comes and goes cannot put the
 * kill off for ever.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "lib/units.h"
#include "memory/available.h"
#include "memory/headroom.h"
#include "memory/zones.h"
#include "notify.h"
#include "oom/domain.h"
#include "oom/grace.h"
#include "oom/quiet.h"

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

static u64 ms_to_ns(unsigned int ms)
{
	return ms * (u64)NSEC_PER_MSEC;
}

static u64 full_budget(void)
{
	return ms_to_ns(
		max_t(unsigned int, READ_ONCE(oe_config.grace_ms), BUDGET_MS));
}

static void refill_budget(struct oe_budget *budget)
{
	u64 now = ktime_get_ns();
	u64 full = full_budget();

	if (budget->updated_ns)
		budget->left_ns += (now - budget->updated_ns) / REFILL_RATE;
	else
		budget->left_ns = full;
	budget->left_ns = min(budget->left_ns, full);
	budget->updated_ns = now;
}

static void charge_budget(struct oe_budget *budget, u64 ns)
{
	budget->left_ns -= min(budget->left_ns, ns);
	budget->updated_ns = ktime_get_ns();
}

/**
 * oe_grace_may_wait - may the caller be put to sleep for a while?
 * @gfp: of its allocation; 0 if not known
 *
 * An allocation that must not enter the file system is made by somebody who
 * holds a transaction or a lock of it, and every fsync() waits for that. kswapd
 * has more to do than to wait.
 *
 * Context: in the task that failed to allocate.
 * Return: true if it may be put to sleep for a while.
 */
bool oe_grace_may_wait(gfp_t gfp)
{
	if (gfp && !(gfp & __GFP_FS))
		return false;
	return !(current->flags &
		 (PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO | PF_KTHREAD));
}

/**
 * oe_grace_grant - how long may this OOM wait?
 * @budget: of its domain
 * @call: the call
 *
 * Context: OOM path, domain claimed.
 * Return: ms, 0 for not at all.
 */
unsigned int oe_grace_grant(struct oe_budget *budget,
			    const struct oe_call *call)
{
	unsigned int ms;

	refill_budget(budget);
	if (!call->may_wait)
		return 0;
	ms = min_t(u64, READ_ONCE(oe_config.grace_ms),
		   div_u64(budget->left_ns, NSEC_PER_MSEC));
	return ms < SHORTEST_MS ? 0 : ms;
}

/**
 * oe_grace_unboost - drop the boost of the watermarks
 * @episode: nothing is done if it has released no reserve
 *
 * The boost would hide what the reserve has given. To be repeated, because the
 * kernel raises it again.
 *
 * Context: OOM path, domain claimed.
 */
void oe_grace_unboost(struct oe_episode *episode)
{
	if (episode->released)
		episode->unboosted =
			max(episode->unboosted, oe_memory_drop_boost());
}

/*
 * Do not count pages of the reserve (needed to refill it) or pages freed by
 * dropping the watermark boost.
 */
static bool memory_is_back(const struct oe_episode *episode)
{
	if (episode->call.kind == OE_KIND_EARLY)
		return oe_available_for_kill_kb() >=
		       episode->call.until_kb +
			       oe_pages_to_kb(episode->released +
					      episode->unboosted);
	return oe_memory_is_back(&episode->call,
				 episode->released + episode->unboosted);
}

/*
 * A request wants a victim whatever there is, and kswapd calls because of thrash
 * while memory can be had. A stall is the same.
 */
static bool asks_for_memory(const struct oe_episode *episode)
{
	enum oe_kind kind = episode->call.kind;

	if (kind == OE_KIND_EARLY)
		return !episode->call.stall_percent;
	return !oe_kind_is_asked(kind) && kind != OE_KIND_THRASH;
}

/* Free swap fluctuates during the window, so check it once, at the end. */
static bool is_worth_a_try(const struct oe_episode *episode)
{
	if (!asks_for_memory(episode))
		return false;
	/* Available memory counts what can be reclaimed. */
	return memory_is_back(episode) ||
	       (episode->call.kind != OE_KIND_EARLY &&
		oe_memory_may_be_reclaimed(&episode->call, episode->swap_room));
}

/*
 * Another member of the cgroup cannot wait, or the machine itself is out of
 * memory: the emergency of a cgroup must not take its time. Nor is anything to
 * be expected of a userspace that is about to be frozen.
 */
static bool is_cut_short(const struct oe_domain_state *state)
{
	return READ_ONCE(state->hurried) || oe_domain_is_preempted(state) ||
	       oe_quiet_now();
}

/* Waits for done, for memory, or for the end of the window. */
static void wait_window(struct oe_domain_state *state)
{
	struct oe_episode *episode = &state->episode;
	u64 deadline = episode->announced_ns + ms_to_ns(episode->grace_ms);

	while (!oe_notify_wait_done(episode->seq, POLL_MS) &&
	       !(asks_for_memory(episode) && memory_is_back(episode)) &&
	       !is_cut_short(state) && !fatal_signal_pending(current)) {
		if (ktime_get_ns() >= deadline) {
			oe_stat_inc(OE_STAT_grace_timeouts);
			return;
		}
		oe_grace_unboost(episode);
	}
}

/**
 * oe_grace_spend - give userspace its chance
 * @state: the domain; its episode is announced, the grace fields are filled in
 *
 * Context: OOM path, domain claimed; sleeps up to episode->grace_ms.
 * Return: true if memory is back, or can be reclaimed, and nobody has to die.
 */
bool oe_grace_spend(struct oe_domain_state *state)
{
	struct oe_budget *budget = &state->budget;
	struct oe_episode *episode = &state->episode;
	bool avoided;

	if (episode->grace_ms)
		wait_window(state);
	episode->grace_used_ns = ktime_get_ns() - episode->announced_ns;
	episode->acked_ns = oe_notify_done_ns(episode->seq);

	avoided = budget->left_ns >= ms_to_ns(AVOIDED_MS) &&
		  is_worth_a_try(episode);
	charge_budget(budget, avoided ? max(episode->grace_used_ns,
					    ms_to_ns(AVOIDED_MS)) :
					episode->grace_used_ns);
	return avoided;
}

/**
 * oe_grace_renew - somebody has ended, and userspace had answered
 * @budget: of the domain
 *
 * Context: OOM path, or the settling worker in its place.
 */
void oe_grace_renew(struct oe_budget *budget)
{
	budget->left_ns = full_budget();
}
