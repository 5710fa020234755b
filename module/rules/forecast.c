// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forecast: the memory that is left, divided by an exponentially smoothed
 * rate, in integers.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>

#include "rules/forecast.h"

enum {
	SCALE = 256,
	MS_PER_S = 1000,
	/* 1 KiB a second. Rounding keeps some of a fall that has ended. */
	FALL_MIN = SCALE,
	/* With fewer, a single burst would look like a leak. */
	PERIODS_MIN = 2,
	/* After a pause as long as this, older samples do not count. */
	PERIODS_MAX = 100,
	/* A net fall of less than this part of all movement is a swing. */
	SWING_SHARE = 8,
};

/*
 * Faster than any machine, and a thousandth of the first rate to overflow
 * below.
 */
static const s64 RATE_MAX = S64_MAX / (1000 * 1000);

/*
 * The weight of one more sample grows with the time that it stands for: one
 * half for a period.
 */
static s64 smooth_rate(s64 old, s64 sample, u64 elapsed_ms)
{
	if (elapsed_ms >= PERIODS_MAX * OE_FORECAST_PERIOD_MS)
		return sample;
	return old + div64_s64((sample - old) * (s64)elapsed_ms,
			       elapsed_ms + OE_FORECAST_PERIOD_MS);
}

static s64 rate_between(u64 from_kb, u64 to_kb, u64 elapsed_ms)
{
	s64 difference = (s64)to_kb - (s64)from_kb;
	s64 limit = div_s64(RATE_MAX, SCALE * MS_PER_S);

	difference = clamp(difference, -limit, limit);
	return div64_s64(difference * SCALE * MS_PER_S, elapsed_ms);
}

/**
 * oe_forecast_add - add a sample
 * @forecast: changed
 * @now_ms: any monotonic clock
 * @available_kb: available memory
 *
 * Samples that come faster than the period are left out.
 *
 * Context: any.
 */
void oe_forecast_add(struct oe_forecast *forecast, u64 now_ms, u64 available_kb)
{
	u64 elapsed_ms = now_ms - forecast->last_ms;
	s64 rate;

	if (forecast->primed && elapsed_ms < OE_FORECAST_PERIOD_MS)
		return;
	if (forecast->primed) {
		rate = rate_between(forecast->last_kb, available_kb,
				    elapsed_ms);
		forecast->rate = smooth_rate(forecast->rate, rate, elapsed_ms);
		forecast->swing =
			smooth_rate(forecast->swing, abs(rate), elapsed_ms);
		if (forecast->rate < 0)
			forecast->nr_falling++;
		else
			forecast->nr_falling = 0;
	}
	forecast->primed = true;
	forecast->last_ms = now_ms;
	forecast->last_kb = available_kb;
}

/**
 * oe_forecast_ms - how long until available memory has fallen to a target
 * @forecast: after some samples
 * @available_kb: available memory
 * @target_kb: the target
 *
 * Context: any.
 * Return: ms from now, 0 if it is there already; -1 if memory is not falling,
 * or it would take longer than OE_FORECAST_MAX_MS.
 */
s64 oe_forecast_ms(const struct oe_forecast *forecast, u64 available_kb,
		   u64 target_kb)
{
	u64 fall;
	u64 room;
	u64 ms;

	if (forecast->nr_falling < PERIODS_MIN)
		return -1;
	fall = -forecast->rate;
	if (fall < FALL_MIN || fall * SWING_SHARE < forecast->swing)
		return -1;
	if (available_kb <= target_kb)
		return 0;
	room = min_t(u64, available_kb - target_kb,
		     U64_MAX / (SCALE * MS_PER_S));
	ms = div64_u64(room * SCALE * MS_PER_S, fall);
	return ms > OE_FORECAST_MAX_MS ? -1 : (s64)ms;
}
