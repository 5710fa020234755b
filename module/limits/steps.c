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

#include "lib/units.h"
#include "limits/enforce.h"
#include "limits/measure.h"
#include "limits/report.h"
#include "limits/steps.h"
#include "limits/storm.h"
#include "limits/victims.h"

static u64 used_pages(const struct oe_limit *limit)
{
	return limit->use.pages + limit->use.loose_pages +
	       limit->use.fixed_pages;
}

static void fill_view(const struct oe_limit *limit, struct oe_limit_view *view)
{
	*view = (struct oe_limit_view){
		.now_ms = ktime_to_ms(ktime_get()),
		.max_kb = READ_ONCE(limit->max_kb),
		.use_kb = oe_pages_to_kb(used_pages(limit)),
		.allowed_ms = READ_ONCE(limit->exceed_allowed_ms),
		.refill_ms = READ_ONCE(limit->refill_ms),
		.warn_ms = READ_ONCE(limit->warn_ms),
		.term_timeout_ms = READ_ONCE(limit->term_timeout_ms),
	};
}

static void report_user(struct oe_limit_round *round,
			enum oe_limit_outcome outcome, const char *reason)
{
	static const struct oe_process nobody;

	oe_limit_report(round->limit, &round->view, outcome, reason, &nobody);
}

static void count_end(struct oe_limit *limit)
{
	WRITE_ONCE(limit->nr_kills, limit->nr_kills + 1); /* for sysfs */
}

/* Returns how many pages have come back since the last look. */
static unsigned long follow_slot(struct oe_limit_round *round,
				 struct oe_limit_slot *slot)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned long gain = slot->gain;
	struct oe_limit_found found;

	oe_limit_look_up(round->limit, slot->pid, &found);
	slot->gain = found.gain;
	slot->fate = found.fate;
	switch (oe_limit_follow(&slot->is, found.fate, round->view.now_ms)) {
	case OE_LIMIT_ENDED:
		count_end(round->limit);
		oe_victims_drop(victims, slot);
		return gain;
	case OE_LIMIT_FORGET:
		oe_victims_drop(victims, slot);
		break;
	case OE_LIMIT_STUCK:
	case OE_LIMIT_NOTHING_NEW:
		break;
	}
	return 0;
}

/* From the last to the first, because the last one takes a dropped one's place. */
static void follow_victims(struct oe_limit_round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int i = victims->nr;

	while (i--)
		round->need -= follow_slot(round, &victims->slots[i]);
}

/*
 * Those that were asked to end may stay. They are remembered: a user that comes
 * and goes is not asked anew each time.
 */
static void let_go(struct oe_limit *limit)
{
	struct oe_limit_victims *victims = &limit->victims;
	unsigned int i = victims->nr;

	while (i--) {
		struct oe_limit_slot *slot = &victims->slots[i];

		if (slot->is.signal == OE_LIMIT_ASKED && !slot->is.ending) {
			slot->is.cooled = true;
			continue;
		}
		if (slot->is.signal)
			count_end(limit);
		oe_victims_drop(victims, slot);
	}
}

static void take_steps(struct oe_limit_round *round)
{
	struct oe_limit *limit = round->limit;

	for (;;) {
		switch (oe_limit_next(&limit->state, &round->view)) {
		case OE_LIMIT_WAIT:
			return;
		case OE_LIMIT_EXCEEDED:
			report_user(round, OE_LIMIT_SAY_EXCEEDED, NULL);
			break;
		case OE_LIMIT_WARNING:
			report_user(round, OE_LIMIT_SAY_WARNING, NULL);
			break;
		case OE_LIMIT_RECOVERED:
			let_go(limit);
			report_user(round, OE_LIMIT_SAY_RECOVERED, NULL);
			break;
		case OE_LIMIT_CHOOSE:
			oe_enforce(round);
			return;
		}
	}
}

static void note_pending(struct oe_limit_round *round)
{
	const struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int timeout_ms = round->view.term_timeout_ms;
	unsigned int i;

	for (i = 0; i < victims->nr; i++) {
		const struct oe_limit_victim *is = &victims->slots[i].is;
		u64 waited_ms = round->view.now_ms - is->since_ms;

		round->pending |= oe_victims_is_pending(&victims->slots[i]);
		if (oe_limit_is_asked(is) && waited_ms < timeout_ms)
			round->due_ms = min_not_zero(round->due_ms,
						     timeout_ms - waited_ms);
	}
}

/* The next victim, as long as the user is above. */
static void update_mark(struct oe_limit *limit)
{
	struct oe_limit_mark *mark = &limit->mark;

	if (!limit->state.above) {
		oe_limit_replace_pid(&mark->pid, NULL);
	} else if (limit->use.best) {
		oe_limit_replace_pid(&mark->pid, limit->use.best);
		mark->rank = limit->use.best_is.rank;
	}
}

/* For sysfs. */
static void publish_view(struct oe_limit *limit,
			 const struct oe_limit_view *view)
{
	u64 exceeded_ms = 0;
	u64 shared_kb =
		oe_pages_to_kb(limit->use.loose_pages + limit->use.fixed_pages);

	if (limit->state.above)
		exceeded_ms = view->now_ms - limit->state.since_ms;
	WRITE_ONCE(limit->rss_kb, min_t(u64, view->use_kb, ULONG_MAX));
	WRITE_ONCE(limit->shared_kb, min_t(u64, shared_kb, ULONG_MAX));
	WRITE_ONCE(limit->exceeded_ms, min_t(u64, exceeded_ms, ULONG_MAX));
	WRITE_ONCE(limit->left_ms, oe_limit_left_ms(&limit->state, view));
}

/**
 * oe_limit_judge - take the steps that are due for one user
 * @limit: measured
 * @period_ms: the longest time until the next scan
 *
 * Context: process context, under the lock of the scan; may sleep.
 * Return: after how many ms to measure again, > 0.
 */
unsigned int oe_limit_judge(struct oe_limit *limit, unsigned int period_ms)
{
	struct oe_limit_round round = {
		.limit = limit,
		.enforce = READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE,
	};

	fill_view(limit, &round.view);
	round.need =
		used_pages(limit) - (round.view.max_kb >> (PAGE_SHIFT - 10));
	follow_victims(&round);
	take_steps(&round);
	update_mark(limit);
	if (oe_limit_is_calm(&limit->state, &round.view)) {
		oe_victims_clear(&limit->victims);
		oe_storm_forget(limit);
	}
	note_pending(&round);
	publish_view(limit, &round.view);
	return oe_limit_wait_ms(&limit->state, &round.view, round.pending,
				round.due_ms, period_ms);
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
	limit->use.loose_pages = 0;
	limit->use.fixed_pages = 0;
	oe_victims_clear(&limit->victims);
	oe_storm_forget(limit);
	update_mark(limit);
	publish_view(limit, &nothing);
}
