// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the share of time in a stall, from series of counters.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "../rules/stall.c"

enum {
	WINDOW_MS = 8000,
	PERIOD = WINDOW_MS / (OE_STALL_SAMPLES - 1),
};

/**
 * struct state - the work of a machine in a second
 * @name: for the report
 * @faults: major faults
 * @swapins: pages from swap
 * @ahead: of them ahead of a fault
 * @files: file refaults
 * @anon: anonymous refaults
 * @reads: requests
 * @each_us: the time that each takes
 * @waited_ms: how long tasks wait for room
 * @kswapd_ms: how long kswapd runs, on one of two CPUs
 * @stolen: pages that are reclaimed
 * @on_disk: the swap is
 * @plenty: memory is not short
 * @by_limit: of a memory cgroup
 * @percent: the expected result
 */
struct state {
	const char *name;
	unsigned int faults;
	unsigned int swapins;
	unsigned int ahead;
	unsigned int files;
	unsigned int anon;
	unsigned int reads;
	unsigned int each_us;
	unsigned int waited_ms;
	unsigned int kswapd_ms;
	unsigned int stolen;
	bool on_disk;
	bool plenty;
	bool by_limit;
	unsigned int percent;
};

static const struct state states[] = {
	{ "thrash", 300, 0, 0, 152, 0, 300, 3300, .percent = 50 },
	{ "big file read again", 0, 0, 0, 4900, 0, 300, 3300 },
	{ "cold start", 302, 0, 0, 0, 0, 300, 3300 },
	{ "fast disk", 300, 0, 0, 300, 0, 300, 100, .percent = 3 },
	{ "both, memory to spare", 300, 0, 0, 4900, 0, 300, 3300,
	  .plenty = true },
	{ "more than there is time", 5000, 0, 0, 5000, 0, 5000, 3300,
	  .percent = 100 },
	{ "no read was seen", 300, 0, 0, 300, 0, 0, 0 },
	{ "zram", 9000, 9000, 0, 0, 9000, 300, 3300 },
	{ "zram beside a big file", 9000, 9000, 0, 4900, 9000, 300, 3300 },
	{ "zswap beside a big file", 9000, 0, 0, 4900, 9000, 300, 3300 },
	{ "zram and thrash", 9300, 9000, 0, 152, 9000, 300, 3300,
	  .percent = 50 },
	{ "swap on a disk", 100, 100, 0, 0, 100, 100, 3300, .stolen = 100,
	  .on_disk = true, .percent = 33 },
	{ "with read-ahead", 100, 800, 700, 0, 800, 100, 3300, .stolen = 800,
	  .on_disk = true, .percent = 33 },
	{ "while nothing makes room", 100, 100, 0, 0, 100, 100, 3300,
	  .on_disk = true },
	{ "its first swap-ins", 100, 100, 0, 0, 0, 100, 3300, .on_disk = true },
	{ "zram spiral", 6000, 6000, 0, 0, 6000, 0, 0, 1000, 800, 6000,
	  .percent = 100 },
	{ "at a tenth of that", 600, 600, 0, 0, 600, 0, 0, 100, 80, 600,
	  .percent = 14 },
	{ "cold pages go to zram", 0, 0, 0, 0, 0, 0, 0, 2000, 800, 6000 },
	{ "kswapd keeps up", 3000, 3000, 0, 0, 3000, 0, 0, 0, 800, 3000,
	  .percent = 40 },
	{ "a program from zram beside a big file", 600, 600, 0, 0, 600, 0, 0,
	  400, 200, 12000, .percent = 2 },
	{ "a cgroup at its limit", 6000, 6000, 0, 0, 6000, 0, 0, 0, 0, 0 },
	{ "spiral with memory to spare", 6000, 6000, 0, 0, 6000, 0, 0, 1000,
	  800, 6000, .plenty = true },
	{ "spiral on a disk", 50, 50, 0, 0, 50, 50, 3300, 400, 0, 100,
	  .on_disk = true, .percent = 36 },
	{ "a cgroup thrashes at its limit", 300, 0, 0, 152, 0, 300, 3300,
	  .stolen = 300, .by_limit = true, .percent = 50 },
	{ "others take its file pages", 300, 0, 0, 152, 0, 300, 3300,
	  .by_limit = true },
	{ "cold start beside swap-ins", 300, 800, 700, 0, 800, 400, 1000,
	  .stolen = 800, .on_disk = true, .percent = 10 },
	{ "slow disk, memory to spare", 4, 0, 0, 4, 0, 4, 200000,
	  .plenty = true },
};

/* Too large for the stack. */
static struct oe_stall stall;

static int forget_samples(struct kunit *test)
{
	memset(&stall, 0, sizeof(stall));
	return 0;
}

static void run_state(struct oe_stall_sample *sample, const struct state *state,
		      unsigned int ms)
{
	for (; ms >= PERIOD; ms -= PERIOD) {
		oe_stall_add(&stall, sample, WINDOW_MS);
		sample->now_ms += PERIOD;
		sample->major_faults += state->faults * PERIOD / 1000;
		sample->swapins += state->swapins * PERIOD / 1000;
		sample->swap_ahead += state->ahead * PERIOD / 1000;
		sample->file_refaults += state->files * PERIOD / 1000;
		sample->anon_refaults += state->anon * PERIOD / 1000;
		sample->reads += state->reads * PERIOD / 1000;
		sample->read_us +=
			state->reads * PERIOD / 1000 * state->each_us;
		sample->waited_us += state->waited_ms * PERIOD;
		sample->kswapd_us += state->kswapd_ms * PERIOD;
		sample->stolen += state->stolen * PERIOD / 1000;
		sample->cpus = 2;
		sample->swap_on_disk = state->on_disk;
		sample->short_of_memory = !state->plenty;
		sample->short_of_room = !state->plenty;
		sample->by_limit = state->by_limit;
	}
}

/* All counters begin at @start. */
static unsigned int percent_of(const struct state *state, unsigned long start)
{
	struct oe_stall_sample sample = {
		.now_ms = start,
		.major_faults = start,
		.swapins = start,
		.swap_ahead = start,
		.file_refaults = start,
		.anon_refaults = start,
		.reads = start,
		.read_us = start,
		.waited_us = start,
		.kswapd_us = start,
		.stolen = start,
		.swap_on_disk = state->on_disk,
		.short_of_memory = !state->plenty,
		.short_of_room = !state->plenty,
		.by_limit = state->by_limit,
	};

	memset(&stall, 0, sizeof(stall));
	run_state(&sample, state, 2 * WINDOW_MS);
	return oe_stall_percent(&stall);
}

static void tells_states_apart(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		KUNIT_EXPECT_EQ_MSG(test, percent_of(&states[i], 0),
				    states[i].percent, "%s", states[i].name);
}

static void counters_wrap(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    percent_of(&states[i], ULONG_MAX - 500),
				    states[i].percent, "%s", states[i].name);
}

static const struct state *thrash = &states[0];
static const struct state *cold = &states[2];

static void needs_a_full_window(struct kunit *test)
{
	struct oe_stall_sample sample = { .short_of_memory = true };

	KUNIT_EXPECT_TRUE(test, oe_stall_is_short(14, 100));
	KUNIT_EXPECT_FALSE(test, oe_stall_is_short(15, 100));
	KUNIT_EXPECT_EQ(test, oe_stall_period_ms(WINDOW_MS),
			(unsigned int)PERIOD);
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 0U);
	run_state(&sample, thrash, WINDOW_MS);
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 0U);
	run_state(&sample, thrash, PERIOD);
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 50U);
}

/* Half a window of thrash, wherever in it, is not enough. */
static void needs_both_halves(struct kunit *test)
{
	struct oe_stall_sample sample = { .short_of_memory = true };
	unsigned int ms;

	run_state(&sample, cold, 2 * WINDOW_MS);
	run_state(&sample, thrash, WINDOW_MS / 2);
	for (ms = 0; ms < WINDOW_MS; ms += PERIOD) {
		run_state(&sample, cold, PERIOD);
		KUNIT_EXPECT_LE(test, oe_stall_percent(&stall), 25U);
	}
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 0U);
}

static void pause_begins_anew(struct kunit *test)
{
	struct oe_stall_sample sample = { .short_of_memory = true };

	run_state(&sample, thrash, 2 * WINDOW_MS);
	sample.now_ms += 3600 * 1000;
	sample.major_faults += 1000 * 1000;
	sample.file_refaults += 1000 * 1000;
	run_state(&sample, thrash, WINDOW_MS);
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 0U);
	run_state(&sample, thrash, PERIOD);
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 50U);
}

/* The watcher is often late by a little: only such a pause ends a window. */
static void late_sample_goes_on(struct kunit *test)
{
	struct oe_stall_sample sample = { .short_of_memory = true };

	run_state(&sample, thrash, 2 * WINDOW_MS);
	sample.now_ms += (PERIODS_LATE - 1) * PERIOD - 1;
	oe_stall_add(&stall, &sample, WINDOW_MS);
	KUNIT_EXPECT_EQ(test, stall.nr, (unsigned int)OE_STALL_SAMPLES);
	sample.now_ms += PERIODS_LATE * PERIOD;
	oe_stall_add(&stall, &sample, WINDOW_MS);
	KUNIT_EXPECT_EQ(test, stall.nr, 1U);
}

static void early_samples_are_left_out(struct kunit *test)
{
	struct oe_stall_sample sample = { .short_of_memory = true };
	unsigned int i;

	for (i = 0; i < 2 * OE_STALL_SAMPLES; i++) {
		oe_stall_add(&stall, &sample, WINDOW_MS);
		sample.now_ms += PERIOD / 10;
	}
	KUNIT_EXPECT_EQ(test, stall.nr, 4U);
}

static void read_takes_its_time(struct kunit *test)
{
	const struct oe_stall_sample to = {
		.now_ms = 1,
		.reads = 1,
		.read_us = 600,
		.major_faults = 1,
		.file_refaults = 1,
		.short_of_memory = true,
	};
	const struct oe_stall_sample from = {};

	KUNIT_EXPECT_EQ(test, percent_between(&from, &to), 60U);
}

/* A page from memory is no read: before a swapon, or after a swapoff. */
static void swap_comes_and_goes(struct kunit *test)
{
	struct oe_stall_sample without = {
		.now_ms = 1000,
		.reads = 100,
		.read_us = 100 * 3300,
		.major_faults = 100,
		.swapins = 100,
		.anon_refaults = 100,
		.stolen = 100,
		.short_of_room = true,
	};
	struct oe_stall_sample with = without;
	struct oe_stall_sample before = {};

	with.swap_on_disk = true;
	KUNIT_EXPECT_EQ(test, percent_between(&before, &with), 0U);
	before.swap_on_disk = true;
	KUNIT_EXPECT_EQ(test, percent_between(&before, &without), 0U);
	KUNIT_EXPECT_EQ(test, percent_between(&before, &with), 33U);
}

/* Of the machine's time: swap that could be used makes a spiral no better. */
static void room_is_not_swap(struct kunit *test)
{
	struct oe_stall_sample sample = {};
	unsigned int i;

	for (i = 0; i < OE_STALL_SAMPLES; i++) {
		sample.short_of_room = true;
		oe_stall_add(&stall, &sample, WINDOW_MS);
		sample.now_ms += PERIOD;
		sample.waited_us += PERIOD * 500;
		sample.stolen += 1000;
		sample.anon_refaults += 1000;
	}
	KUNIT_EXPECT_EQ(test, oe_stall_percent(&stall), 50U);
}

/* The window that is meant is the one that is measured, up to a tenth. */
static void looks_fill_the_period(struct kunit *test)
{
	unsigned int ms;

	for (ms = 2000; ms <= 60000; ms += 100) {
		unsigned int period = oe_stall_period_ms(ms);
		unsigned int look = oe_stall_look_ms(ms);

		KUNIT_EXPECT_LE(test, look, 250U);
		KUNIT_EXPECT_LE(test, DIV_ROUND_UP(period, look) * look,
				period + period / 10);
	}
}

static struct kunit_case stall_cases[] = {
	KUNIT_CASE(tells_states_apart),		KUNIT_CASE(counters_wrap),
	KUNIT_CASE(needs_a_full_window),	KUNIT_CASE(needs_both_halves),
	KUNIT_CASE(pause_begins_anew),		KUNIT_CASE(late_sample_goes_on),
	KUNIT_CASE(early_samples_are_left_out), KUNIT_CASE(swap_comes_and_goes),
	KUNIT_CASE(room_is_not_swap),		KUNIT_CASE(read_takes_its_time),
	KUNIT_CASE(looks_fill_the_period),	{},
};

struct kunit_suite oe_stall_suite = {
	.name = "oom_embedded_stall",
	.init = forget_samples,
	.test_cases = stall_cases,
};
