// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: when a user above its limit loses processes, and which.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/string.h>

#include "../rules/limit_rule.c"

enum {
	MAX_KB = 1000,
	ALLOWED_MS = 1000,
	REFILL_MS = 10000,
	TIMEOUT_MS = 500,
	MAX_STEPS = 4,
};

/* A scan, and the steps that follow, up to the last one, which is not WAIT. */
struct scan {
	u64 now_ms;
	u64 use_kb;
	enum oe_limit_step steps[MAX_STEPS];
};

static void limit_play(struct kunit *test, const struct scan *scans,
		       unsigned int nr_scans,
		       const struct oe_limit_view *common)
{
	struct oe_limit_state state = {};
	unsigned int i, k;

	for (i = 0; i < nr_scans; i++) {
		struct oe_limit_view view = *common;

		view.now_ms = scans[i].now_ms;
		view.use_kb = scans[i].use_kb;
		for (k = 0; k < MAX_STEPS; k++) {
			enum oe_limit_step step = oe_limit_next(&state, &view);

			KUNIT_EXPECT_EQ_MSG(test, (int)scans[i].steps[k],
					    (int)step, "scan %u, step %u", i,
					    k);
			if (step == OE_LIMIT_WAIT || step == OE_LIMIT_CHOOSE)
				break;
		}
	}
}

#define PLAY(test, scans, ...)                                            \
	do {                                                              \
		const struct oe_limit_view common = { .max_kb = MAX_KB,   \
						      .term_timeout_ms =  \
							      TIMEOUT_MS, \
						      __VA_ARGS__ };      \
		limit_play(test, scans, ARRAY_SIZE(scans), &common);      \
	} while (0)

static void under_limit(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 0 },
		{ 100, MAX_KB },
		{ 300, 1 },
	};

	PLAY(test, scans);
}

static void no_limit(struct kunit *test)
{
	struct oe_limit_state state = {};
	const struct oe_limit_view view = { .use_kb = U64_MAX };

	KUNIT_EXPECT_EQ(test, (int)OE_LIMIT_WAIT,
			(int)oe_limit_next(&state, &view));
}

static void limit_allowance(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 5000, 1001, { OE_LIMIT_EXCEEDED } },
		{ 5999, 9999 },
		{ 6000, 1001, { OE_LIMIT_CHOOSE } },
		{ 6001, 1001, { OE_LIMIT_CHOOSE } },
		{ 6002, 1000, { OE_LIMIT_RECOVERED } },
	};

	PLAY(test, scans, .allowed_ms = ALLOWED_MS, .refill_ms = REFILL_MS);
}

static void no_allowance(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 1001, { OE_LIMIT_EXCEEDED, OE_LIMIT_CHOOSE } },
	};

	PLAY(test, scans, .refill_ms = REFILL_MS);
}

/* Above for half of the time, and below at each end of the allowance. */
static void limit_saw_tooth(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 1000, 1001, { OE_LIMIT_EXCEEDED } },
		{ 1900, 0, { OE_LIMIT_RECOVERED } },
		/* 900 spent, 90 of them back. */
		{ 2800, 1001, { OE_LIMIT_EXCEEDED } },
		{ 2989, 1001 },
		{ 2990, 1001, { OE_LIMIT_CHOOSE } },
		{ 2991, 0, { OE_LIMIT_RECOVERED } },
		{ 2992, 1001, { OE_LIMIT_EXCEEDED, OE_LIMIT_CHOOSE } },
		{ 2993, 0, { OE_LIMIT_RECOVERED } },
		/* The whole of it is back. */
		{ 12993, 1001, { OE_LIMIT_EXCEEDED } },
		{ 13992, 1001 },
		{ 13993, 1001, { OE_LIMIT_CHOOSE } },
	};

	PLAY(test, scans, .allowed_ms = ALLOWED_MS, .refill_ms = REFILL_MS);
}

/* refill_ms=0: as soon as the user is below. */
static void limit_refill(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 5000, 1001, { OE_LIMIT_EXCEEDED } },
		{ 5999, 9999 },
		{ 6000, 1000, { OE_LIMIT_RECOVERED } },
		{ 6001, 1001, { OE_LIMIT_EXCEEDED } },
		{ 7000, 1001 },
		{ 7001, 1001, { OE_LIMIT_CHOOSE } },
	};

	PLAY(test, scans, .allowed_ms = ALLOWED_MS);
}

static void limit_warning(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 5000, 1001, { OE_LIMIT_EXCEEDED } },
		{ 5799, 1001 },
		{ 5800, 1001, { OE_LIMIT_WARNING } },
		{ 5900, 1001 },
		{ 6000, 1001, { OE_LIMIT_CHOOSE } },
		{ 6001, 0, { OE_LIMIT_RECOVERED } },
	};

	PLAY(test, scans, .allowed_ms = ALLOWED_MS, .warn_ms = 200);
}

struct follow_case {
	struct oe_limit_victim before;
	enum oe_limit_fate fate;
	enum oe_limit_news news;
	bool leaving;
};

/* At 20000. */
static void follow_table(struct kunit *test)
{
	static const struct follow_case cases[] = {
		{ { 0, OE_LIMIT_NO_SIGNAL }, OE_LIMIT_GONE, OE_LIMIT_FORGET },
		{ { 0, OE_LIMIT_ASKED }, OE_LIMIT_GONE, OE_LIMIT_ENDED },
		{ { 0, OE_LIMIT_KILLED }, OE_LIMIT_GONE, OE_LIMIT_ENDED, true },
		{ { 0, OE_LIMIT_ASKED }, OE_LIMIT_ESCAPED, OE_LIMIT_FORGET },
		{ { 0, OE_LIMIT_ASKED }, OE_LIMIT_ALIVE },
		{ { 0, OE_LIMIT_ASKED }, OE_LIMIT_SPARED },
		{ { 0, OE_LIMIT_NO_SIGNAL }, OE_LIMIT_ALIVE, OE_LIMIT_FORGET },
		/* The time begins with the first look at it. */
		{ { 0, OE_LIMIT_NO_SIGNAL }, OE_LIMIT_ENDING, .leaving = true },
		{ { 0, OE_LIMIT_ASKED }, OE_LIMIT_ENDING, .leaving = true },
		{ { 10001, OE_LIMIT_KILLED }, OE_LIMIT_ENDING, .leaving = true },
		{ { 10000, OE_LIMIT_KILLED }, OE_LIMIT_ENDING, OE_LIMIT_STUCK },
		{ { 10000, OE_LIMIT_KILLED }, OE_LIMIT_ALIVE, OE_LIMIT_STUCK },
		{ { 10001, OE_LIMIT_ASKED, .ending = true },
		  OE_LIMIT_ENDING,
		  .leaving = true },
		{ { 10000, OE_LIMIT_ASKED, .ending = true },
		  OE_LIMIT_ENDING,
		  OE_LIMIT_STUCK },
		/* Said once. */
		{ { 1, OE_LIMIT_KILLED, true, true }, OE_LIMIT_ENDING },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_limit_victim victim = cases[i].before;

		KUNIT_EXPECT_EQ_MSG(test, (int)cases[i].news,
				    (int)oe_limit_follow(&victim, cases[i].fate,
							 20000),
				    "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].leaving,
				    oe_limit_is_leaving(&victim), "case %u", i);
	}
}

struct treat_case {
	struct oe_limit_victim before;
	u64 pressed_ms;
	unsigned int term_timeout_ms;
	enum oe_limit_signal signal;
};

/* At 20000. */
static void treat_table(struct kunit *test)
{
	static const struct treat_case cases[] = {
		{ { 0 }, 0, TIMEOUT_MS, OE_LIMIT_ASKED },
		{ { 0 }, 0, 0, OE_LIMIT_KILLED },
		{ { 19501, OE_LIMIT_ASKED }, 0, TIMEOUT_MS },
		{ { 19500, OE_LIMIT_ASKED }, 0, TIMEOUT_MS, OE_LIMIT_KILLED },
		/* Asked before the user was below for a while. */
		{ { 15000, OE_LIMIT_ASKED, .cooled = true },
		  0,
		  TIMEOUT_MS,
		  OE_LIMIT_KILLED },
		{ { 19501, OE_LIMIT_ASKED, .cooled = true }, 0, TIMEOUT_MS },
		/* Others have been asked for long enough. */
		{ { 0 }, 2 * TIMEOUT_MS - 1, TIMEOUT_MS, OE_LIMIT_ASKED },
		{ { 0 }, 2 * TIMEOUT_MS, TIMEOUT_MS, OE_LIMIT_KILLED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct oe_limit_view view = {
			.now_ms = 20000,
			.term_timeout_ms = cases[i].term_timeout_ms,
		};
		const struct oe_limit_state state = {
			.pressed_ms = cases[i].pressed_ms,
		};
		struct oe_limit_victim victim = cases[i].before;

		KUNIT_EXPECT_EQ_MSG(test, (int)cases[i].signal,
				    (int)oe_limit_treat(&victim, &state, &view),
				    "case %u", i);
		KUNIT_EXPECT_FALSE(test, victim.cooled);
	}
}

/* Fills while victims are chosen, and does not forget a moment below. */
static void limit_patience(struct kunit *test)
{
	struct oe_limit_view view = {
		.max_kb = MAX_KB,
		.refill_ms = REFILL_MS,
		.term_timeout_ms = TIMEOUT_MS,
	};
	struct oe_limit_state state = {};
	unsigned int i;

	for (i = 0; i < 20; i++) {
		view.now_ms += 50;
		view.use_kb = MAX_KB + 1;
		while (oe_limit_next(&state, &view) != OE_LIMIT_CHOOSE)
			;
		view.now_ms += 50;
		view.use_kb = 0;
		while (oe_limit_next(&state, &view) != OE_LIMIT_WAIT)
			;
	}
	KUNIT_EXPECT_GT(test, state.pressed_ms, 800ULL);
	KUNIT_EXPECT_LE(test, state.pressed_ms, 1000ULL);
	KUNIT_EXPECT_FALSE(test, oe_limit_is_calm(&state, &view));
	view.now_ms += REFILL_MS;
	oe_limit_next(&state, &view);
	KUNIT_EXPECT_EQ(test, state.pressed_ms, 0ULL);
	KUNIT_EXPECT_TRUE(test, oe_limit_is_calm(&state, &view));
}

static void order_table(struct kunit *test)
{
	const struct oe_limit_candidate small = { 1, 500 };
	const struct oe_limit_candidate big = { 2, 500 };
	const struct oe_limit_candidate offered = { 1, 501 };

	KUNIT_EXPECT_TRUE(test, oe_limit_before(false, &big, &small));
	KUNIT_EXPECT_FALSE(test, oe_limit_before(false, &small, &big));
	KUNIT_EXPECT_FALSE(test, oe_limit_before(false, &small, &small));
	KUNIT_EXPECT_TRUE(test, oe_limit_before(false, &big, &offered));
	KUNIT_EXPECT_TRUE(test, oe_limit_before(true, &offered, &big));
	KUNIT_EXPECT_FALSE(test, oe_limit_before(true, &big, &offered));
	KUNIT_EXPECT_TRUE(test, oe_limit_before(true, &big, &small));
}

static void limit_reports(struct kunit *test)
{
	struct oe_limit_state state = {};
	unsigned int said = 0;
	unsigned int i;
	u64 now_ms;

	for (now_ms = 1000; now_ms < 61000; now_ms += 10)
		said += oe_limit_may_report(&state, now_ms, false);
	KUNIT_EXPECT_EQ(test, said,
			(unsigned int)OE_LIMIT_REPORTS +
				59990 / OE_LIMIT_REPORT_MS);
	KUNIT_EXPECT_FALSE(test,
			   oe_limit_may_report(&state, now_ms - 10, false));
	for (i = 0; i < OE_LIMIT_RARE_REPORTS; i++)
		KUNIT_EXPECT_TRUE(test, oe_limit_may_report(&state, now_ms - 10,
							    true));
	KUNIT_EXPECT_FALSE(test,
			   oe_limit_may_report(&state, now_ms - 10, true));
	KUNIT_EXPECT_TRUE(test, oe_limit_may_report(&state, U64_MAX, false));
}

struct wait_case {
	bool above;
	u64 spent_ms;
	bool pending;
	u64 due_ms;
	unsigned int period_ms;
	unsigned int wait_ms;
};

static void wait_table(struct kunit *test)
{
	static const struct wait_case cases[] = {
		{ false, 0, false, 0, 300, 300 },
		{ false, 900, false, 0, 5000, 5000 },
		{ false, 900, true, 0, 5000, 100 },
		{ true, 0, false, 0, 300, 300 },
		/* To the warning, and from there to the end of the allowance. */
		{ true, 0, false, 0, 5000, 800 },
		{ true, 799, false, 0, 5000, 1 },
		{ true, 800, false, 0, 5000, 200 },
		{ true, 999, false, 0, 5000, 1 },
		{ true, 1000, false, 0, 5000, 5000 },
		{ true, 1000, true, 0, 5000, 100 },
		{ true, 1000, true, 10, 5000, 10 },
		{ true, 1000, true, 200, 5000, 100 },
		{ true, 1000, true, 200, 20, 20 },
	};
	const struct oe_limit_view view = {
		.max_kb = MAX_KB,
		.allowed_ms = ALLOWED_MS,
		.warn_ms = 200,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct oe_limit_state state = {
			.above = cases[i].above,
			.spent_ms = cases[i].spent_ms,
		};

		KUNIT_EXPECT_EQ_MSG(
			test, cases[i].wait_ms,
			oe_limit_wait_ms(&state, &view, cases[i].pending,
					 cases[i].due_ms, cases[i].period_ms),
			"case %u", i);
	}
}

static struct rnd_state random;

static u32 limit_some(u32 below)
{
	return prandom_u32_state(&random) % below;
}

static void limit_pause(struct kunit *test)
{
	static const unsigned int periods[] = { 1, 2, 7, 8, 10, 1000, 60000 };
	unsigned int i, k;

	prandom_seed_state(&random, 1);
	for (i = 0; i < ARRAY_SIZE(periods); i++) {
		unsigned int period_ms = periods[i];
		unsigned int short_ones = 0;

		KUNIT_EXPECT_EQ(test, oe_limit_pause_ms(period_ms, 0),
				DIV_ROUND_UP(period_ms, 8));
		for (k = 0; k < 1000; k++) {
			unsigned int ms = oe_limit_pause_ms(
				period_ms, prandom_u32_state(&random));

			KUNIT_EXPECT_GE(test, 8 * ms, period_ms);
			KUNIT_EXPECT_LE(test, ms, period_ms);
			short_ones += 2 * ms < period_ms;
		}
		if (period_ms >= 8)
			KUNIT_EXPECT_GT(test, short_ones, 200U);
	}
}

/* Random values of the scans: nothing before its time. */
static void limit_never(struct kunit *test)
{
	struct oe_limit_state state = {};
	struct oe_limit_view view = { .max_kb = MAX_KB };
	u64 above_ms = 0;
	unsigned int i;
	u64 seed;

	get_random_bytes(&seed, sizeof(seed));
	kunit_info(test, "seed %llu", seed);
	prandom_seed_state(&random, seed);
	view.allowed_ms = 5000;
	view.refill_ms = 20000;
	for (i = 0; i < 100000; i++) {
		unsigned int ms = limit_some(400);
		bool was_above = state.above;
		enum oe_limit_step step;

		view.now_ms += ms;
		view.use_kb = limit_some(2 * MAX_KB);
		view.term_timeout_ms = limit_some(1000);
		above_ms += was_above ? ms : 0;
		do {
			step = oe_limit_next(&state, &view);
		} while (step != OE_LIMIT_WAIT && step != OE_LIMIT_CHOOSE);
		if (step == OE_LIMIT_CHOOSE) {
			KUNIT_EXPECT_GT(test, view.use_kb, view.max_kb);
			KUNIT_EXPECT_GE(test, above_ms, view.allowed_ms);
		}
		KUNIT_EXPECT_LE(test, state.spent_ms, view.allowed_ms);
		KUNIT_EXPECT_GT(test,
				oe_limit_wait_ms(&state, &view, limit_some(2),
						 limit_some(2), 1000),
				0U);
	}
}

static void limit_brood(struct kunit *test)
{
	struct oe_limit_brood brood = { .since_ms = 1000 };
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_FALSE(test, oe_limit_breeds(&brood, 1000, 900));
	for (i = 1; i < OE_LIMIT_REBORN; i++)
		KUNIT_EXPECT_FALSE(test, oe_limit_breeds(&brood, 1001, 500));
	KUNIT_EXPECT_FALSE(test, oe_limit_parent_goes(false, &brood, 1000));
	KUNIT_EXPECT_TRUE(test, oe_limit_breeds(&brood, 1001, 0));
	KUNIT_EXPECT_TRUE(test, oe_limit_parent_goes(false, &brood, 1));
	KUNIT_EXPECT_FALSE(test, oe_limit_parent_goes(true, &brood, 499));
	KUNIT_EXPECT_TRUE(test, oe_limit_parent_goes(true, &brood, 500));
}

/* Scans each 100 ms, from the first one on above the limit. */
static void storm_scans(struct oe_limit_state *state, u64 until_ms)
{
	struct oe_limit_view view = {
		.now_ms = state->seen_ms,
		.max_kb = MAX_KB,
		.use_kb = MAX_KB + 1,
		.refill_ms = REFILL_MS,
		.term_timeout_ms = TIMEOUT_MS,
	};

	while (view.now_ms < until_ms) {
		view.now_ms += 100;
		while (oe_limit_next(state, &view) != OE_LIMIT_CHOOSE)
			;
	}
}

#include "limit_cases.h"

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(under_limit),
	KUNIT_CASE(no_limit),
	KUNIT_CASE(limit_allowance),
	KUNIT_CASE(no_allowance),
	KUNIT_CASE(limit_saw_tooth),
	KUNIT_CASE(limit_refill),
	KUNIT_CASE(limit_warning),
	KUNIT_CASE(follow_table),
	KUNIT_CASE(treat_table),
	KUNIT_CASE(limit_patience),
	KUNIT_CASE(order_table),
	KUNIT_CASE(limit_reports),
	KUNIT_CASE(wait_table),
	KUNIT_CASE(limit_pause),
	KUNIT_CASE(limit_never),
	KUNIT_CASE(limit_brood),
	KUNIT_CASE(limit_storm),
	KUNIT_CASE(asked_table),
	KUNIT_CASE(brood_of_the_same_moment),
	{},
};

struct kunit_suite oe_limit_suite = {
	.name = "oom_embedded_limit",
	.test_cases = limit_cases,
};
