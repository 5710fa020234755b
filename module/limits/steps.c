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
#include "limits/choose.h"
#include "limits/measure.h"
#include "limits/report.h"
#include "limits/steps.h"
#include "limits/victims.h"

enum {
	/* Tracers of tracers that are looked for at a time. */
	TRACERS = 16,
};

/**
 * struct round - one look at a user
 * @limit: its limit
 * @view: for limit_rule.c
 * @enforce: signals may be sent
 * @need: how many pages more have to come back
 * @due_ms: until the next timeout of a victim; 0 = none
 * @pending: processes are remembered
 */
struct round {
	struct oe_limit *limit;
	struct oe_limit_view view;
	bool enforce;
	s64 need;
	u64 due_ms;
	bool pending;
};

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

static void report_user(struct round *round, enum oe_limit_outcome outcome,
			const char *reason)
{
	static const struct oe_process nobody;

	oe_limit_report(round->limit, &round->view, outcome, reason, &nobody);
}

static void say_once(struct round *round, enum oe_limit_outcome outcome,
		     const char *reason, struct pid *tgid)
{
	struct oe_limit_found found = {};

	if (round->limit->state.said)
		return;
	round->limit->state.said = true;
	if (tgid)
		oe_limit_look_up(round->limit, tgid, &found);
	oe_limit_report(round->limit, &round->view, outcome, reason,
			&found.process);
}

static void count_end(struct oe_limit *limit)
{
	WRITE_ONCE(limit->nr_kills, limit->nr_kills + 1); /* for sysfs */
}

/* Returns how many pages have come back since the last look. */
static unsigned long follow_slot(struct round *round,
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
static void follow_victims(struct round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int i = victims->nr;

	while (i--)
		round->need -= follow_slot(round, &victims->slots[i]);
}

static int signal_of(const struct oe_limit *limit, enum oe_limit_signal signal)
{
	return signal == OE_LIMIT_KILLED ? SIGKILL : READ_ONCE(limit->signal);
}

/*
 * Looks the process up again, because time has passed since the walk. From the
 * kernel, to a struct pid: no permission check, no reused number.
 */
static bool send_signal_to(struct round *round, struct oe_limit_slot *slot,
			   enum oe_limit_signal signal, const char *reason)
{
	struct oe_limit_found found;

	oe_limit_look_up(round->limit, slot->pid, &found);
	if (found.fate != OE_LIMIT_ALIVE ||
	    kill_pid(slot->pid, signal_of(round->limit, signal), 1))
		return false;
	slot->gain = found.gain;
	round->limit->state.said = false;
	oe_limit_report(round->limit, &round->view,
			signal == OE_LIMIT_KILLED ? OE_LIMIT_SAY_KILLED :
						    OE_LIMIT_SAY_TERMINATED,
			reason, &found.process);
	return true;
}

/* Returns false if no signal can be sent to it. */
static bool treat_slot(struct round *round, struct oe_limit_slot *slot,
		       const char *reason)
{
	struct oe_limit_victim before = slot->is;
	enum oe_limit_signal signal;

	signal = oe_limit_treat(&slot->is, &round->limit->state, &round->view);
	if (signal && !send_signal_to(round, slot, signal, reason)) {
		slot->is = before;
		return false;
	}
	round->need -= slot->gain + slot->held;
	return true;
}

static bool end_process(struct round *round, struct pid *pid,
			unsigned long held, const char *reason)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	struct oe_limit_slot *slot = oe_victims_find(victims, pid);
	bool is_new = !slot;

	if (is_new)
		slot = oe_victims_add(victims, pid);
	if (!slot)
		return false;
	slot->held = held;
	if (treat_slot(round, slot, reason))
		return true;
	if (is_new)
		oe_victims_drop(victims, slot);
	return false;
}

/*
 * A process that is exiting and does not come to its end is not waited for. Its
 * tracer, if that keeps it, has to go. The tracer may have one, too.
 */
static void release_stuck(struct round *round, unsigned int i)
{
	struct oe_limit *limit = round->limit;
	struct oe_limit_slot *slot = &limit->victims.slots[i];
	unsigned long gain = slot->gain;
	struct pid *held = slot->pid;
	struct oe_limit_found found;
	struct pid *holder;
	unsigned int depth;

	if (!slot->told) {
		slot->told = true;
		oe_limit_look_up(limit, slot->pid, &found);
		oe_limit_report(limit, &round->view, OE_LIMIT_SAY_BLOCKED,
				"stuck", &found.process);
		kill_pid(slot->pid, SIGKILL, 1); /* it may be dumping core */
	}
	get_pid(held);
	for (depth = 0; depth < TRACERS; depth++) {
		holder = oe_limit_holder(limit, held);
		put_pid(held);
		held = holder;
		if (!holder)
			break;
		if (!oe_victims_find(&limit->victims, holder) &&
		    end_process(round, holder, gain, "tracer"))
			gain = 0;
	}
	put_pid(held);
}

static void release_all_stuck(struct round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int nr = victims->nr;
	unsigned int i;

	for (i = 0; i < nr && round->need > 0; i++)
		if (victims->slots[i].is.stuck)
			release_stuck(round, i);
}

/* Memory of processes that are ending counts as given back. */
static void credit_leaving(struct round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int i;

	for (i = 0; i < victims->nr; i++)
		if (oe_limit_is_leaving(&victims->slots[i].is))
			round->need -=
				victims->slots[i].gain + victims->slots[i].held;
}

static void hurry_asked(struct round *round)
{
	struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int i;

	for (i = 0; i < victims->nr && round->need > 0; i++) {
		struct oe_limit_slot *slot = &victims->slots[i];

		if (oe_limit_is_asked(&slot->is) &&
		    slot->fate == OE_LIMIT_ALIVE)
			treat_slot(round, slot, NULL);
	}
}

static void end_many(struct round *round)
{
	unsigned int nr = oe_choose_many(round->limit, round->need);
	unsigned long gain;
	unsigned int i;

	for (i = 0; i < nr && round->need > 0; i++)
		end_process(round, oe_choose_nth(i, &gain), 0, NULL);
	oe_choose_end();
}

/* One at a time: another process may hold the same files. */
static void end_holder(struct round *round)
{
	unsigned long held;
	struct pid *pid;

	if (oe_choose_holder(round->limit)) {
		pid = oe_choose_nth(0, &held);
		end_process(round, pid, held, "files");
	}
	oe_choose_end();
}

/* Either it leaves, or it will have to. */
static bool is_pending(const struct oe_limit_slot *slot)
{
	return oe_limit_is_leaving(&slot->is) ||
	       (slot->is.signal == OE_LIMIT_ASKED && !slot->is.ending &&
		slot->fate == OE_LIMIT_ALIVE);
}

static bool is_anyone_pending(const struct oe_limit_victims *victims)
{
	unsigned int i;

	for (i = 0; i < victims->nr; i++)
		if (is_pending(&victims->slots[i]))
			return true;
	return false;
}

static void end_more(struct round *round)
{
	struct oe_limit_use *use = &round->limit->use;
	bool are_files = use->loose_pages >= round->need;

	if (are_files)
		end_holder(round);
	if (use->best && round->need > 0)
		end_process(round, use->best, 0, NULL);
	if (use->best && round->need > 0)
		end_many(round);
	if (use->loose_pages && !are_files && round->need > 0)
		end_holder(round);
}

static void choose_victims(struct round *round)
{
	struct oe_limit *limit = round->limit;

	credit_leaving(round);
	if (round->need <= 0)
		return;
	if (!round->enforce) {
		say_once(round, OE_LIMIT_SAY_OBSERVED, NULL, limit->use.best);
		return;
	}
	if (oe_pages_to_kb(limit->use.fixed_pages) > round->view.max_kb) {
		say_once(round, OE_LIMIT_SAY_BLOCKED, "files", NULL);
		round->need -= limit->use.fixed_pages;
	}
	release_all_stuck(round);
	hurry_asked(round);
	if (round->need > 0)
		end_more(round);
	if (round->need > 0 && !is_anyone_pending(&limit->victims))
		say_once(round, OE_LIMIT_SAY_BLOCKED, "nobody", NULL);
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

static void take_steps(struct round *round)
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
			choose_victims(round);
			return;
		}
	}
}

static void note_pending(struct round *round)
{
	const struct oe_limit_victims *victims = &round->limit->victims;
	unsigned int timeout_ms = round->view.term_timeout_ms;
	unsigned int i;

	for (i = 0; i < victims->nr; i++) {
		const struct oe_limit_victim *is = &victims->slots[i].is;
		u64 waited_ms = round->view.now_ms - is->since_ms;

		round->pending |= is_pending(&victims->slots[i]);
		if (oe_limit_is_asked(is) && waited_ms < timeout_ms)
			round->due_ms = min_not_zero(round->due_ms,
						     timeout_ms - waited_ms);
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
	struct round round = {
		.limit = limit,
		.enforce = READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE,
	};

	fill_view(limit, &round.view);
	round.need =
		used_pages(limit) - (round.view.max_kb >> (PAGE_SHIFT - 10));
	follow_victims(&round);
	take_steps(&round);
	if (oe_limit_is_calm(&limit->state, &round.view))
		oe_victims_clear(&limit->victims);
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
	publish_view(limit, &nothing);
}
