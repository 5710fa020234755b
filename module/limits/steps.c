// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps against one user: limit_rule.c decides on them by the measured
 * values, this file takes them.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "lib/units.h"
#include "limits/measure.h"
#include "limits/report.h"
#include "limits/steps.h"

static enum oe_limit_victim victim_state(const struct oe_limit *limit,
					 bool enforce)
{
	struct oe_limit_found found;

	if (!limit->victim)
		return OE_LIMIT_ALIVE;
	oe_limit_look_up(limit, limit->victim, &found);
	if (!found.here)
		return OE_LIMIT_GONE;
	if (found.ending)
		return OE_LIMIT_ENDING;
	return found.may_die && enforce ? OE_LIMIT_ALIVE : OE_LIMIT_SPARED;
}

static void fill_view(const struct oe_limit *limit, struct oe_limit_view *view)
{
	bool enforce = READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE;

	*view = (struct oe_limit_view){
		.now_ms = ktime_to_ms(ktime_get()),
		.max_kb = READ_ONCE(limit->max_kb),
		.use_kb = oe_pages_to_kb(limit->use.pages),
		.ending_kb = oe_pages_to_kb(limit->use.ending),
		.allowed_ms = READ_ONCE(limit->exceed_allowed_ms),
		.term_timeout_ms = READ_ONCE(limit->term_timeout_ms),
		.enforce = enforce,
		.has_candidate = limit->use.biggest,
		.victim = victim_state(limit, enforce),
	};
}

/* Looks the process up again, because time has passed since the walk. */
static bool send_signal_to(struct oe_limit *limit,
			   const struct oe_limit_view *view,
			   enum oe_limit_step step)
{
	struct pid *tgid = limit->victim ?: limit->use.biggest;
	int signal = step == OE_LIMIT_KILL ? SIGKILL : SIGTERM;
	struct oe_limit_found found;

	oe_limit_look_up(limit, tgid, &found);
	/*
	 * From the kernel, to a struct pid: no permission check, no reused
	 * number.
	 */
	if (!found.may_die || kill_pid(tgid, signal, 1)) {
		limit->state.signal = limit->victim ? OE_LIMIT_SIGTERM :
						      OE_LIMIT_NO_SIGNAL;
		return false;
	}
	oe_limit_replace_pid(&limit->victim, tgid);
	oe_limit_report(limit, view, step, &found.process);
	return true;
}

static void tell_step(const struct oe_limit *limit,
		      const struct oe_limit_view *view, enum oe_limit_step step)
{
	struct pid *tgid = NULL;
	struct oe_limit_found found = {};

	if (step == OE_LIMIT_OBSERVED)
		tgid = limit->use.biggest;
	else if (step == OE_LIMIT_BLOCKED)
		tgid = limit->victim;
	if (tgid)
		oe_limit_look_up(limit, tgid, &found);
	oe_limit_report(limit, view, step, &found.process);
}

/* Takes all steps that are due; false if another scan must come first. */
static bool take_steps(struct oe_limit *limit, const struct oe_limit_view *view)
{
	for (;;) {
		enum oe_limit_step step = oe_limit_next(&limit->state, view);

		switch (step) {
		case OE_LIMIT_WAIT:
			return true;
		case OE_LIMIT_TERMINATE:
		case OE_LIMIT_KILL:
			return send_signal_to(limit, view, step);
		case OE_LIMIT_ENDED:
			WRITE_ONCE(limit->nr_kills, limit->nr_kills + 1);
			return false;
		case OE_LIMIT_LET_GO:
			return false;
		case OE_LIMIT_EXCEEDED:
		case OE_LIMIT_BLOCKED:
		case OE_LIMIT_OBSERVED:
		case OE_LIMIT_RECOVERED:
			tell_step(limit, view, step);
			break;
		}
	}
}

/* For sysfs. */
static void publish_view(struct oe_limit *limit,
			 const struct oe_limit_view *view)
{
	u64 exceeded_ms = 0;

	if (limit->state.above)
		exceeded_ms = view->now_ms - limit->state.since_ms;
	WRITE_ONCE(limit->rss_kb, min_t(u64, view->use_kb, ULONG_MAX));
	WRITE_ONCE(limit->exceeded_ms, min_t(u64, exceeded_ms, ULONG_MAX));
}

/**
 * oe_limit_judge - take the steps that are due for one user
 * @limit: measured
 * @period_ms: the longest time until the next scan
 *
 * Context: process context, under the lock of the scan; may sleep.
 * Return: after how many ms to measure again; 0 = immediately.
 */
unsigned int oe_limit_judge(struct oe_limit *limit, unsigned int period_ms)
{
	struct oe_limit_view view;
	bool done;

	fill_view(limit, &view);
	done = take_steps(limit, &view);
	if (!limit->state.signal)
		oe_limit_replace_pid(&limit->victim, NULL);
	publish_view(limit, &view);
	return done ? oe_limit_wait_ms(&limit->state, &view, period_ms) : 0;
}

/**
 * oe_limit_forget - reset the state of a user while the module is off
 * @limit: in the table
 *
 * Context: process context, under the lock of the scan.
 */
void oe_limit_forget(struct oe_limit *limit)
{
	static const struct oe_limit_view nothing;

	limit->state = (struct oe_limit_state){};
	oe_limit_replace_pid(&limit->victim, NULL);
	publish_view(limit, &nothing);
}
