// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the steps against a user above its limit, and their times.
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
	TIMEOUT_MS = 500,
	MAX_STEPS = 4,
};

/* A scan: its measured values, and the steps that follow, up to OE_LIMIT_WAIT. */
struct scan {
	u64 now_ms;
	u64 use_kb;
	u64 ending_kb;
	bool no_candidate;
	bool observe;
	enum oe_limit_victim victim;
	enum oe_limit_step steps[MAX_STEPS];
};

static bool ends_scan(enum oe_limit_step step)
{
	return step == OE_LIMIT_WAIT || step == OE_LIMIT_ENDED ||
	       step == OE_LIMIT_LET_GO;
}

static void limit_play(struct kunit *test, const struct scan *scans,
		       unsigned int nr_scans, unsigned int allowed_ms,
		       unsigned int term_timeout_ms)
{
	struct oe_limit_state state = {};
	unsigned int i, k;

	for (i = 0; i < nr_scans; i++) {
		const struct scan *scan = &scans[i];
		struct oe_limit_view view = {
			.now_ms = scan->now_ms,
			.max_kb = MAX_KB,
			.use_kb = scan->use_kb,
			.ending_kb = scan->ending_kb,
			.allowed_ms = allowed_ms,
			.term_timeout_ms = term_timeout_ms,
			.enforce = !scan->observe,
			.has_candidate = !scan->no_candidate,
			.victim = scan->victim,
		};

		for (k = 0; k < MAX_STEPS; k++) {
			enum oe_limit_step step = oe_limit_next(&state, &view);

			KUNIT_EXPECT_EQ_MSG(test, (int)scan->steps[k],
					    (int)step, "scan %u, step %u", i,
					    k);
			if (ends_scan(step))
				break;
		}
	}
}

#define PLAY(test, scans, allowed_ms, term_timeout_ms) \
	limit_play(test, scans, ARRAY_SIZE(scans), allowed_ms, term_timeout_ms)

static void under_limit(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 0 },
		{ 100, MAX_KB },
		{ 200, MAX_KB, MAX_KB },
		{ 300, 1, .no_candidate = true },
	};

	PLAY(test, scans, 0, 0);
}

static void no_limit(struct kunit *test)
{
	struct oe_limit_state state = {};
	const struct oe_limit_view view = {
		.use_kb = U64_MAX,
		.enforce = true,
		.has_candidate = true,
	};

	KUNIT_EXPECT_EQ(test, (int)OE_LIMIT_WAIT,
			(int)oe_limit_next(&state, &view));
}

static void limit_allowance(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 5000, 1001, .steps = { OE_LIMIT_EXCEEDED } },
		{ 5999, 9999 },
		/* Back under the limit: it begins again. */
		{ 6000, 1000, .steps = { OE_LIMIT_RECOVERED } },
		{ 6001, 1001, .steps = { OE_LIMIT_EXCEEDED } },
		{ 7000, 1001 },
		{ 7001, 1001, .steps = { OE_LIMIT_TERMINATE } },
	};

	PLAY(test, scans, ALLOWED_MS, TIMEOUT_MS);
}

static void no_allowance(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 1001, .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_TERMINATE } },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

static void limit_timeout(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 10, 1001,
		  .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_TERMINATE } },
		{ 509, 1001 },
		{ 510, 1001, .steps = { OE_LIMIT_KILL } },
		{ 511, 1001, .victim = OE_LIMIT_ENDING },
		{ 600, 0, .victim = OE_LIMIT_GONE,
		  .steps = { OE_LIMIT_ENDED } },
		{ 601, 0, .steps = { OE_LIMIT_RECOVERED } },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

static void no_timeout(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 10, 1001, .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_KILL } },
		{ 11, 1001, .victim = OE_LIMIT_ENDING },
	};

	PLAY(test, scans, 0, 0);
}

/* However long it takes: no SIGKILL, and no other victim. */
static void slow_exit(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 5000, .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_TERMINATE } },
		{ 499, 5000, .victim = OE_LIMIT_ENDING },
		{ 500, 5000, .victim = OE_LIMIT_ENDING },
		{ 9999, 5000, .victim = OE_LIMIT_ENDING },
		{ 10000, 5000, .victim = OE_LIMIT_ENDING,
		  .steps = { OE_LIMIT_BLOCKED } },
		{ 99999, 5000, .victim = OE_LIMIT_ENDING },
		/* Measured again before the next one, which has no allowance. */
		{ 100000, 5000, .victim = OE_LIMIT_GONE,
		  .steps = { OE_LIMIT_ENDED } },
		{ 100001, 2000, .steps = { OE_LIMIT_TERMINATE } },
		{ 100002, 2000, .victim = OE_LIMIT_ENDING },
		{ 100003, 900, .victim = OE_LIMIT_ENDING,
		  .steps = { OE_LIMIT_ENDED } },
		{ 100004, 900, .steps = { OE_LIMIT_RECOVERED } },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

static void limit_shrinks(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 5000, .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_TERMINATE } },
		{ 100, 900, .steps = { OE_LIMIT_RECOVERED } },
		{ 600, 900 },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

static void limit_spared(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 5000, .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_TERMINATE } },
		{ 600, 5000, .victim = OE_LIMIT_SPARED,
		  .steps = { OE_LIMIT_LET_GO } },
		{ 601, 5000, .steps = { OE_LIMIT_TERMINATE } },
		{ 700, 5000, .observe = true, .victim = OE_LIMIT_SPARED,
		  .steps = { OE_LIMIT_LET_GO } },
		{ 701, 5000, .observe = true, .steps = { OE_LIMIT_OBSERVED } },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

static void limit_nobody(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 5000, .no_candidate = true,
		  .steps = { OE_LIMIT_EXCEEDED, OE_LIMIT_BLOCKED } },
		{ 1, 5000, .no_candidate = true },
		{ 2, 5000, .steps = { OE_LIMIT_TERMINATE } },
		{ 3, 5000, .victim = OE_LIMIT_GONE,
		  .steps = { OE_LIMIT_ENDED } },
		/* Said again, because something has happened between. */
		{ 4, 4000, .no_candidate = true,
		  .steps = { OE_LIMIT_BLOCKED } },
		{ 5, 4000, .no_candidate = true },
		{ 6, 0, .no_candidate = true, .steps = { OE_LIMIT_RECOVERED } },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

static void limit_observe(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 5000, .observe = true, .steps = { OE_LIMIT_EXCEEDED } },
		{ 1000, 5000, .observe = true, .steps = { OE_LIMIT_OBSERVED } },
		{ 9000, 5000, .observe = true },
		{ 9001, 5000, .steps = { OE_LIMIT_TERMINATE } },
	};

	PLAY(test, scans, ALLOWED_MS, TIMEOUT_MS);
}

/* Others are exiting: waited for, as long as that would be enough. */
static void others_end(struct kunit *test)
{
	static const struct scan scans[] = {
		{ 0, 5000, 4000, .steps = { OE_LIMIT_EXCEEDED } },
		{ 1, 5000, 3999, .steps = { OE_LIMIT_TERMINATE } },
	};

	PLAY(test, scans, 0, TIMEOUT_MS);
}

struct wait_case {
	bool above;
	enum oe_limit_signal signal;
	u64 since_ms;
	u64 signal_ms;
	u64 ending_kb;
	unsigned int period_ms;
	unsigned int wait_ms;
};

/* At 10000, with 1000 allowed and a timeout of 500. */
static void wait_table(struct kunit *test)
{
	static const struct wait_case cases[] = {
		{ false, OE_LIMIT_NO_SIGNAL, 0, 0, 0, 300, 300 },
		{ true, OE_LIMIT_NO_SIGNAL, 10000, 0, 0, 300, 300 },
		{ true, OE_LIMIT_NO_SIGNAL, 10000, 0, 0, 5000, 1000 },
		{ true, OE_LIMIT_NO_SIGNAL, 9001, 0, 0, 5000, 1 },
		{ true, OE_LIMIT_NO_SIGNAL, 9000, 0, 0, 5000, 5000 },
		{ true, OE_LIMIT_NO_SIGNAL, 9000, 0, 1, 5000, 100 },
		{ true, OE_LIMIT_SIGTERM, 9000, 10000, 0, 5000, 100 },
		{ true, OE_LIMIT_SIGTERM, 9000, 10000, 0, 20, 20 },
		{ true, OE_LIMIT_SIGTERM, 9000, 9510, 0, 5000, 10 },
		{ true, OE_LIMIT_SIGTERM, 9000, 9000, 0, 5000, 100 },
		{ true, OE_LIMIT_SIGKILL, 9000, 9999, 0, 5000, 100 },
	};
	const struct oe_limit_view common = {
		.now_ms = 10000,
		.max_kb = MAX_KB,
		.allowed_ms = ALLOWED_MS,
		.term_timeout_ms = TIMEOUT_MS,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_limit_view view = common;
		struct oe_limit_state state = {
			.above = cases[i].above,
			.signal = cases[i].signal,
			.since_ms = cases[i].since_ms,
			.signal_ms = cases[i].signal_ms,
		};

		view.ending_kb = cases[i].ending_kb;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].wait_ms,
				    oe_limit_wait_ms(&state, &view,
						     cases[i].period_ms),
				    "case %u", i);
	}
}

static struct rnd_state random;

static u32 limit_some(u32 below)
{
	return prandom_u32_state(&random) % below;
}

/* Random values of the scans. */
static void limit_never(struct kunit *test)
{
	struct oe_limit_state state = {};
	struct oe_limit_view view = { .max_kb = MAX_KB };
	unsigned int i;
	u64 seed;

	get_random_bytes(&seed, sizeof(seed));
	kunit_info(test, "seed %llu", seed);
	prandom_seed_state(&random, seed);
	for (i = 0; i < 100000; i++) {
		enum oe_limit_signal before = state.signal;
		enum oe_limit_step step;

		view.now_ms += limit_some(400);
		view.use_kb = limit_some(2 * MAX_KB);
		view.ending_kb = limit_some(view.use_kb + 1);
		view.allowed_ms = limit_some(1000);
		view.term_timeout_ms = limit_some(1000);
		view.enforce = limit_some(4);
		view.has_candidate = limit_some(4);
		view.victim = limit_some(4);
		/* A mode that forbids it spares the victim. */
		if (!view.enforce && view.victim == OE_LIMIT_ALIVE)
			view.victim = OE_LIMIT_SPARED;
		step = oe_limit_next(&state, &view);
		if (step == OE_LIMIT_TERMINATE || step == OE_LIMIT_KILL) {
			KUNIT_EXPECT_GT(test, view.use_kb, view.max_kb);
			KUNIT_EXPECT_TRUE(test, view.enforce);
			KUNIT_EXPECT_GE(test, view.now_ms,
					state.since_ms +
						(before ? 0 : view.allowed_ms));
			KUNIT_EXPECT_TRUE(test, before || view.has_candidate);
			/* One at a time. */
			KUNIT_EXPECT_TRUE(
				test, !before || (before == OE_LIMIT_SIGTERM &&
						  step == OE_LIMIT_KILL));
		}
		KUNIT_EXPECT_GT(test, oe_limit_wait_ms(&state, &view, 1000),
				0U);
	}
}

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(under_limit),
	KUNIT_CASE(no_limit),
	KUNIT_CASE(limit_allowance),
	KUNIT_CASE(no_allowance),
	KUNIT_CASE(limit_timeout),
	KUNIT_CASE(no_timeout),
	KUNIT_CASE(slow_exit),
	KUNIT_CASE(limit_shrinks),
	KUNIT_CASE(limit_spared),
	KUNIT_CASE(limit_nobody),
	KUNIT_CASE(limit_observe),
	KUNIT_CASE(others_end),
	KUNIT_CASE(wait_table),
	KUNIT_CASE(limit_never),
	{},
};

struct kunit_suite oe_limit_suite = {
	.name = "oom_embedded_limit",
	.test_cases = limit_cases,
};
