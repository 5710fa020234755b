// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the forecast of series of available memory.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "../rules/forecast.c"

enum {
	PERIOD = OE_FORECAST_PERIOD_MS,
	START_KB = 1000 * 1000,
};

/* Each returns the available memory after so many ms. */
static u64 forecast_constant(unsigned int ms)
{
	return START_KB;
}

/* 100 MB/s, after a second of nothing. */
static u64 forecast_linear(unsigned int ms)
{
	return ms < 1000 ? START_KB : START_KB - (ms - 1000) * 100;
}

/* A tenth of it is lost each second. */
static u64 forecast_exponential(unsigned int ms)
{
	u64 kb = START_KB;

	for (; ms >= 100; ms -= 100)
		kb -= kb / 100;
	return kb;
}

/* 50 MB/s, and 4 MB up or down at any time. */
static u64 forecast_noisy(unsigned int ms)
{
	return START_KB - ms * 50 + (ms * 7919 % 8191) - 4095;
}

/* Noise, and nothing else. */
static u64 forecast_noise(unsigned int ms)
{
	return START_KB + (ms * 7919 % 8191) - 4095;
}

/* 40 MB down in 400 ms, and back up in 100. */
static u64 saw_tooth(unsigned int ms)
{
	unsigned int in = ms % 500;

	return in < 400 ? START_KB - in * 100 : START_KB - (500 - in) * 400;
}

/* A leak of 100 MB/s for 4 s, then its memory is given back. */
static u64 forecast_recovering(unsigned int ms)
{
	return ms < 4000 ? START_KB - ms * 100 : START_KB;
}

/* The forecast after so many ms of a series that is looked at so often. */
static s64 forecast_after(u64 (*series)(unsigned int ms), unsigned int ms,
			  unsigned int every)
{
	struct oe_forecast forecast = {};
	unsigned int now;

	for (now = 0; now <= ms; now += every)
		oe_forecast_add(&forecast, 5000 + now, series(now));
	return oe_forecast_ms(&forecast, series(now - every), 0);
}

static void not_falling(struct kunit *test)
{
	unsigned int ms;

	for (ms = 0; ms < 8000; ms += 130) {
		KUNIT_EXPECT_EQ_MSG(test, -1LL,
				    forecast_after(forecast_constant, ms, 10),
				    "%u ms", ms);
		if (ms < 1000 + PERIOD)
			KUNIT_EXPECT_EQ_MSG(test, -1LL,
					    forecast_after(forecast_linear, ms,
							   10),
					    "%u ms", ms);
	}
}

/* Within a fifth of the truth, once three periods have passed. */
static void linear_leak(struct kunit *test)
{
	static const unsigned int every[] = { 2, 10, 25, 100, 250, 333, 1000 };
	unsigned int ms, i;

	for (i = 0; i < ARRAY_SIZE(every); i++) {
		unsigned int period = max_t(unsigned int, every[i], PERIOD);

		/* A look may come a period late, and its sample one before. */
		for (ms = 1000 + 4 * period; ms < 9000; ms += 110) {
			s64 truth = forecast_linear(ms) / 100;
			s64 forecast =
				forecast_after(forecast_linear, ms, every[i]);

			KUNIT_EXPECT_LT_MSG(
				test, abs(forecast - truth) * 5,
				truth + 5 * every[i],
				"%u ms, looked at every %u ms: %lld instead of %lld",
				ms, every[i], forecast, truth);
		}
	}
}

/* As if it went on at the present rate: 10 % a second are ten seconds. */
static void exponential_leak(struct kunit *test)
{
	unsigned int ms;

	for (ms = 1000; ms < 20000; ms += 330) {
		s64 forecast = forecast_after(forecast_exponential, ms, 10);

		KUNIT_EXPECT_GT_MSG(test, forecast, 8000LL, "%u ms", ms);
		KUNIT_EXPECT_LT_MSG(test, forecast, 12000LL, "%u ms", ms);
	}
}

static void noisy_leak(struct kunit *test)
{
	unsigned int seen = 0;
	unsigned int nr = 0;
	unsigned int ms;

	/* The order is right, for most of the time. */
	for (ms = 2000; ms < 12000; ms += 70) {
		s64 truth = forecast_noisy(ms) / 50;
		s64 forecast = forecast_after(forecast_noisy, ms, 10);

		nr++;
		seen += forecast > truth / 3 && forecast < truth * 3;
	}
	KUNIT_EXPECT_GT(test, seen * 10, nr * 8);
}

static void forecast_swings(struct kunit *test)
{
	unsigned int alarms = 0;
	unsigned int nr = 0;
	unsigned int ms;

	/* Neither is a leak: no alert lasts long. */
	for (ms = 2000; ms < 12000; ms += 70) {
		s64 of_noise = forecast_after(forecast_noise, ms, 10);
		s64 of_saw = forecast_after(saw_tooth, ms, 10);

		nr += 2;
		alarms += of_noise >= 0 && of_noise < 10000;
		alarms += of_saw >= 0 && of_saw < 5000;
	}
	KUNIT_EXPECT_LT(test, alarms * 10, nr);
}

static void forecast_recovery(struct kunit *test)
{
	unsigned int ms;

	KUNIT_EXPECT_GT(test, forecast_after(forecast_recovering, 3990, 10),
			0LL);
	for (ms = 4000 + PERIOD; ms < 8000; ms += 90)
		KUNIT_EXPECT_EQ_MSG(test, -1LL,
				    forecast_after(forecast_recovering, ms, 10),
				    "%u ms", ms);
}

/* Rounding leaves some of the rate: that is no fall. */
static void forecast_of_what_has_stopped(struct kunit *test)
{
	struct oe_forecast forecast = {};
	unsigned int now;

	/* 4 MB/s for 2 s, and then nothing for 10 s. */
	for (now = 0; now <= 12000; now += OE_FORECAST_PERIOD_MS)
		oe_forecast_add(&forecast, 5000 + now,
				START_KB - min(now, 2000U) * 4);
	KUNIT_EXPECT_EQ(test, -1LL,
			oe_forecast_ms(&forecast, START_KB - 8000, START_KB));
}

static void forecast_targets(struct kunit *test)
{
	struct oe_forecast forecast = {};
	unsigned int ms;

	for (ms = 0; ms <= 4000; ms += 10)
		oe_forecast_add(&forecast, ms, forecast_linear(ms));
	/* Only memory above the target counts; below it the forecast is 0. */
	KUNIT_EXPECT_EQ(test, 0LL, oe_forecast_ms(&forecast, 700000, 700000));
	KUNIT_EXPECT_EQ(test, 0LL, oe_forecast_ms(&forecast, 1, 700000));
	KUNIT_EXPECT_LT(test,
			abs(oe_forecast_ms(&forecast, 700000, 600000) - 1000),
			50LL);
	/* Farther than the horizon. */
	KUNIT_EXPECT_EQ(test, -1LL, oe_forecast_ms(&forecast, U64_MAX, 0));
}

/* A pause of some periods is no reason to forget; one of a hundred is. */
static void forecast_after_pause(struct kunit *test)
{
	struct oe_forecast forecast = {};
	s64 rate;

	oe_forecast_add(&forecast, 0, START_KB);
	oe_forecast_add(&forecast, PERIOD, START_KB - 1000);
	rate = forecast.rate;
	KUNIT_EXPECT_LT(test, rate, 0LL);
	oe_forecast_add(&forecast, 10 * PERIOD, START_KB - 1000);
	KUNIT_EXPECT_LT(test, forecast.rate, 0LL);
	KUNIT_EXPECT_GT(test, forecast.rate, rate);
	oe_forecast_add(&forecast, (10 + PERIODS_MAX) * PERIOD,
			START_KB - 1000);
	KUNIT_EXPECT_EQ(test, forecast.rate, 0LL);
}

/* The largest steps there can be do not overflow. */
static void forecast_extremes(struct kunit *test)
{
	struct oe_forecast forecast = {};
	s64 ms;

	oe_forecast_add(&forecast, 0, U64_MAX / 4);
	oe_forecast_add(&forecast, PERIOD, 0);
	oe_forecast_add(&forecast, 2 * PERIOD, 0);
	KUNIT_EXPECT_LT(test, forecast.rate, 0LL);
	ms = oe_forecast_ms(&forecast, 1000, 0);
	KUNIT_EXPECT_EQ(test, 0LL, ms);
	oe_forecast_add(&forecast, U64_MAX / 2, U64_MAX / 4);
	KUNIT_EXPECT_GE(test, forecast.rate, 0LL);
	KUNIT_EXPECT_EQ(test, -1LL, oe_forecast_ms(&forecast, 1000, 0));
	forecast = (struct oe_forecast){};
	oe_forecast_add(&forecast, 0, 0);
	oe_forecast_add(&forecast, PERIOD, U64_MAX / 4);
	KUNIT_EXPECT_GT(test, forecast.rate, 0LL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(not_falling),
	KUNIT_CASE(linear_leak),
	KUNIT_CASE(exponential_leak),
	KUNIT_CASE(noisy_leak),
	KUNIT_CASE(forecast_swings),
	KUNIT_CASE(forecast_recovery),
	KUNIT_CASE(forecast_of_what_has_stopped),
	KUNIT_CASE(forecast_targets),
	KUNIT_CASE(forecast_after_pause),
	KUNIT_CASE(forecast_extremes),
	{},
};

struct kunit_suite oe_forecast_suite = {
	.name = "oom_embedded_forecast",
	.test_cases = cases,
};
