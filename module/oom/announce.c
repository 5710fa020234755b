// SPDX-License-Identifier: GPL-2.0-only
/*
 * Step 3 of an episode: telling userspace.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>

#include "levels/cgroup_watch.h"
#include "levels/level.h"
#include "notify.h"
#include "oom/announce.h"
#include "oom/outcome.h"
#include "record/memory_report.h"
#include "record/report_log.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

enum {
	/* Longest wait if the caller holds a lock that other tasks wait for. */
	ANNOUNCE_SHORT_MS = 10,
};

/*
 * Keeps the count, its uevent and its trace event of one emergency together.
 * Its holders never allocate and never wait.
 */
static DEFINE_MUTEX(announce_lock);

static void begin_report(const struct oe_episode *episode)
{
	enum oe_level now = oe_level_now();

	oe_memreport_begin(OE_MEMREPORT_OOM, episode->seq,
			   oe_episode_is_global(episode) ? OE_LEVEL_OOM : now,
			   now);
}

static void tell_userspace(const struct oe_episode *episode,
			   struct oe_ticket *ticket)
{
	lockdep_assert_held(&announce_lock);
	oe_notify_wake(ticket);
	ticket->uevent = oe_report_reconfigure(episode);
}

/**
 * oe_announce - step 3: userspace hears before anybody is chosen
 * @episode: recorded; seq and announced_ns are filled in
 *
 * Counts, announces the report, wakes the pollers, sends the uevent and enters
 * the level oom. A quiet emergency is counted and reported only.
 *
 * Context: OOM path, domain claimed; sleeps, bounded; allocates nothing.
 */
void oe_announce(struct oe_episode *episode)
{
	/*
	 * For the machine only: a full memory cgroup must not overwrite its
	 * report.
	 */
	bool reported = !oe_call_is_of_cgroup(&episode->call);
	struct oe_ticket ticket;

	mutex_lock(&announce_lock);
	episode->seq = oe_notify_wanted() + 1;
	/* Trace before the wake-up, so that the wake-up appears after it. */
	trace_oom_embedded_enter(episode);
	if (reported)
		begin_report(episode);
	/* Else a reader takes it, or oe_episode_end(). */
	if (reported && oe_report_log_wanted())
		oe_memreport_take(OE_MEMREPORT_OOM);
	if (episode->call.quiet)
		oe_notify_count();
	else
		tell_userspace(episode, &ticket);
	mutex_unlock(&announce_lock);
	if (!episode->call.quiet)
		oe_notify_wait(&ticket, episode->call.may_wait ?
						OE_ANNOUNCE_MS :
						ANNOUNCE_SHORT_MS);
	if (oe_episode_is_global(episode) && !episode->call.quiet)
		oe_level_enter_oom();
	if (episode->call.kind == OE_KIND_MEMCG && !episode->call.quiet)
		oe_cgroup_watch_enter_oom(episode->call.domain.memcg);
	episode->announced_ns = ktime_get_ns();
}
