/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens next to a user with a limit: numbers in, step out. No kernel
 * types beyond <linux/types.h>, no clock, no processes.
 */
#ifndef OE_LIMIT_RULE_H
#define OE_LIMIT_RULE_H

#include <linux/types.h>

enum {
	/* How often it is measured while a victim is on its way out. */
	OE_LIMIT_POLL_MS = 100,
	/* A victim that is to die and does not: say so after this. */
	OE_LIMIT_STUCK_MS = 10000,
};

/**
 * enum oe_limit_signal - what the victim has been sent
 * @OE_LIMIT_NO_SIGNAL: nothing; there is no victim
 * @OE_LIMIT_SIGTERM: a request
 * @OE_LIMIT_SIGKILL: an order
 */
enum oe_limit_signal {
	OE_LIMIT_NO_SIGNAL,
	OE_LIMIT_SIGTERM,
	OE_LIMIT_SIGKILL,
};

/**
 * enum oe_limit_victim - what has become of the victim
 * @OE_LIMIT_ALIVE: it goes on as if nothing had happened, also if there is none
 * @OE_LIMIT_ENDING: it is exiting, its memory is still there
 * @OE_LIMIT_GONE: its memory is no longer there
 * @OE_LIMIT_SPARED: it may no longer be killed: another user's, protected
 */
enum oe_limit_victim {
	OE_LIMIT_ALIVE,
	OE_LIMIT_ENDING,
	OE_LIMIT_GONE,
	OE_LIMIT_SPARED,
};

/**
 * struct oe_limit_view - what a scan has found
 * @now_ms: of a clock that only goes forward
 * @max_kb: the limit; 0 = none
 * @use_kb: what the user's processes hold
 * @ending_kb: the part of it held by processes that are exiting anyway
 * @allowed_ms: how long it may be above the limit
 * @term_timeout_ms: from SIGTERM to SIGKILL; 0 = SIGKILL at once
 * @enforce: false: tell only
 * @has_candidate: there is somebody who may be chosen
 * @victim: &enum oe_limit_victim
 */
struct oe_limit_view {
	u64 now_ms;
	u64 max_kb;
	u64 use_kb;
	u64 ending_kb;
	unsigned int allowed_ms;
	unsigned int term_timeout_ms;
	bool enforce;
	bool has_candidate;
	enum oe_limit_victim victim;
};

/**
 * struct oe_limit_state - how far it has come with a user
 * @above: above the limit
 * @said: that nobody may be killed, or that the one killed does not go
 * @signal: &enum oe_limit_signal
 * @since_ms: when a scan first saw it above
 * @signal_ms: when the last signal was sent
 *
 * Starts zeroed.
 */
struct oe_limit_state {
	bool above;
	bool said;
	enum oe_limit_signal signal;
	u64 since_ms;
	u64 signal_ms;
};

/**
 * enum oe_limit_step - what is to be done now
 * @OE_LIMIT_WAIT: nothing, until the next scan
 * @OE_LIMIT_EXCEEDED: say that the limit is exceeded
 * @OE_LIMIT_TERMINATE: choose the candidate and send SIGTERM
 * @OE_LIMIT_KILL: send SIGKILL to the victim, or choose the candidate for it
 * @OE_LIMIT_ENDED: the victim has ended because of us; measure again
 * @OE_LIMIT_LET_GO: the victim may not be killed any more; measure again
 * @OE_LIMIT_BLOCKED: say that it stays above: nobody may be killed, or the one
 *	killed does not go
 * @OE_LIMIT_OBSERVED: say who would have been chosen
 * @OE_LIMIT_RECOVERED: say that it is back under the limit
 */
enum oe_limit_step {
	OE_LIMIT_WAIT,
	OE_LIMIT_EXCEEDED,
	OE_LIMIT_TERMINATE,
	OE_LIMIT_KILL,
	OE_LIMIT_ENDED,
	OE_LIMIT_LET_GO,
	OE_LIMIT_BLOCKED,
	OE_LIMIT_OBSERVED,
	OE_LIMIT_RECOVERED,
};

enum oe_limit_step oe_limit_next(struct oe_limit_state *state,
				 const struct oe_limit_view *view);
unsigned int oe_limit_wait_ms(const struct oe_limit_state *state,
			      const struct oe_limit_view *view,
			      unsigned int period_ms);

#endif /* OE_LIMIT_RULE_H */
