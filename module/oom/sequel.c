// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state that a call leaves to the next one in its domain: an emergency that
 * goes on, and memory that is on its way. The files of an emergency have no state
 * of their own; all of it is in &struct oe_domain_state.
 */
#include "core.h"

#include <linux/ktime.h>

#include <uapi/oom_embedded.h>

#include "oom/grace.h"
#include "oom/sequel.h"

enum {
	/*
	 * An episode that ended without a kill goes on, unannounced, if the same
	 * domain calls again so soon. When nobody may be killed in a memory
	 * cgroup, the caller may come back for ever.
	 */
	REOPEN_MS = 100,
	REOPEN_NO_VICTIM_MS = 10000,
	/* Time for SIGTERM to be in vain, and for SIGKILL to get oom_lock. */
	REOPEN_SIGTERM_MS = 2 * OOM_EMBEDDED_EARLY_TERM_MS_MAX,
};

/**
 * oe_sequel_in_aftermath - may memory of the last victim still be on its way?
 * @state: claimed by the caller
 *
 * Context: OOM path.
 * Return: true if so.
 */
bool oe_sequel_in_aftermath(const struct oe_domain_state *state)
{
	return ktime_get_ns() < state->aftermath_until_ns;
}

/**
 * oe_sequel_goes_on - is a call part of the last emergency?
 * @state: claimed by the caller
 * @call: the call
 *
 * Context: OOM path.
 * Return: true if userspace has been told of it already.
 */
bool oe_sequel_goes_on(const struct oe_domain_state *state,
		       const struct oe_call *call)
{
	/* Each request is an emergency of its own, from SIGTERM to SIGKILL. */
	return state->open && ktime_get_ns() < state->reopen_until_ns &&
	       state->episode.call.kind == call->kind &&
	       (call->insists || !oe_kind_is_asked(call->kind)) &&
	       (call->quiet || !state->episode.call.quiet);
}

static u64 reopen_ns(enum oe_outcome outcome)
{
	unsigned int ms = REOPEN_MS;

	if (outcome == OE_OUTCOME_NO_VICTIM)
		ms = REOPEN_NO_VICTIM_MS;
	else if (outcome == OE_OUTCOME_SIGTERM)
		ms = REOPEN_SIGTERM_MS;
	return ms * (u64)NSEC_PER_MSEC;
}

/* A process that got SIGTERM may end at any time before it is killed. */
static u64 aftermath_ns(enum oe_outcome outcome)
{
	unsigned int ms = OE_AFTERMATH_MS;

	if (outcome == OE_OUTCOME_SIGTERM)
		ms += READ_ONCE(oe_config.early_term_ms);
	return ms * (u64)NSEC_PER_MSEC;
}

/**
 * oe_sequel_remember - keep the facts that the next call needs
 * @state: of an episode that has ended
 * @outcome: how
 * @marked: the kernel has marked a process: killed, or ending anyway
 *
 * Context: OOM path, or the settling worker in its place.
 */
void oe_sequel_remember(struct oe_domain_state *state, enum oe_outcome outcome,
			bool marked)
{
	const struct oe_episode *episode = &state->episode;
	bool killed = outcome == OE_OUTCOME_KILLED;

	/* If memory came back, the next shortage is a new episode. */
	state->open = !killed && outcome != OE_OUTCOME_AVOIDED;
	state->reopen_until_ns = episode->ended_ns + reopen_ns(outcome);
	state->nr_retries = killed ? 0 : state->nr_retries + 1;
	if (!marked && !killed && outcome != OE_OUTCOME_SIGTERM)
		return;
	state->aftermath_until_ns = episode->ended_ns + aftermath_ns(outcome);
	if (episode->acked_ns)
		oe_grace_renew(&state->budget);
}
