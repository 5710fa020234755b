// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: from samples to levels, and when to look again.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "../rules/watermark.c"

#define N OE_LEVEL_NORMAL
#define W OE_LEVEL_WARNING
#define C OE_LEVEL_CRITICAL
#define I OE_LEVEL_IMMINENT_OOM
#define O OE_LEVEL_OOM

static const struct oe_watermarks all = {
	.kb = { 0, 4000, 3000, 2000, 1000 },
	.hysteresis_kb = 100,
	.debounce_ms = 50,
};

struct step {
	u64 now_ms;
	u64 available_kb;
	enum oe_level level;
};

static void watermark_run(struct kunit *test, const struct oe_watermarks *marks,
			  struct oe_level_state *state,
			  const struct step *steps, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct oe_sample sample = {
			.now_ms = steps[i].now_ms,
			.available_kb = steps[i].available_kb,
			.forecast_ms = -1,
		};

		KUNIT_EXPECT_EQ_MSG(test, (int)steps[i].level,
				    (int)oe_watermark_step(marks, state,
							   &sample),
				    "step %u: %llu kB at %llu ms", i,
				    steps[i].available_kb, steps[i].now_ms);
	}
}

static void run_anew(struct kunit *test, const struct oe_watermarks *marks,
		     const struct step *steps, unsigned int nr)
{
	struct oe_level_state state = {};

	watermark_run(test, marks, &state, steps, nr);
}

#define RUN(test, marks, steps) run_anew(test, marks, steps, ARRAY_SIZE(steps))

static void watermark_falling(struct kunit *test)
{
	static const struct step steps[] = {
		{ 1000, 9000, N }, { 1001, 4000, N }, { 1002, 3999, W },
		{ 1003, 3000, W }, { 1004, 2999, C }, { 1005, 2000, C },
		{ 1006, 1999, I }, { 1007, 1000, I }, { 1008, 999, O },
		{ 1009, 0, O },
	};
	static const struct step at_once[] = {
		{ 1000, 9000, N },
		{ 1001, 500, O },
	};

	RUN(test, &all, steps);
	RUN(test, &all, at_once);
}

static void watermark_hysteresis(struct kunit *test)
{
	/* Around the watermark, never above it and the hysteresis. */
	static const struct step inside[] = {
		{ 1000, 3999, W }, { 2000, 4099, W }, { 3000, 3990, W },
		{ 4000, 4050, W }, { 9000, 4099, W },
	};
	/* Above, but not long enough. */
	static const struct step bouncing[] = {
		{ 1000, 3999, W }, { 1010, 4100, W }, { 1059, 9000, W },
		{ 1060, 4099, W }, { 1100, 4100, W }, { 1110, 9000, W },
		{ 1149, 4100, W }, { 1150, 4100, N }, { 1151, 4000, N },
		{ 1152, 3999, W },
	};

	RUN(test, &all, inside);
	RUN(test, &all, bouncing);
}

/* A level that could be left by now does not make the next look come sooner. */
static void watermark_waits_for_the_last(struct kunit *test)
{
	static const struct step steps[] = {
		{ 1000, 10, O },   { 1010, 1500, O }, { 1030, 2500, O },
		{ 1049, 9000, O }, { 1060, 9000, O },
	};
	const struct oe_sample sample = {
		.now_ms = 1060,
		.available_kb = 9000,
		.forecast_ms = -1,
	};
	struct oe_level_state state = {};

	watermark_run(test, &all, &state, steps, ARRAY_SIZE(steps));
	KUNIT_EXPECT_EQ(test, 20ULL,
			until_settled(&all, &state, &sample, 1000));
}

static void watermark_recovery(struct kunit *test)
{
	/* At once: one step, after the debounce. */
	static const struct step jump[] = {
		{ 1000, 10, O },
		{ 1010, 9000, O },
		{ 1059, 9000, O },
		{ 1060, 9000, N },
	};
	/* Through the levels in less than the debounce: one step, too. */
	static const struct step ramp[] = {
		{ 1000, 10, O },   { 1010, 1500, O }, { 1030, 2500, O },
		{ 1049, 9000, O }, { 1062, 9000, O }, { 1098, 9000, O },
		{ 1099, 9000, N },
	};
	/* Slowly: level by level. */
	static const struct step slow[] = {
		{ 1000, 10, O },   { 1100, 1500, O }, { 1150, 1500, I },
		{ 1200, 2500, I }, { 1250, 2500, C }, { 1300, 3500, C },
		{ 1350, 3500, W }, { 1400, 5000, W }, { 1450, 5000, N },
	};
	/* Around the next watermark: there it is left for what holds. */
	static const struct step around[] = {
		{ 1000, 2500, C }, { 1010, 4200, C }, { 1020, 3990, C },
		{ 1050, 4200, C }, { 1060, 4200, C }, { 1080, 3990, W },
	};
	static const struct step just[] = {
		{ 1000, 2500, C }, { 1010, 4200, C }, { 1040, 3990, C },
		{ 1050, 4200, C }, { 1060, 4200, C }, { 1099, 4200, C },
		{ 1100, 4200, N },
	};

	RUN(test, &all, jump);
	RUN(test, &all, ramp);
	RUN(test, &all, slow);
	RUN(test, &all, around);
	RUN(test, &all, just);
}

static void partly_off(struct kunit *test)
{
	static const struct oe_watermarks some = {
		.kb = { 0, 4000, 0, 2000, 0 },
	};
	static const struct oe_watermarks none = {};
	static const struct step steps[] = {
		{ 1000, 9000, N }, { 1001, 3000, W }, { 1002, 1999, I },
		{ 1003, 0, I },	   { 1004, 2000, W }, { 1005, 4000, N },
	};
	static const struct step never[] = { { 1000, 9000, N },
					     { 1001, 0, N } };

	RUN(test, &some, steps);
	RUN(test, &none, never);
}

/* An OOM enters the level whatever the watermarks; it is left as any other. */
static void after_an_oom(struct kunit *test)
{
	static const struct oe_watermarks no_oom = {
		.kb = { 0, 4000, 3000, 2000, 0 },
		.hysteresis_kb = 100,
		.debounce_ms = 50,
	};
	static const struct step steps[] = {
		{ 1010, 99, O },   { 1100, 99, O },   { 1110, 9000, O },
		{ 1159, 9000, O }, { 1160, 9000, N },
	};
	/* With memory there all the time: after the debounce. */
	static const struct step at_once[] = {
		{ 2010, 9000, O },
		{ 2059, 9000, O },
		{ 2060, 9000, N },
	};
	struct oe_level_state state = {};

	oe_watermark_enter(&state, OE_LEVEL_OOM);
	watermark_run(test, &no_oom, &state, steps, ARRAY_SIZE(steps));
	oe_watermark_enter(&state, OE_LEVEL_OOM);
	watermark_run(test, &no_oom, &state, at_once, ARRAY_SIZE(at_once));
}

static enum oe_level forecast_step(struct oe_level_state *state, u64 now_ms,
				   s64 forecast_ms)
{
	struct oe_watermarks marks = all;
	const struct oe_sample sample = {
		.now_ms = now_ms,
		.available_kb = 9000,
		.forecast_ms = forecast_ms,
	};

	marks.forecast_alert_ms = 300;
	return oe_watermark_step(&marks, state, &sample);
}

static void forecast_alert(struct kunit *test)
{
	struct oe_level_state state = {};

	KUNIT_EXPECT_EQ(test, (int)N, (int)forecast_step(&state, 1000, -1));
	KUNIT_EXPECT_EQ(test, (int)N, (int)forecast_step(&state, 1001, 300));
	KUNIT_EXPECT_EQ(test, (int)I, (int)forecast_step(&state, 1002, 299));
	/* It is left at twice the time, and after the debounce. */
	KUNIT_EXPECT_EQ(test, (int)I, (int)forecast_step(&state, 1100, 599));
	KUNIT_EXPECT_EQ(test, (int)I, (int)forecast_step(&state, 1149, 600));
	KUNIT_EXPECT_EQ(test, (int)N, (int)forecast_step(&state, 1199, -1));
}

/* The levels that are announced on the way from one to another. */
static void told_on_the_way(struct kunit *test)
{
	static const struct oe_watermarks some = {
		.kb = { 0, 4000, 0, 2000, 0 },
	};
	static const struct {
		const struct oe_watermarks *marks;
		u64 available_kb;
		enum oe_level told;
		enum oe_level level;
		enum oe_level next;
	} cases[] = {
		/* Step by step through all that memory fell below. */
		{ &all, 500, N, O, W },
		{ &all, 500, W, O, C },
		{ &all, 500, C, O, I },
		{ &all, 500, I, O, O },
		{ &all, 3999, N, W, W },
		/* Not through what is off. */
		{ &some, 500, N, I, W },
		{ &some, 500, W, I, I },
		{ &some, 0, W, O, I },
		/*
		 * By the forecast, or an OOM with memory left: not through what
		 * it is not below.
		 */
		{ &all, 9000, N, I, I },
		{ &all, 3500, N, O, W },
		{ &all, 3500, W, O, O },
		{ &all, 4000, N, O, O },
		/* Back in one step. */
		{ &all, 9000, O, N, N },
		{ &all, 500, O, W, W },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(
			test, (int)cases[i].next,
			(int)oe_watermark_next(cases[i].marks,
					       cases[i].available_kb,
					       cases[i].told, cases[i].level),
			"case %u", i);
}

static void in_order(struct kunit *test)
{
	static const struct {
		u32 kb[OE_NR_LEVELS];
		bool ok;
	} cases[] = {
		{ { 0, 0, 0, 0, 0 }, true },
		{ { 0, 4, 3, 2, 1 }, true },
		{ { 0, 4, 0, 2, 0 }, true },
		{ { 0, 0, 0, 0, 1 }, true },
		{ { 0, U32_MAX, U32_MAX - 1, 1, 0 }, true },
		{ { 0, 4, 4, 2, 1 }, false },
		{ { 0, 4, 5, 2, 1 }, false },
		{ { 0, 4, 3, 3, 1 }, false },
		{ { 0, 4, 0, 4, 0 }, false },
		{ { 0, 4, 0, 0, 5 }, false },
		{ { 0, 0, 0, 1, 1 }, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_watermarks marks = {};

		memcpy(marks.kb, cases[i].kb, sizeof(marks.kb));
		KUNIT_EXPECT_EQ_MSG(test, cases[i].ok,
				    oe_watermark_in_order(&marks), "case %u",
				    i);
	}
}

static unsigned int watermark_interval(u64 available_kb, u64 dropped_kb,
				       u64 elapsed_ms)
{
	const struct oe_sample sample = {
		.now_ms = 1000,
		.available_kb = available_kb,
		.forecast_ms = -1,
	};
	const struct oe_pace pace = {
		.dropped_kb = dropped_kb,
		.elapsed_ms = elapsed_ms,
	};
	struct oe_level_state state = {};

	oe_watermark_step(&all, &state, &sample);
	return oe_watermark_interval(&all, &state, &sample, &pace);
}

static void watermark_intervals(struct kunit *test)
{
	/* Plenty, and flat. */
	KUNIT_EXPECT_EQ(test, 1000u, watermark_interval(8 << 20, 0, 1000));
	KUNIT_EXPECT_EQ(test, 1000u, watermark_interval(U64_MAX, 0, 1000));
	/* At the fastest that memory can go. */
	KUNIT_EXPECT_EQ(test, 200u,
			watermark_interval(4000 + 200 * 1024, 0, 1000));
	/* Close, but flat: an idle machine stays idle. */
	KUNIT_EXPECT_EQ(test, 25u, watermark_interval(4001, 0, 1000));
	KUNIT_EXPECT_EQ(test, 25u, watermark_interval(10, 0, 1000));
	KUNIT_EXPECT_EQ(test, 25u, watermark_interval(4001, 255, 1));
	/* Falling by 512 kB/ms with 400 MB to go: four looks on the way... */
	KUNIT_EXPECT_EQ(test, 200u,
			watermark_interval(4000 + 400 * 1024, 5120, 10));
	/* ...but never more often than every 2 ms. */
	KUNIT_EXPECT_EQ(test, 2u, watermark_interval(4001, 1000, 1));
	KUNIT_EXPECT_EQ(test, 2u, watermark_interval(0, 1000, 1000));
}

/* There, and not below it: it can be passed in the next moment. */
static void interval_at_a_watermark(struct kunit *test)
{
	static const struct oe_watermarks far = {
		.kb = { 0, 400 << 10, 200 << 10, 2000, 1000 },
	};
	const struct oe_sample sample = { 1000, 400 << 10, -1 };
	const struct oe_pace pace = { .elapsed_ms = 1000 };
	struct oe_level_state state = {};

	KUNIT_EXPECT_EQ(test, (int)N,
			(int)oe_watermark_step(&far, &state, &sample));
	KUNIT_EXPECT_EQ(test, 25u,
			oe_watermark_interval(&far, &state, &sample, &pace));
}

static void intervals_while_settling(struct kunit *test)
{
	struct oe_level_state state = {};
	const struct oe_pace pace = { .elapsed_ms = 10 };
	struct oe_sample sample = { 1000, 3000, -1 };

	oe_watermark_step(&all, &state, &sample);
	sample = (struct oe_sample){ 1040, 9 << 20, -1 };
	oe_watermark_step(&all, &state, &sample);
	KUNIT_EXPECT_EQ(test, (int)W, (int)state.level);
	/* Not a second: just until it may be left. */
	KUNIT_EXPECT_EQ(test, 50u,
			oe_watermark_interval(&all, &state, &sample, &pace));
}

/* The same amount once more would change nothing, unless a level may soon be left. */
static void level_at_rest(struct kunit *test)
{
	static const struct {
		u64 kb;
		bool rests;
	} looks[] = {
		{ 9 << 20, true },  { 3000, true }, { 4000, true },
		{ 9 << 20, false }, { 3000, true }, { 0, true },
	};
	struct oe_level_state state = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(looks); i++) {
		struct oe_sample sample = { 1000 + i, looks[i].kb, -1 };

		oe_watermark_step(&all, &state, &sample);
		KUNIT_EXPECT_EQ(test, looks[i].rests,
				oe_watermark_rests(&all, &state, &sample));
	}
}

static void looks_that_take_long(struct kunit *test)
{
	/* 10 us, as for a few cgroups: nothing changes. */
	KUNIT_EXPECT_EQ(test, 2u, oe_watermark_pause(2, 10 * 1000));
	KUNIT_EXPECT_EQ(test, 1000u, oe_watermark_pause(1000, 1000 * 1000));
	/* 1 ms, for some thousands: a fiftieth of the time. */
	KUNIT_EXPECT_EQ(test, 50u, oe_watermark_pause(2, 1000 * 1000));
	KUNIT_EXPECT_EQ(test, 50u, oe_watermark_pause(25, 1000 * 1000));
	/* A burst must not be missed for long, also if the host stood still. */
	KUNIT_EXPECT_EQ(test, 100u, oe_watermark_pause(2, 1000 * 1000 * 1000));
	KUNIT_EXPECT_EQ(test, 100u, oe_watermark_pause(2, U64_MAX));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(watermark_falling),
	KUNIT_CASE(watermark_hysteresis),
	KUNIT_CASE(watermark_recovery),
	KUNIT_CASE(watermark_waits_for_the_last),
	KUNIT_CASE(partly_off),
	KUNIT_CASE(after_an_oom),
	KUNIT_CASE(forecast_alert),
	KUNIT_CASE(told_on_the_way),
	KUNIT_CASE(in_order),
	KUNIT_CASE(watermark_intervals),
	KUNIT_CASE(interval_at_a_watermark),
	KUNIT_CASE(intervals_while_settling),
	KUNIT_CASE(level_at_rest),
	KUNIT_CASE(looks_that_take_long),
	{},
};

struct kunit_suite oe_watermark_suite = {
	.name = "oom_embedded_watermark",
	.test_cases = cases,
};
