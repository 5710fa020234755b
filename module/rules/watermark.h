/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From available memory to a level: numbers in, level out. All state is passed
 * in by the caller, so that the watcher and the tests run the same code.
 */
#ifndef OE_WATERMARK_H
#define OE_WATERMARK_H

#include <linux/types.h>

/**
 * enum oe_level - how short memory is
 * @OE_LEVEL_NORMAL: not short
 * @OE_LEVEL_WARNING: time to drop caches
 * @OE_LEVEL_CRITICAL: time to stop optional work
 * @OE_LEVEL_IMMINENT_OOM: the OOM killer is about to be called
 * @OE_LEVEL_OOM: the OOM killer has been called
 * @OE_NR_LEVELS: how many there are
 */
enum oe_level {
	OE_LEVEL_NORMAL,
	OE_LEVEL_WARNING,
	OE_LEVEL_CRITICAL,
	OE_LEVEL_IMMINENT_OOM,
	OE_LEVEL_OOM,
	OE_NR_LEVELS,
};

/**
 * struct oe_watermarks - when a level is entered and left
 * @kb: by &enum oe_level: it is entered when less than this is available; 0 =
 *	not by available memory. Of those that are not 0 each is smaller than
 *	the one before. kb[OE_LEVEL_NORMAL] is not used.
 * @hysteresis_kb: it is left when this much more than its watermark is
 *	available
 * @debounce_ms: for this long
 * @forecast_alert_ms: OE_LEVEL_IMMINENT_OOM is also entered when the forecast
 *	is shorter; 0 = it is not
 */
struct oe_watermarks {
	u32 kb[OE_NR_LEVELS];
	u32 hysteresis_kb;
	u32 debounce_ms;
	u32 forecast_alert_ms;
};

/**
 * struct oe_level_state - the present level, and since when levels may be left
 * @level: the present one
 * @held: by &enum oe_level: memory is too short to leave this level
 * @free_ms: for a level that is not @held, since when
 *
 * Starts zeroed.
 */
struct oe_level_state {
	enum oe_level level;
	bool held[OE_NR_LEVELS];
	u64 free_ms[OE_NR_LEVELS];
};

/**
 * struct oe_sample - one look at the memory
 * @now_ms: any monotonic clock
 * @available_kb: see oe_supply_for_level()
 * @forecast_ms: see oe_forecast_ms()
 */
struct oe_sample {
	u64 now_ms;
	u64 available_kb;
	s64 forecast_ms;
};

/**
 * struct oe_pace - how fast memory falls, for oe_watermark_interval()
 * @dropped_kb: how much less there is than at the sample before
 * @elapsed_ms: since then
 */
struct oe_pace {
	u64 dropped_kb;
	u64 elapsed_ms;
};

enum {
	/* Bounds of oe_watermark_interval(), in ms. */
	OE_INTERVAL_FALLING_MS = 2,
	OE_INTERVAL_FLAT_MS = 25,
	OE_INTERVAL_MAX_MS = 1000,
};

void oe_watermark_enter(struct oe_level_state *state, enum oe_level level);
bool oe_watermark_in_order(const struct oe_watermarks *marks);
enum oe_level oe_watermark_step(const struct oe_watermarks *marks,
				struct oe_level_state *state,
				const struct oe_sample *sample);
bool oe_watermark_rests(const struct oe_watermarks *marks,
			const struct oe_level_state *state,
			const struct oe_sample *sample);
enum oe_level oe_watermark_next(const struct oe_watermarks *marks,
				u64 available_kb, enum oe_level told,
				enum oe_level level);
unsigned int oe_watermark_interval(const struct oe_watermarks *marks,
				   const struct oe_level_state *state,
				   const struct oe_sample *sample,
				   const struct oe_pace *pace);
unsigned int oe_watermark_pause(unsigned int ms, u64 took_ns);
const char *oe_level_name(enum oe_level level);

#endif /* OE_WATERMARK_H */
