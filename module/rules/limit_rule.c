// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a user above the limit loses a process: pure decisions.
 *
 *	under --(use > max)--> above --(allowed_ms)--> SIGTERM
 *	  ^                                              | term_timeout_ms
 *	  |                                              v
 *	  +--(use <= max, at any time)-- gone? <------ SIGKILL
 *	                                   |
 *	                                   +--> measure again, next
 */
#include "rules/limit_rule.h"

static bool is_above(const struct oe_limit_view *view)
{
	return view->max_kb && view->use_kb > view->max_kb;
}

static bool say_once(struct oe_limit_state *state)
{
	bool first = !state->said;

	state->said = true;
	return first;
}

static enum oe_limit_step forget_victim(struct oe_limit_state *state,
					enum oe_limit_step step)
{
	state->signal = OE_LIMIT_NO_SIGNAL;
	return step;
}

static enum oe_limit_step send_signal(struct oe_limit_state *state,
				      const struct oe_limit_view *view,
				      enum oe_limit_signal signal)
{
	state->signal = signal;
	state->signal_ms = view->now_ms;
	state->said = false;
	return signal == OE_LIMIT_SIGTERM ? OE_LIMIT_TERMINATE : OE_LIMIT_KILL;
}

static enum oe_limit_step hurry_victim(struct oe_limit_state *state,
				       const struct oe_limit_view *view)
{
	u64 waited_ms = view->now_ms - state->signal_ms;

	/* A SIGKILL adds nothing to an exit that is under way. */
	if (state->signal == OE_LIMIT_SIGTERM && view->victim == OE_LIMIT_ALIVE)
		return waited_ms < view->term_timeout_ms ?
			       OE_LIMIT_WAIT :
			       send_signal(state, view, OE_LIMIT_SIGKILL);
	if (waited_ms >= OE_LIMIT_STUCK_MS && say_once(state))
		return OE_LIMIT_BLOCKED;
	return OE_LIMIT_WAIT;
}

static enum oe_limit_step choose_victim(struct oe_limit_state *state,
					const struct oe_limit_view *view)
{
	/* Other processes are exiting, and their memory is enough. */
	if (view->use_kb - view->ending_kb <= view->max_kb)
		return OE_LIMIT_WAIT;
	if (!view->has_candidate)
		return say_once(state) ? OE_LIMIT_BLOCKED : OE_LIMIT_WAIT;
	if (!view->enforce)
		return say_once(state) ? OE_LIMIT_OBSERVED : OE_LIMIT_WAIT;
	return send_signal(state, view,
			   view->term_timeout_ms ? OE_LIMIT_SIGTERM :
						   OE_LIMIT_SIGKILL);
}

/**
 * oe_limit_next - the next step
 * @state: of the user; changed as if the step had been taken
 * @view: the measured values
 *
 * The caller repeats the call until it returns OE_LIMIT_WAIT, OE_LIMIT_ENDED or
 * OE_LIMIT_LET_GO. A signal that could not be sent is taken back by setting
 * @state's signal to OE_LIMIT_NO_SIGNAL.
 *
 * Context: any.
 * Return: &enum oe_limit_step.
 */
enum oe_limit_step oe_limit_next(struct oe_limit_state *state,
				 const struct oe_limit_view *view)
{
	bool above = is_above(view);

	if (state->signal) {
		if (view->victim == OE_LIMIT_GONE ||
		    (view->victim == OE_LIMIT_ENDING && !above))
			return forget_victim(state, OE_LIMIT_ENDED);
		if (view->victim == OE_LIMIT_SPARED)
			return forget_victim(state, OE_LIMIT_LET_GO);
	}
	if (!above) {
		bool was_above = state->above;

		*state = (struct oe_limit_state){};
		return was_above ? OE_LIMIT_RECOVERED : OE_LIMIT_WAIT;
	}
	if (!state->above) {
		state->above = true;
		state->since_ms = view->now_ms;
		return OE_LIMIT_EXCEEDED;
	}
	if (state->signal)
		return hurry_victim(state, view);
	if (view->now_ms - state->since_ms < view->allowed_ms)
		return OE_LIMIT_WAIT;
	return choose_victim(state, view);
}

static unsigned int not_after(unsigned int wait_ms, u64 since_ms, u64 length_ms,
			      u64 now_ms)
{
	u64 passed_ms = now_ms - since_ms;

	if (passed_ms < length_ms && length_ms - passed_ms < wait_ms)
		return length_ms - passed_ms;
	return wait_ms;
}

/**
 * oe_limit_wait_ms - when to look again
 * @state: after oe_limit_next()
 * @view: the same that oe_limit_next() got
 * @period_ms: at the latest after this
 *
 * Context: any.
 * Return: ms, so that neither the allowance nor the term timeout is overrun.
 */
unsigned int oe_limit_wait_ms(const struct oe_limit_state *state,
			      const struct oe_limit_view *view,
			      unsigned int period_ms)
{
	unsigned int wait_ms = period_ms;

	if (!state->above)
		return wait_ms;
	if (!state->signal) {
		if (view->ending_kb && wait_ms > OE_LIMIT_POLL_MS)
			wait_ms = OE_LIMIT_POLL_MS;
		return not_after(wait_ms, state->since_ms, view->allowed_ms,
				 view->now_ms);
	}
	if (wait_ms > OE_LIMIT_POLL_MS)
		wait_ms = OE_LIMIT_POLL_MS;
	if (state->signal == OE_LIMIT_SIGTERM)
		return not_after(wait_ms, state->signal_ms,
				 view->term_timeout_ms, view->now_ms);
	return wait_ms;
}
