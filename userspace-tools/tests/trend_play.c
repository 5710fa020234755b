// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays weeks of available memory to the trend, with a clock of its own.
 *
 *  trend_play         the stories below: a line "ok ..." or "not ok ..." each
 *  trend_play FILE    writes FILE as the manager would have in this boot, after three days, with
 *                     20 hours left
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/trend.h"

enum {
	STEP_S = 60,
	HOUR_S = 3600,
	DAY_S = OE_TREND_DAY_S,
};

static int nr_failed;

static void check_that(const char *what, bool is_ok)
{
	printf("%s %s\n", is_ok ? "ok" : "not ok", what);
	nr_failed += !is_ok;
}

/* From 0 to 1; the same in each run. */
static double next_noise(void)
{
	static uint32_t state = 1;

	state = state * 1664525U + 1013904223U;
	return (double)(state >> 8) / (1 << 24);
}

/**
 * struct story - how memory goes
 * @start_kb: at the beginning
 * @leak_kb: an hour
 * @leak_from_s: since when
 * @swing_kb: from the best to the worst hour of a day
 * @jitter_kb: at random, from look to look
 * @job_kb: memory of a job that runs each night for half an hour, up to 20 minutes late
 * @step_kb: memory that is gone for good
 * @step_at_s: since when
 * @workday_kb: memory that is taken from Monday to Friday
 * @pile_kb: memory that piles up each day from Monday to Friday, and is dropped then
 */
struct story {
	double start_kb;
	double leak_kb;
	int64_t leak_from_s;
	double swing_kb;
	double jitter_kb;
	double job_kb;
	double step_kb;
	int64_t step_at_s;
	double workday_kb;
	double pile_kb;
};

static double memory_at(const struct story *story, int64_t now_s)
{
	static int64_t job_day = -1;
	static int64_t job_late_s;
	double kb = story->start_kb - next_noise() * story->jitter_kb;
	int64_t of_day_s = now_s % DAY_S;

	if (now_s > story->leak_from_s)
		kb -= (double)(now_s - story->leak_from_s) * story->leak_kb /
		      HOUR_S;
	kb -= story->swing_kb *
	      (1 + sin(2 * 3.14159265 * (double)of_day_s / DAY_S)) / 2;
	if (job_day != now_s / DAY_S) {
		job_day = now_s / DAY_S;
		job_late_s = (int64_t)(next_noise() * 1200);
	}
	if (of_day_s > 3 * HOUR_S + job_late_s &&
	    of_day_s < 3 * HOUR_S + HOUR_S / 2 + job_late_s)
		kb -= story->job_kb;
	if (story->step_kb && now_s > story->step_at_s)
		kb -= story->step_kb;
	if (now_s / DAY_S % 7 < 5)
		kb -= story->workday_kb +
		      story->pile_kb * (double)(now_s % (7 * DAY_S)) / DAY_S;
	return kb;
}

static struct oe_trend trend;

/* When memory is really gone. */
static int64_t end_of(const struct story *story)
{
	int64_t now_s = 0;

	while (memory_at(story, now_s) > 0)
		now_s += STEP_S;
	return now_s;
}

/* Looks from @from_s to @to_s; returns how often the trend said that memory will be gone. */
static int play_story(const struct story *story, int64_t from_s, int64_t to_s)
{
	int nr = 0;

	for (int64_t now_s = from_s; now_s < to_s; now_s += STEP_S)
		if (oe_trend_add(&trend, now_s,
				 (int64_t)memory_at(story, now_s)))
			nr += oe_trend_left_s(&trend, now_s) >= 0;
	return nr;
}

static void begin_trend(void)
{
	char boot_id[OE_BOOT_ID_SIZE];

	oe_state_read_boot_id(boot_id);
	oe_trend_begin(&trend, boot_id);
}

/* Does the trend tell the end within a tenth of what is left? */
static void check_end(const char *what, const struct story *story,
		      int64_t now_s)
{
	int64_t really = end_of(story) - now_s;
	int64_t said = oe_trend_left_s(&trend, now_s);

	printf("# %s: %.1f hours are left, it says %.1f\n", what,
	       (double)really / HOUR_S, (double)said / HOUR_S);
	check_that(what, said >= 0 && said > really - really / 10 &&
				 said < really + really / 10);
}

static void tell_leaks(void)
{
	const struct story slow = {
		.start_kb = 300000,
		.leak_kb = 512,
		.swing_kb = 30000,
		.jitter_kb = 2000,
		.job_kb = 15000,
	};
	const struct story later = {
		.start_kb = 300000,
		.leak_kb = 1024,
		.leak_from_s = 5 * DAY_S,
		.swing_kb = 30000,
		.jitter_kb = 2000,
	};

	begin_trend();
	check_that("nothing is said in the first day",
		   !play_story(&slow, 0, 30 * HOUR_S - STEP_S));
	play_story(&slow, 30 * HOUR_S, 2 * DAY_S);
	check_end("0.5 MB an hour, after two days", &slow, 2 * DAY_S);
	/* The manager was away for some hours. */
	play_story(&slow, 2 * DAY_S + 5 * HOUR_S, 5 * DAY_S);
	check_end("after five days with a gap", &slow, 5 * DAY_S);
	play_story(&slow, 5 * DAY_S, 14 * DAY_S);
	check_end("after two weeks", &slow, 14 * DAY_S);

	begin_trend();
	check_that("no leak, nothing is said",
		   !play_story(&later, 0, 5 * DAY_S));
	play_story(&later, 5 * DAY_S, 7 * DAY_S + 6 * HOUR_S);
	check_end("a leak that begins later", &later, 7 * DAY_S + 6 * HOUR_S);
}

static void tell_rhythms(void)
{
	const struct story day = {
		.start_kb = 200000,
		.swing_kb = 120000,
		.jitter_kb = 4000,
		.job_kb = 50000,
	};
	const struct story week = {
		.start_kb = 200000,
		.swing_kb = 30000,
		.jitter_kb = 2000,
		.workday_kb = 80000,
	};
	const struct story pile = {
		.start_kb = 300000,
		.swing_kb = 30000,
		.jitter_kb = 2000,
		.pile_kb = 20000,
	};
	const struct story step = {
		.start_kb = 200000,
		.swing_kb = 30000,
		.jitter_kb = 2000,
		.step_at_s = 3 * DAY_S + 7 * HOUR_S,
		.step_kb = 50000,
	};

	begin_trend();
	check_that("a rhythm of a day, two weeks: nothing is said",
		   !play_story(&day, 0, 14 * DAY_S));
	begin_trend();
	play_story(&week, 0, 3 * DAY_S);
	check_that("work from Monday to Friday: nothing is said",
		   !play_story(&week, 3 * DAY_S, 35 * DAY_S));
	begin_trend();
	check_that("what piles up in a week is taken for a leak in the first",
		   play_story(&pile, 0, 8 * DAY_S) > 0);
	check_that("and not in the others",
		   !play_story(&pile, 8 * DAY_S, 35 * DAY_S));
	begin_trend();
	check_that("a service that was started: nothing is said",
		   !play_story(&step, 0, 14 * DAY_S));
	begin_trend();
	play_story(&day, 0, 3 * DAY_S);
	check_that("after a month away nothing is known",
		   !play_story(&day, 33 * DAY_S, 34 * DAY_S));
}

static void tell_edges(void)
{
	char boot_id[OE_BOOT_ID_SIZE] = "another";
	const struct story fast = { .start_kb = 92 * 1000, .leak_kb = 1000 };
	static struct oe_trend before;

	begin_trend();
	check_that("a trend of another boot is none",
		   !oe_trend_is_whole(&trend, boot_id));
	check_that("no look, no end", oe_trend_left_s(&trend, 0) == -1);
	oe_trend_add(&trend, 1000, -5);
	oe_trend_add(&trend, 2000, INT64_MAX);
	before = trend;
	check_that("an older look is ignored",
		   !oe_trend_add(&trend, 0, 1) &&
			   !memcmp(&before, &trend, sizeof(trend)));
	memset(&trend.low_kb, 0xff, sizeof(trend.low_kb));
	check_that("nonsense has no end", oe_trend_left_s(&trend, 2000) == -1);
	begin_trend();
	play_story(&fast, 0, 3 * DAY_S);
	check_that("an hour without a look",
		   oe_trend_left_s(&trend, 3 * DAY_S + HOUR_S) > 0);
	check_that("three hours: the manager does not run",
		   oe_trend_left_s(&trend, 3 * DAY_S + 3 * HOUR_S) == -1);
}

static int write_file(const char *path)
{
	const int64_t now_s = oe_trend_now_s();
	const struct story fast = { .start_kb = 92 * 1000, .leak_kb = 1000 };
	int fd;

	begin_trend();
	for (int64_t ago_s = 3 * DAY_S; ago_s >= 0; ago_s -= STEP_S)
		oe_trend_add(&trend, now_s - ago_s,
			     (int64_t)memory_at(&fast, 3 * DAY_S - ago_s));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, &trend, sizeof(trend)) != sizeof(trend))
		return EXIT_FAILURE;
	return close(fd) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return write_file(argv[1]);
	tell_leaks();
	tell_rhythms();
	tell_edges();
	return nr_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
