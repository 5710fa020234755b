/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long memory will last: numbers in, number out.
 */
#ifndef OE_FORECAST_H
#define OE_FORECAST_H

#include <linux/types.h>

enum {
	OE_FORECAST_PERIOD_MS = 250,
	/* Farther away than this is "not falling". */
	OE_FORECAST_MAX_MS = 3600 * 1000,
};

/**
 * struct oe_forecast - how fast memory falls
 * @primed: there was a sample
 * @last_ms: when the last one was
 * @last_kb: available memory then
 * @rate: smoothed, 1/256 KiB per second; negative = memory falls
 * @swing: the same of the absolute rate: equals -@rate if memory only falls
 * @nr_falling: periods in a row with a negative @rate
 *
 * Starts zeroed.
 */
struct oe_forecast {
	bool primed;
	u64 last_ms;
	u64 last_kb;
	s64 rate;
	s64 swing;
	unsigned int nr_falling;
};

void oe_forecast_add(struct oe_forecast *forecast, u64 now_ms,
		     u64 available_kb);
s64 oe_forecast_ms(const struct oe_forecast *forecast, u64 available_kb,
		   u64 target_kb);

#endif /* OE_FORECAST_H */
