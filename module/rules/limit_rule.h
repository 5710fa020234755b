/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The next step against a user with a limit: numbers in, step out. No kernel
 * types beyond <linux/types.h>, no clock, no processes.
 */
#ifndef OE_LIMIT_RULE_H
#define OE_LIMIT_RULE_H

#include <linux/types.h>

enum {
	/* Period of the scans while a victim is ending. */
	OE_LIMIT_POLL_MS = 100,
	/* A victim that has not ended after this is reported. */
	OE_LIMIT_STUCK_MS = 10000,
};

/**
 * enum oe_limit_signal - the last signal that the victim was sent
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
 * enum oe_limit_victim - the state of the victim
 * @OE_LIMIT_ALIVE: it lives and is not exiting; also if there is no victim
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
 * struct oe_limit_view - the values that a scan has measured
 * @now_ms: of a clock that only goes forward
 * @max_kb: the limit; 0 = none
 * @use_kb: how much the user's processes hold
 * @ending_kb: the part of it held by processes that are exiting anyway
 * @allowed_ms: how long it may be above the limit
 * @term_timeout_ms: from SIGTERM to SIGKILL; 0 = SIGKILL immediately
 * @enforce: false: tell only
 * @has_candidate: a process may be chosen
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
 * struct oe_limit_state - the state of a user with a limit
 * @above: above the limit
 * @said: OE_LIMIT_BLOCKED or OE_LIMIT_OBSERVED has been reported
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
 * enum oe_limit_step - the step that is due
 * @OE_LIMIT_WAIT: nothing, until the next scan
 * @OE_LIMIT_EXCEEDED: say that the limit is exceeded
 * @OE_LIMIT_TERMINATE: choose the candidate and send SIGTERM
 * @OE_LIMIT_KILL: send SIGKILL to the victim, or choose the candidate for it
 * @OE_LIMIT_ENDED: the victim has ended; measure again
 * @OE_LIMIT_LET_GO: the victim may not be killed any more; measure again
 * @OE_LIMIT_BLOCKED: say that it stays above: no process may be killed, or the
 *	victim does not end
 * @OE_LIMIT_OBSERVED: say which process would have been chosen
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
