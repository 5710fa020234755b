// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a step of a limit is reported: log line, uevent, counters.
 */
#include "core.h"

#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include <uapi/oom_embedded.h>

#include "episode.h"
#include "lib/parse.h"
#include "lib/units.h"
#include "limits/report.h"
#include "notify.h"
#include "rank/ranking.h"

static const char *const outcome_words[] = {
	[OE_LIMIT_EXCEEDED] = "exceeded", [OE_LIMIT_TERMINATE] = "terminated",
	[OE_LIMIT_KILL] = "killed",	  [OE_LIMIT_BLOCKED] = "blocked",
	[OE_LIMIT_OBSERVED] = "observed", [OE_LIMIT_RECOVERED] = "recovered",
};

enum {
	VICTIM_TEXT = 200,
};

/* Under the lock of the scan. */
static struct {
	struct oe_uevent uevent;
	char comm[OE_COMM_ESCAPED];
	char victim[VICTIM_TEXT];
} scratch;

static void count_step(enum oe_limit_step step)
{
	switch (step) {
	case OE_LIMIT_EXCEEDED:
		oe_stat_inc(OE_STAT_limit_exceeded);
		break;
	case OE_LIMIT_TERMINATE:
		oe_stat_inc(OE_STAT_limit_terminated);
		break;
	case OE_LIMIT_KILL:
		oe_stat_inc(OE_STAT_limit_killed);
		break;
	case OE_LIMIT_BLOCKED:
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

/*
 * Limits how often one user fills the log; the end of a process is always
 * logged.
 */
static bool is_too_much(enum oe_limit_step step)
{
	static DEFINE_RATELIMIT_STATE(comes_and_goes, 5 * HZ, 30);

	return (step == OE_LIMIT_EXCEEDED || step == OE_LIMIT_RECOVERED) &&
	       !__ratelimit(&comes_and_goes);
}

static void log_line(const struct oe_limit *limit,
		     const struct oe_limit_view *view, enum oe_limit_step step,
		     const struct oe_process *victim)
{
	u64 exceeded_ms = 0;

	if (is_too_much(step))
		return;
	if (limit->state.above)
		exceeded_ms = view->now_ms - limit->state.since_ms;
	pr_warn("limit uid=%u rss=%llukB max=%llukB exceeded=%llums victim=%s outcome=%s\n",
		__kuid_val(limit->uid), view->use_kb, view->max_kb, exceeded_ms,
		victim_text(victim), outcome_words[step]);
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

/*
 * Send one at a time: the queue is short, and must have room for the uevent of
 * an OOM.
 */
static void send_uevent(const struct oe_limit *limit,
			const struct oe_limit_view *view,
			enum oe_limit_step step,
			const struct oe_process *victim)
{
	struct oe_uevent *uevent = &scratch.uevent;

	memset(uevent, 0, sizeof(*uevent));
	oe_uevent_add(uevent,
		      OOM_EMBEDDED_KEY_EVENT "=" OOM_EMBEDDED_EVENT_LIMIT);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_SEQ "=%llu", oe_notify_wanted());
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_UID "=%u",
		      __kuid_val(limit->uid));
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_LIMIT_KB "=%llu", view->max_kb);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_RSS_KB "=%llu", view->use_kb);
	if (victim->pid)
		add_victim(uevent, victim);
	oe_uevent_add(uevent, OOM_EMBEDDED_KEY_OUTCOME "=%s",
		      outcome_words[step]);
	oe_notify_flush(oe_notify_send(uevent));
}

/**
 * oe_limit_report - report a step
 * @limit: the limit
 * @view: the measured values
 * @step: one of those in outcome_words[]
 * @victim: the process concerned; pid 0 if there is none
 *
 * Context: the scan, under its lock; sleeps until the uevent is out.
 */
void oe_limit_report(const struct oe_limit *limit,
		     const struct oe_limit_view *view, enum oe_limit_step step,
		     const struct oe_process *victim)
{
	oe_escape_comm(scratch.comm, victim->comm);
	count_step(step);
	log_line(limit, view, step, victim);
	send_uevent(limit, view, step, victim);
}
