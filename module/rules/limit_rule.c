// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a user above the limit loses processes: pure decisions.
 *
 *	the user:  below --(use > max)--> above --(allowance spent)--> choosing
 *	             ^                      |                             |
 *	             +-----(use <= max)-----+-----------------------------+
 *
 *	a victim:  asked --(term_timeout_ms)--> killed --> ending --> gone
 *	                                                     |
 *	                       (OE_LIMIT_STUCK_MS) stuck <---+
 *
 * The memory of victims counts as given back, so that there are never more of
 * them than the excess needs. A stuck one does not count.
 */
#include <linux/math64.h>

#include "rules/limit_rule.h"

static bool is_above(const struct oe_limit_view *view)
{
	return view->max_kb && view->use_kb > view->max_kb;
}

static u64 patience_ms(const struct oe_limit_view *view)
{
	return (u64)OE_LIMIT_PATIENCE * view->term_timeout_ms;
}

static u64 fill_up(u64 level, u64 ms, u64 size)
{
	return ms >= size || level >= size - ms ? size : level + ms;
}

static u64 leak_out(u64 level, u64 ms, u64 size, unsigned int refill_ms)
{
	u64 lost;

	if (ms >= refill_ms)
		return 0;
	lost = mul_u64_u32_div(size, ms, refill_ms);
	return lost < level ? level - lost : 0;
}

/* The time since the last scan belongs to what that scan has seen. */
static void account_time(struct oe_limit_state *state,
			 const struct oe_limit_view *view)
{
	u64 ms = view->now_ms - state->seen_ms;

	state->seen_ms = view->now_ms;
	if (!state->above) {
		state->spent_ms = leak_out(state->spent_ms, ms,
					   view->allowed_ms, view->refill_ms);
		state->pressed_ms = leak_out(state->pressed_ms, ms,
					     patience_ms(view),
					     view->refill_ms);
		state->storm_ms = leak_out(state->storm_ms, ms,
					   OE_LIMIT_STORM_MS, view->refill_ms);
		return;
	}
	state->spent_ms = fill_up(state->spent_ms, ms, view->allowed_ms);
	if (!state->choosing)
		return;
	if (state->pressed_ms >= patience_ms(view))
		state->storm_ms =
			fill_up(state->storm_ms, ms, OE_LIMIT_STORM_MS);
	state->pressed_ms = fill_up(state->pressed_ms, ms, patience_ms(view));
}

static enum oe_limit_step be_below(struct oe_limit_state *state,
				   const struct oe_limit_view *view)
{
	if (!state->above)
		return OE_LIMIT_WAIT;
	state->above = false;
	state->warned = false;
	state->choosing = false;
	state->said = false;
	state->below_since_ms = view->now_ms;
	return OE_LIMIT_RECOVERED;
}

/**
 * oe_limit_next - the next step
 * @state: of the user; changed as if the step had been taken
 * @view: the measured values
 *
 * The caller repeats the call until it returns OE_LIMIT_WAIT or
 * OE_LIMIT_CHOOSE.
 *
 * Context: any.
 * Return: &enum oe_limit_step.
 */
enum oe_limit_step oe_limit_next(struct oe_limit_state *state,
				 const struct oe_limit_view *view)
{
	u64 left_ms;

	account_time(state, view);
	if (!is_above(view))
		return be_below(state, view);
	if (!state->above) {
		state->above = true;
		state->since_ms = view->now_ms;
		return OE_LIMIT_EXCEEDED;
	}
	left_ms = oe_limit_left_ms(state, view);
	if (!left_ms) {
		state->choosing = true;
		return OE_LIMIT_CHOOSE;
	}
	if (left_ms > view->warn_ms || state->warned)
		return OE_LIMIT_WAIT;
	state->warned = true;
	return OE_LIMIT_WARNING;
}

/**
 * oe_limit_left_ms - how much of the allowance is left
 * @state: of the user
 * @view: the settings
 *
 * Context: any.
 * Return: ms.
 */
u64 oe_limit_left_ms(const struct oe_limit_state *state,
		     const struct oe_limit_view *view)
{
	return state->spent_ms < view->allowed_ms ?
		       view->allowed_ms - state->spent_ms :
		       0;
}

/**
 * oe_limit_is_calm - may what was asked of processes be forgotten?
 * @state: of the user
 * @view: the settings
 *
 * Context: any.
 * Return: true if the user has been below for as long as an allowance takes.
 */
bool oe_limit_is_calm(const struct oe_limit_state *state,
		      const struct oe_limit_view *view)
{
	return !state->above &&
	       view->now_ms - state->below_since_ms >= view->refill_ms;
}

static enum oe_limit_news follow_ending(struct oe_limit_victim *victim,
					u64 now_ms)
{
	if (!victim->ending) {
		victim->ending = true;
		if (victim->signal != OE_LIMIT_KILLED)
			victim->since_ms = now_ms;
	}
	if (victim->stuck || now_ms - victim->since_ms < OE_LIMIT_STUCK_MS)
		return OE_LIMIT_NOTHING_NEW;
	victim->stuck = true;
	return OE_LIMIT_STUCK;
}

/**
 * oe_limit_follow - what has become of a process that is remembered
 * @victim: the process; changed
 * @fate: its present state
 * @now_ms: as in &struct oe_limit_view
 *
 * Context: any.
 * Return: &enum oe_limit_news.
 */
enum oe_limit_news oe_limit_follow(struct oe_limit_victim *victim,
				   enum oe_limit_fate fate, u64 now_ms)
{
	switch (fate) {
	case OE_LIMIT_GONE:
		return victim->signal ? OE_LIMIT_ENDED : OE_LIMIT_FORGET;
	case OE_LIMIT_ESCAPED:
		return OE_LIMIT_FORGET;
	case OE_LIMIT_ENDING:
		return follow_ending(victim, now_ms);
	case OE_LIMIT_ALIVE:
	case OE_LIMIT_SPARED:
		break;
	}
	if (victim->signal == OE_LIMIT_KILLED)
		return follow_ending(victim, now_ms);
	return victim->signal ? OE_LIMIT_NOTHING_NEW : OE_LIMIT_FORGET;
}

/**
 * oe_limit_is_leaving - does its memory count as given back?
 * @victim: a process that is remembered
 *
 * Context: any.
 * Return: true if it is ending, and not for too long.
 */
bool oe_limit_is_leaving(const struct oe_limit_victim *victim)
{
	return (victim->ending || victim->signal == OE_LIMIT_KILLED) &&
	       !victim->stuck;
}

/**
 * oe_limit_is_asked - has it been asked to end, for the present excess?
 * @victim: a process that is remembered
 *
 * Context: any.
 * Return: true if it comes before processes that have not been asked.
 */
bool oe_limit_is_asked(const struct oe_limit_victim *victim)
{
	return victim->signal == OE_LIMIT_ASKED && !victim->ending &&
	       !victim->cooled;
}

/**
 * oe_limit_treat - a process has been chosen
 * @victim: what is remembered of it, zeroed if nothing; changed as if the
 *	signal had been sent
 * @state: of the user
 * @view: the settings
 *
 * Context: any.
 * Return: which signal to send.
 */
enum oe_limit_signal oe_limit_treat(struct oe_limit_victim *victim,
				    const struct oe_limit_state *state,
				    const struct oe_limit_view *view)
{
	if (victim->signal == OE_LIMIT_ASKED) {
		victim->cooled = false;
		if (view->now_ms - victim->since_ms < view->term_timeout_ms)
			return OE_LIMIT_NO_SIGNAL;
		victim->signal = OE_LIMIT_KILLED;
	} else if (state->pressed_ms >= patience_ms(view)) {
		victim->signal = OE_LIMIT_KILLED;
	} else {
		victim->signal = OE_LIMIT_ASKED;
	}
	victim->since_ms = view->now_ms;
	return victim->signal;
}

/**
 * oe_limit_before - does @a go before @b?
 * @by_rank: the higher ranking goes first, whatever the size
 * @a: one process
 * @b: another one
 *
 * Context: any.
 * Return: false also if they are equal.
 */
bool oe_limit_before(bool by_rank, const struct oe_limit_candidate *a,
		     const struct oe_limit_candidate *b)
{
	if (by_rank && a->rank != b->rank)
		return a->rank > b->rank;
	return a->gain > b->gain;
}

/**
 * oe_limit_breeds - a child has been chosen
 * @brood: of its parent; changed
 * @born_ms: when the child was made
 * @rank: its ranking; 0 if that is its own choice
 *
 * A parent that is not impressed by the end of its children has to go. Any
 * number of children that were there before say nothing about it.
 *
 * Context: any.
 * Return: true if the parent goes on making children.
 */
bool oe_limit_breeds(struct oe_limit_brood *brood, u64 born_ms, u16 rank)
{
	if (born_ms > brood->since_ms) {
		brood->reborn++;
		if (rank > brood->rank)
			brood->rank = rank;
	}
	return brood->reborn >= OE_LIMIT_REBORN;
}

/**
 * oe_limit_parent_goes - does a parent go with its children?
 * @by_rank: the higher ranking goes first
 * @brood: its own
 * @rank: its ranking
 *
 * Context: any.
 * Return: false if it does not breed, or others come before it.
 */
bool oe_limit_parent_goes(bool by_rank, const struct oe_limit_brood *brood,
			  u16 rank)
{
	return brood->reborn >= OE_LIMIT_REBORN &&
	       (!by_rank || rank >= brood->rank);
}

/**
 * oe_limit_note_birth - a process has been chosen
 * @state: of the user; changed
 * @now_ms: as in &struct oe_limit_view
 * @born_ms: when the process was made
 *
 * Context: any.
 * Return: true if that was after the first one was chosen.
 */
bool oe_limit_note_birth(struct oe_limit_state *state, u64 now_ms, u64 born_ms)
{
	if (!state->chosen_since_ms)
		state->chosen_since_ms = now_ms;
	if (born_ms <= state->chosen_since_ms)
		return false;
	state->reborn++;
	return true;
}

/**
 * oe_limit_is_storm - do new processes outrun the choice of victims?
 * @state: of the user, above its limit
 *
 * Context: any.
 * Return: true if it can only end with all processes of the user.
 */
bool oe_limit_is_storm(const struct oe_limit_state *state)
{
	return state->reborn >= OE_LIMIT_STORM &&
	       state->storm_ms >= OE_LIMIT_STORM_MS;
}

/**
 * oe_limit_may_report - is there room for one more report about this user?
 * @state: of the user; changed
 * @now_ms: as in &struct oe_limit_view
 * @is_rare: it must not be lost among others
 *
 * Context: any.
 * Return: false if there were too many in too short a time.
 */
bool oe_limit_may_report(struct oe_limit_state *state, u64 now_ms, bool is_rare)
{
	unsigned int room = OE_LIMIT_REPORTS;
	u64 forgotten =
		div_u64(now_ms - state->reported_ms, OE_LIMIT_REPORT_MS);

	if (forgotten >= state->reports) {
		state->reports = 0;
		state->reported_ms = now_ms;
	} else {
		state->reports -= forgotten;
		state->reported_ms += forgotten * OE_LIMIT_REPORT_MS;
	}
	if (is_rare)
		room += OE_LIMIT_RARE_REPORTS;
	if (state->reports >= room)
		return false;
	state->reports++;
	return true;
}

static unsigned int at_most(unsigned int wait_ms, u64 ms)
{
	return ms && ms < wait_ms ? ms : wait_ms;
}

/**
 * oe_limit_wait_ms - when to look again
 * @state: after oe_limit_next()
 * @view: the same that oe_limit_next() got
 * @pending: processes are ending, or are remembered to have been asked
 * @due_ms: a term timeout ends in so many ms; 0 = none
 * @period_ms: at the latest after this
 *
 * Context: any.
 * Return: ms, > 0, so that neither the allowance nor a timeout is overrun.
 */
unsigned int oe_limit_wait_ms(const struct oe_limit_state *state,
			      const struct oe_limit_view *view, bool pending,
			      u64 due_ms, unsigned int period_ms)
{
	unsigned int wait_ms = period_ms;
	u64 left_ms;

	if (pending)
		wait_ms = at_most(wait_ms, OE_LIMIT_POLL_MS);
	if (!state->above)
		return wait_ms;
	left_ms = oe_limit_left_ms(state, view);
	if (!state->warned && left_ms > view->warn_ms)
		left_ms -= view->warn_ms;
	return at_most(at_most(wait_ms, left_ms), due_ms);
}

/**
 * oe_limit_pause_ms - a pause that nobody can foresee
 * @period_ms: at most this, > 0
 * @random: any
 *
 * A user that knew when the next scan comes could be small then.
 *
 * Context: any.
 * Return: ms: an eighth of @period_ms at least.
 */
unsigned int oe_limit_pause_ms(unsigned int period_ms, u32 random)
{
	unsigned int least_ms = (period_ms + 7) / 8;

	return least_ms + random % (period_ms - least_ms + 1);
}
