// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a step of a limit is reported: log line, uevent, counters.
 */
#include "core.h"

#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <uapi/oom_embedded.h>

#include "episode.h"
#include "lib/parse.h"
#include "lib/units.h"
#include "limits/report.h"
#include "notify.h"
#include "rank/ranking.h"

static const char *const outcome_words[] = {
	[OE_LIMIT_SAY_EXCEEDED] = "exceeded",
	[OE_LIMIT_SAY_WARNING] = "warning",
	[OE_LIMIT_SAY_TERMINATED] = "terminated",
	[OE_LIMIT_SAY_KILLED] = "killed",
	[OE_LIMIT_SAY_OBSERVED] = "observed",
	[OE_LIMIT_SAY_BLOCKED] = "blocked",
	[OE_LIMIT_SAY_RECOVERED] = "recovered",
};

enum {
	VICTIM_TEXT = 200,
	MORE_TEXT = 60,
};

/* Under the lock of the scan. */
static struct {
	struct oe_uevent uevent;
	char comm[OE_COMM_ESCAPED];
	char victim[VICTIM_TEXT];
	char more[MORE_TEXT];
} scratch;

static void count_outcome(enum oe_limit_outcome outcome)
{
	switch (outcome) {
	case OE_LIMIT_SAY_EXCEEDED:
		oe_stat_inc(OE_STAT_limit_exceeded);
		break;
	case OE_LIMIT_SAY_TERMINATED:
		oe_stat_inc(OE_STAT_limit_terminated);
		break;
	case OE_LIMIT_SAY_KILLED:
		oe_stat_inc(OE_STAT_limit_killed);
		break;
	case OE_LIMIT_SAY_BLOCKED:
		oe_stat_inc(OE_STAT_limit_blocked);
		break;
	default:
		break;
	}
}

static const char *victim_text(const struct oe_process *victim)
{
	if (!victim->pid)
		return "none";
	scnprintf(scratch.victim, VICTIM_TEXT,
		  "%s/%d rank=%u (%s%s%s) rss=%lukB", scratch.comm, victim->pid,
		  victim->rank, oe_source_name(victim->source),
		  victim->group[0] ? " " : "", victim->group,
		  oe_to_kib(victim->rss));
	return scratch.victim;
}

/* A user is named by its number alone. */
static const char *key_of(const struct oe_limit *limit)
{
	static const char *const keys[] = {
		[OE_LIMIT_UID] = "uid=",
		[OE_LIMIT_GID] = "gid=",
		[OE_LIMIT_CGROUP] = "cgroup=",
	};

	return keys[limit->who.kind];
}

static const char *value_of(const struct oe_limit *limit)
{
	const char *colon = strchr(limit->who.name, ':');

	return colon && limit->who.kind != OE_LIMIT_UID ? colon + 1 :
							  limit->who.name;
}

/* For the log: the reason, and what was left unsaid. */
static const char *more_text(const struct oe_limit *limit, const char *reason)
{
	scratch.more[0] = '\0';
	if (reason)
		scnprintf(scratch.more, MORE_TEXT, " reason=%s", reason);
	if (limit->untold)
		scnprintf(scratch.more + strlen(scratch.more),
			  MORE_TEXT - strlen(scratch.more), " untold=%u",
			  limit->untold);
	return scratch.more;
}

static void log_line(const struct oe_limit *limit,
		     const struct oe_limit_view *view,
		     enum oe_limit_outcome outcome, const char *reason,
		     const struct oe_process *victim)
{
	u64 exceeded_ms = 0;

	if (limit->state.above)
		exceeded_ms = view->now_ms - limit->state.since_ms;
	pr_warn("limit %s%s rss=%llukB max=%llukB exceeded=%llums%s victim=%s outcome=%s\n",
		key_of(limit), value_of(limit), view->use_kb, view->max_kb,
		exceeded_ms, more_text(limit, reason), victim_text(victim),
		outcome_words[outcome]);
}

static void add_victim(struct oe_uevent *uevent,
		       const struct oe_process *victim)
{
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_PID "=%d", victim->pid);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_COMM "=%s", scratch.comm);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_UID "=%u",
		      __kuid_val(victim->uid));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_RANK "=%u", victim->rank);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_VICTIM_RSS_KB "=%lu",
		      oe_to_kib(victim->rss));
}

static void add_subject(struct oe_uevent *uevent, const struct oe_limit *limit)
{
	switch (limit->who.kind) {
	case OE_LIMIT_GID:
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_GID "=%u",
			      limit->who.ranges[0].first);
		break;
	case OE_LIMIT_CGROUP:
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_CGROUP "=%s",
			      value_of(limit));
		break;
	default:
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_UID "=%u",
			      limit->who.ranges[0].first);
	}
}

/*
 * Send one at a time: the queue is short, and must have room for the uevent of
 * an OOM.
 */
static void send_uevent(const struct oe_limit *limit,
			const struct oe_limit_view *view,
			enum oe_limit_outcome outcome, const char *reason,
			const struct oe_process *victim)
{
	struct oe_uevent *uevent = &scratch.uevent;

	memset(uevent, 0, sizeof(*uevent));
	oe_uevent_add(uevent,
		      OOM_EMBEDDED_KEY_EVENT "=" OOM_EMBEDDED_EVENT_LIMIT);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_SEQ "=%llu", oe_notify_wanted());
	add_subject(uevent, limit);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_KB "=%llu", view->max_kb);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_RSS_KB "=%llu", view->use_kb);
	if (victim->pid)
		add_victim(uevent, victim);
	else
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LEFT_MS "=%llu",
			      oe_limit_left_ms(&limit->state, view));
	if (reason)
		oe_uevent_add(uevent, OOM_EMBEDDED_KEY_REASON "=%s", reason);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_OUTCOME "=%s",
		      outcome_words[outcome]);
	oe_notify_flush(oe_notify_send(uevent));
}

/**
 * oe_limit_report_many - count processes that were killed, and not reported
 * @limit: the limit
 * @nr: how many
 *
 * Context: the scan, under its lock.
 */
void oe_limit_report_many(struct oe_limit *limit, unsigned int nr)
{
	limit->untold += nr;
	while (nr--)
		oe_stat_inc(OE_STAT_limit_killed);
}

/**
 * oe_limit_report - report a step
 * @limit: the limit
 * @view: the measured values
 * @outcome: what has been done
 * @reason: a word that says why, or NULL
 * @victim: the process concerned; pid 0 if there is none
 *
 * A user can make any number of steps necessary. Too many in too short a time
 * are counted in stats/ only, and the next line in the log says how many those
 * were.
 *
 * Context: the scan, under its lock; sleeps until the uevent is out.
 */
void oe_limit_report(struct oe_limit *limit, const struct oe_limit_view *view,
		     enum oe_limit_outcome outcome, const char *reason,
		     const struct oe_process *victim)
{
	count_outcome(outcome);
	if (!oe_limit_may_report(&limit->state, view->now_ms, reason)) {
		limit->untold++;
		return;
	}
	oe_escape_comm(scratch.comm, victim->comm);
	log_line(limit, view, outcome, reason, victim);
	send_uevent(limit, view, outcome, reason, victim);
	limit->untold = 0;
}
