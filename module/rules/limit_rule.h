/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The next step against a user with a limit: numbers in, step out. No kernel
 * types beyond <linux/types.h>, no clock, no processes.
 */
#ifndef OE_LIMIT_RULE_H
#define OE_LIMIT_RULE_H

#include <linux/types.h>

enum {
	/* Period of the scans while a process is being ended. */
	OE_LIMIT_POLL_MS = 100,
	/* A process that is ending is waited for this long, then reported. */
	OE_LIMIT_STUCK_MS = 10000,
	/* After so many term timeouts a new victim is not asked any more. */
	OE_LIMIT_PATIENCE = 2,
	/* Reports at a time, and after how long there is room for one more. */
	OE_LIMIT_REPORTS = 30,
	OE_LIMIT_REPORT_MS = 500,
	/* At a time, if ordinary ones have filled that. */
	OE_LIMIT_RARE_REPORTS = 10,
	/* After so many children made anew their parent has to go, too. */
	OE_LIMIT_REBORN = 8,
	/* A storm: so many made anew, for so long after the patience. */
	OE_LIMIT_STORM = 16,
	OE_LIMIT_STORM_MS = 4000,
};

/**
 * enum oe_limit_signal - the last signal that a process was sent
 * @OE_LIMIT_NO_SIGNAL: nothing
 * @OE_LIMIT_ASKED: a request to end
 * @OE_LIMIT_KILLED: SIGKILL
 */
enum oe_limit_signal {
	OE_LIMIT_NO_SIGNAL,
	OE_LIMIT_ASKED,
	OE_LIMIT_KILLED,
};

/**
 * enum oe_limit_fate - the state of a process that is remembered
 * @OE_LIMIT_ALIVE: it lives, is not ending, and may be killed
 * @OE_LIMIT_SPARED: it lives, and may not be killed at present: protected, or
 *	the mode forbids it
 * @OE_LIMIT_ENDING: it is exiting, its memory is still there
 * @OE_LIMIT_GONE: its memory is no longer there
 * @OE_LIMIT_ESCAPED: the limit is no longer about it
 */
enum oe_limit_fate {
	OE_LIMIT_ALIVE,
	OE_LIMIT_SPARED,
	OE_LIMIT_ENDING,
	OE_LIMIT_GONE,
	OE_LIMIT_ESCAPED,
};

/**
 * struct oe_limit_victim - what is remembered of a process
 * @since_ms: when the last signal was sent; once it is ending, when that began
 * @signal: &enum oe_limit_signal
 * @ending: it is exiting
 * @stuck: it has been ending for too long, and is not waited for any more
 * @cooled: the user was back under the limit after it had been asked
 *
 * Starts zeroed.
 */
struct oe_limit_victim {
	u64 since_ms;
	u8 signal;
	bool ending;
	bool stuck;
	bool cooled;
};

/**
 * struct oe_limit_candidate - a process that may be chosen
 * @gain: what its end brings
 * @rank: its ranking
 */
struct oe_limit_candidate {
	u64 gain;
	u16 rank;
};

/**
 * struct oe_limit_brood - the children of a process that had to be chosen
 * @since_ms: when the first of them was
 * @reborn: how many of them were born after that
 * @rank: the highest ranking of these that is not their own choice
 */
struct oe_limit_brood {
	u64 since_ms;
	unsigned int reborn;
	u16 rank;
};

/**
 * struct oe_limit_view - the settings, and what a scan has measured
 * @now_ms: of a clock that only goes forward
 * @max_kb: the limit; 0 = none
 * @use_kb: how much the user holds
 * @allowed_ms: how long it may be above the limit
 * @refill_ms: how long it has to be below for a whole allowance; 0 = no time
 * @warn_ms: this long before the allowance ends the user is warned
 * @term_timeout_ms: from the request to SIGKILL; 0 = SIGKILL immediately
 */
struct oe_limit_view {
	u64 now_ms;
	u64 max_kb;
	u64 use_kb;
	unsigned int allowed_ms;
	unsigned int refill_ms;
	unsigned int warn_ms;
	unsigned int term_timeout_ms;
};

/**
 * struct oe_limit_state - the state of a user with a limit
 * @above: above the limit
 * @warned: that the allowance ends has been said
 * @choosing: the allowance has ended
 * @said: that it stays above has been said
 * @since_ms: when a scan first saw it above
 * @below_since_ms: when a scan first saw it below again
 * @seen_ms: the last scan
 * @spent_ms: of the allowance, at most all of it
 * @pressed_ms: how long victims have been chosen
 * @storm_ms: how long that has been so after the patience
 * @chosen_since_ms: when the first one was chosen; 0 = none, or long ago
 * @reborn: chosen ones that were born after that
 * @reports: how many reports there have been, less those forgotten
 * @reported_ms: until when reports have been forgotten
 *
 * @spent_ms, @pressed_ms and @storm_ms are leaky buckets: they fill while the
 * user is above the limit, and take @refill_ms of the view to drain.
 *
 * Starts zeroed.
 */
struct oe_limit_state {
	bool above;
	bool warned;
	bool choosing;
	bool said;
	u64 since_ms;
	u64 below_since_ms;
	u64 seen_ms;
	u64 spent_ms;
	u64 pressed_ms;
	u64 storm_ms;
	u64 chosen_since_ms;
	unsigned int reborn;
	unsigned int reports;
	u64 reported_ms;
};

/**
 * enum oe_limit_step - what is due for a user
 * @OE_LIMIT_WAIT: nothing, until the next scan
 * @OE_LIMIT_EXCEEDED: say that the limit is exceeded
 * @OE_LIMIT_WARNING: say that the allowance is about to end
 * @OE_LIMIT_CHOOSE: end processes, as many as the excess needs
 * @OE_LIMIT_RECOVERED: say that it is back under the limit
 */
enum oe_limit_step {
	OE_LIMIT_WAIT,
	OE_LIMIT_EXCEEDED,
	OE_LIMIT_WARNING,
	OE_LIMIT_CHOOSE,
	OE_LIMIT_RECOVERED,
};

/**
 * enum oe_limit_news - what has become of a process that is remembered
 * @OE_LIMIT_NOTHING_NEW: go on remembering it
 * @OE_LIMIT_FORGET: it is of no interest any more
 * @OE_LIMIT_ENDED: the signal has ended it: count it, forget it
 * @OE_LIMIT_STUCK: it has not ended in time: say so
 */
enum oe_limit_news {
	OE_LIMIT_NOTHING_NEW,
	OE_LIMIT_FORGET,
	OE_LIMIT_ENDED,
	OE_LIMIT_STUCK,
};

enum oe_limit_step oe_limit_next(struct oe_limit_state *state,
				 const struct oe_limit_view *view);
u64 oe_limit_left_ms(const struct oe_limit_state *state,
		     const struct oe_limit_view *view);
bool oe_limit_is_calm(const struct oe_limit_state *state,
		      const struct oe_limit_view *view);
enum oe_limit_news oe_limit_follow(struct oe_limit_victim *victim,
				   enum oe_limit_fate fate, u64 now_ms);
bool oe_limit_is_leaving(const struct oe_limit_victim *victim);
bool oe_limit_is_asked(const struct oe_limit_victim *victim);
enum oe_limit_signal oe_limit_treat(struct oe_limit_victim *victim,
				    const struct oe_limit_state *state,
				    const struct oe_limit_view *view);
bool oe_limit_before(bool by_rank, const struct oe_limit_candidate *a,
		     const struct oe_limit_candidate *b);
bool oe_limit_breeds(struct oe_limit_brood *brood, u64 born_ms, u16 rank);
bool oe_limit_parent_goes(bool by_rank, const struct oe_limit_brood *brood,
			  u16 rank);
bool oe_limit_note_birth(struct oe_limit_state *state, u64 now_ms, u64 born_ms);
bool oe_limit_is_storm(const struct oe_limit_state *state);
bool oe_limit_may_report(struct oe_limit_state *state, u64 now_ms,
			 bool is_rare);
unsigned int oe_limit_wait_ms(const struct oe_limit_state *state,
			      const struct oe_limit_view *view, bool pending,
			      u64 due_ms, unsigned int period_ms);
unsigned int oe_limit_pause_ms(unsigned int period_ms, u32 random);

#endif /* OE_LIMIT_RULE_H */
