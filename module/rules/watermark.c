// SPDX-License-Identifier: GPL-2.0-only
/*
 * The present level, and the time of the next look: pure functions.
 *
 * A worse level is entered immediately. A level is left when memory has been
 * above its watermark and the hysteresis for the debounce time. A machine that
 * recovers quickly does so in one step, past all levels for which the same is
 * true.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <uapi/oom_embedded.h>

#include "rules/watermark.h"

enum {
	/* Nothing fills memory faster: 1 GiB/s. */
	FASTEST_KB_PER_MS = 1024,
	/* Samples before the next watermark is reached at the present pace. */
	SAMPLES_AHEAD = 4,
	/* Less is the noise of the kernel's per-CPU counters. */
	NOISE_KB = 256,
	/* Looks take 1 in so many parts of a CPU, as long as the pause is not longer. */
	PAUSE_SHARE = 50,
	PAUSE_MAX_MS = 100,
	NS_PER_MS = 1000 * 1000,
};

/**
 * oe_level_name - a level in words, as in the ABI
 * @level: the level
 *
 * Return: a constant string.
 */
const char *oe_level_name(enum oe_level level)
{
	static const char *const names[] = { OOM_EMBEDDED_LEVEL_WORDS };

	static_assert(ARRAY_SIZE(names) == OE_NR_LEVELS);
	return names[level];
}

/**
 * oe_watermark_in_order - is each watermark below the one before?
 * @marks: watermarks of 0 are ignored
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_watermark_in_order(const struct oe_watermarks *marks)
{
	enum oe_level level;
	u32 above = 0;

	for (level = OE_LEVEL_WARNING; level < OE_NR_LEVELS; level++) {
		if (!marks->kb[level])
			continue;
		if (above && marks->kb[level] >= above)
			return false;
		above = marks->kb[level];
	}
	return true;
}

static bool forecast_alerts(const struct oe_watermarks *marks, s64 forecast_ms,
			    unsigned int times)
{
	return forecast_ms >= 0 &&
	       forecast_ms < (s64)marks->forecast_alert_ms * times;
}

static enum oe_level level_entered(const struct oe_watermarks *marks,
				   const struct oe_sample *sample)
{
	enum oe_level level = OE_LEVEL_OOM;

	while (level > OE_LEVEL_NORMAL &&
	       sample->available_kb >= marks->kb[level])
		level--;
	if (level < OE_LEVEL_IMMINENT_OOM &&
	    forecast_alerts(marks, sample->forecast_ms, 1))
		level = OE_LEVEL_IMMINENT_OOM;
	return level;
}

/* Is memory still too short to leave @level? */
static bool level_holds(const struct oe_watermarks *marks,
			enum oe_level present, enum oe_level level,
			const struct oe_sample *sample)
{
	u64 leave_kb = (u64)marks->kb[level] + marks->hysteresis_kb;

	if (level == OE_LEVEL_IMMINENT_OOM &&
	    forecast_alerts(marks, sample->forecast_ms, 2))
		return true;
	/* A level without a watermark was entered by an OOM or by the forecast. */
	if (!marks->kb[level])
		return level == OE_LEVEL_OOM && level == present &&
		       sample->available_kb < leave_kb;
	return sample->available_kb < leave_kb;
}

/* The worst level, up to the present one, that memory is short enough for. */
static enum oe_level level_kept(const struct oe_watermarks *marks,
				enum oe_level present,
				const struct oe_sample *sample)
{
	enum oe_level level = present;

	while (level > OE_LEVEL_NORMAL &&
	       !level_holds(marks, present, level, sample))
		level--;
	return level;
}

static void note_held(const struct oe_watermarks *marks,
		      struct oe_level_state *state,
		      const struct oe_sample *sample)
{
	enum oe_level level;

	for (level = OE_LEVEL_WARNING; level < OE_NR_LEVELS; level++) {
		bool held = level_holds(marks, state->level, level, sample);

		if (state->held[level] && !held)
			state->free_ms[level] = sample->now_ms;
		state->held[level] = held;
	}
}

/* @best, once all worse levels could be left for the debounce time. */
static enum oe_level level_settled(const struct oe_watermarks *marks,
				   const struct oe_level_state *state,
				   const struct oe_sample *sample,
				   enum oe_level best)
{
	enum oe_level level;

	for (level = state->level; level > best; level--)
		if (sample->now_ms - state->free_ms[level] < marks->debounce_ms)
			return state->level;
	return best;
}

/**
 * oe_watermark_enter - enter a level
 * @state: changed
 * @level: the level
 *
 * Also for reasons other than available memory, such as an OOM.
 *
 * Context: any.
 */
void oe_watermark_enter(struct oe_level_state *state, enum oe_level level)
{
	state->level = level;
	state->held[level] = true;
}

/**
 * oe_watermark_step - the level after one more look at the memory
 * @marks: in order
 * @state: changed
 * @sample: not earlier than the one before
 *
 * Context: any.
 * Return: the level, also in @state.
 */
enum oe_level oe_watermark_step(const struct oe_watermarks *marks,
				struct oe_level_state *state,
				const struct oe_sample *sample)
{
	enum oe_level level = level_entered(marks, sample);

	note_held(marks, state, sample);
	if (level > state->level)
		oe_watermark_enter(state, level);
	else
		state->level =
			level_settled(marks, state, sample,
				      level_kept(marks, state->level, sample));
	return state->level;
}

/**
 * oe_watermark_rests - does the level stay as long as memory does?
 * @marks: in order
 * @state: after oe_watermark_step()
 * @sample: the same
 *
 * Context: any.
 * Return: true if so; false if time alone would let it be left.
 */
bool oe_watermark_rests(const struct oe_watermarks *marks,
			const struct oe_level_state *state,
			const struct oe_sample *sample)
{
	return level_kept(marks, state->level, sample) == state->level;
}

/**
 * oe_watermark_next - the next level to announce
 * @marks: in order
 * @available_kb: at the last look
 * @told: the level that was announced last
 * @level: the present one, not the same
 *
 * Memory may fall below several watermarks between two looks. Each of their
 * levels is announced: a listener may wait for any of them.
 *
 * Context: any.
 * Return: the first worse level that memory is short enough for, @level at
 * last.
 */
enum oe_level oe_watermark_next(const struct oe_watermarks *marks,
				u64 available_kb, enum oe_level told,
				enum oe_level level)
{
	enum oe_level next;

	for (next = told + 1; next < level; next++)
		if (available_kb < marks->kb[next])
			return next;
	return level;
}

/* How long until the present level may be left, if memory stays as it is. */
static u64 until_settled(const struct oe_watermarks *marks,
			 const struct oe_level_state *state,
			 const struct oe_sample *sample, u64 most)
{
	enum oe_level best = level_kept(marks, state->level, sample);
	enum oe_level level;

	for (level = state->level; level > best; level--) {
		u64 free_ms = sample->now_ms - state->free_ms[level];

		if (free_ms < marks->debounce_ms)
			most = min(most, marks->debounce_ms - free_ms);
	}
	return max_t(u64, most, 1);
}

/* How far it is to the next watermark, or to the end. */
static u64 headroom_kb(const struct oe_watermarks *marks,
		       const struct oe_level_state *state,
		       const struct oe_sample *sample)
{
	enum oe_level level;

	for (level = state->level + 1; level < OE_NR_LEVELS; level++)
		if (marks->kb[level] &&
		    sample->available_kb >= marks->kb[level])
			return sample->available_kb - marks->kb[level];
	return sample->available_kb;
}

/**
 * oe_watermark_interval - when to look again
 * @marks: in order
 * @state: after oe_watermark_step()
 * @sample: the same
 * @pace: since the sample before
 *
 * Before memory can reach the next watermark at the highest possible rate. The
 * shortest intervals are too dear for an idle machine and are used only while
 * memory is falling.
 *
 * Context: any.
 * Return: ms, 1..OE_INTERVAL_MAX_MS.
 */
unsigned int oe_watermark_interval(const struct oe_watermarks *marks,
				   const struct oe_level_state *state,
				   const struct oe_sample *sample,
				   const struct oe_pace *pace)
{
	u64 room = headroom_kb(marks, state, sample);
	bool falling = pace->dropped_kb >= NOISE_KB;
	u64 ms = div_u64(room, FASTEST_KB_PER_MS);

	if (falling)
		ms = min(ms, div64_u64(room * pace->elapsed_ms,
				       pace->dropped_kb * SAMPLES_AHEAD));
	ms = clamp_t(u64, ms,
		     falling ? OE_INTERVAL_FALLING_MS : OE_INTERVAL_FLAT_MS,
		     OE_INTERVAL_MAX_MS);
	return until_settled(marks, state, sample, ms);
}

/**
 * oe_watermark_pause - not so often that the looks take much of a CPU
 * @ms: of oe_watermark_interval()
 * @took_ns: by the look
 *
 * The looking thread is a real-time one, and a cgroup may have thousands below it
 * whose lists are added up.
 *
 * Context: any.
 * Return: ms, at least @ms.
 */
unsigned int oe_watermark_pause(unsigned int ms, u64 took_ns)
{
	u64 most = (u64)PAUSE_MAX_MS * NS_PER_MS / PAUSE_SHARE;
	u64 pause_ns = min(took_ns, most) * PAUSE_SHARE;

	return max_t(unsigned int, ms, div_u64(pause_ns, NS_PER_MS));
}
