// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast available memory falls from day to day, and when it will be gone.
 */
#include "common/trend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	/* Fewer values of a day say nothing. */
	PAIRS_MIN = OE_TREND_DAY / 4,
	WEEK = 7 * OE_TREND_DAY,
	/* Without a look for as long, the manager does not run. */
	STALE = 2 * 3600 / OE_TREND_SLOT_S,
};

/**
 * oe_trend_begin - forget everything
 * @trend: result
 * @boot_id: of this boot, from oe_state_read_boot_id()
 */
void oe_trend_begin(struct oe_trend *trend, const char *boot_id)
{
	memset(trend, 0, sizeof(*trend));
	memcpy(trend->boot_id, boot_id, sizeof(trend->boot_id));
	trend->newest = INT64_MIN / 2;
	trend->magic = OE_TREND_MAGIC;
}

/**
 * oe_trend_is_whole - can this trend be used?
 * @trend: any bytes
 * @boot_id: of this boot
 *
 * Return: true if it was begun in this boot.
 */
bool oe_trend_is_whole(const struct oe_trend *trend, const char *boot_id)
{
	return trend->magic == OE_TREND_MAGIC &&
	       trend->newest >= INT64_MIN / 2 &&
	       trend->newest <= INT64_MAX / OE_TREND_DAY_S &&
	       !memcmp(trend->boot_id, boot_id, sizeof(trend->boot_id));
}

static unsigned int index_of(int64_t slot)
{
	return (unsigned int)(((slot % OE_TREND_SLOTS) + OE_TREND_SLOTS) %
			      OE_TREND_SLOTS);
}

/* 0 if it is not known. */
static int64_t low_of(const struct oe_trend *trend, int64_t slot)
{
	if (slot > trend->newest || slot <= trend->newest - OE_TREND_SLOTS)
		return 0;
	return trend->low_kb[index_of(slot)];
}

static int64_t slot_of(int64_t now_s)
{
	return now_s >= 0 ? now_s / OE_TREND_SLOT_S :
			    -((-now_s + OE_TREND_SLOT_S - 1) / OE_TREND_SLOT_S);
}

/**
 * oe_trend_add - take one more look at the memory into account
 * @trend: changed
 * @now_s: see oe_trend_now_s(); a look that is older than the newest slot is ignored
 * @available_kb: available memory
 *
 * Return: true if it begins a new slot.
 */
bool oe_trend_add(struct oe_trend *trend, int64_t now_s, int64_t available_kb)
{
	int64_t slot = slot_of(now_s);
	bool is_new = slot > trend->newest;
	uint32_t kb = available_kb < 1		    ? 1 :
		      available_kb > UINT32_MAX - 1 ? UINT32_MAX - 1 :
						      (uint32_t)available_kb;
	uint32_t *low = &trend->low_kb[index_of(slot)];

	if (slot < trend->newest)
		return false;
	if (slot - trend->newest >= OE_TREND_SLOTS)
		memset(trend->low_kb, 0, sizeof(trend->low_kb));
	else
		for (int64_t i = trend->newest + 1; i <= slot; i++)
			trend->low_kb[index_of(i)] = 0;
	trend->newest = slot;
	if (!*low || kb < *low)
		*low = kb;
	return is_new;
}

static int compare_kb(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/*
 * By how much each value of the day before @end is below the one @lag slots earlier; sorted.
 * Returns how many there are.
 */
static int collect_falls(const struct oe_trend *trend, int64_t end, int64_t lag,
			 int64_t *falls)
{
	int nr = 0;

	for (int64_t slot = end - OE_TREND_DAY; slot < end; slot++) {
		int64_t before = low_of(trend, slot - lag);
		int64_t now = low_of(trend, slot);

		if (before && now)
			falls[nr++] = before - now;
	}
	qsort(falls, (size_t)nr, sizeof(*falls), compare_kb);
	return nr;
}

/*
 * The fall that the values agree on: six of seven are within a factor of two of the median. After
 * a single step, as when a service was started, one part of the values has fallen by all of it, and
 * the other part has not. 0 if they do not agree.
 */
static int64_t agreed_fall(const int64_t *falls, int nr)
{
	int64_t median = falls[nr / 2];
	int nr_agreed = 0;

	if (median <= 0)
		return 0;
	for (int i = 0; i < nr; i++)
		nr_agreed += falls[i] >= median / 2 && falls[i] <= median * 2;
	return nr_agreed * 7 >= nr * 6 ? median : 0;
}

/**
 * oe_trend_fall_kb - by how much memory falls each day
 * @trend: since at least 30 hours
 *
 * Both the last day and the one before must have fallen, as far as they are known, and the last
 * day of a week must be below the same day of the week before.
 *
 * Return: KiB a day; 0 if it does not fall, or if that is not known.
 */
int64_t oe_trend_fall_kb(const struct oe_trend *trend)
{
	int64_t falls[OE_TREND_DAY] = { 0 };
	int64_t before;
	int64_t fall;
	int nr = collect_falls(trend, trend->newest, OE_TREND_DAY, falls);

	if (nr < PAIRS_MIN)
		return 0;
	fall = agreed_fall(falls, nr);
	nr = collect_falls(trend, trend->newest - OE_TREND_DAY, OE_TREND_DAY,
			   falls);
	if (fall && nr >= PAIRS_MIN) {
		before = agreed_fall(falls, nr);
		/* A leak that began in the course of that day has fallen by less. */
		if (before < fall / 2)
			fall = before;
	}
	nr = collect_falls(trend, trend->newest, WEEK, falls);
	if (fall && nr >= PAIRS_MIN && falls[nr / 2] < fall / 2)
		fall = 0;
	return fall;
}

/**
 * oe_trend_left_s - how long memory will last
 * @trend: since at least 30 hours
 * @now_s: see oe_trend_now_s()
 *
 * The lowest value of a day reaches the end first.
 *
 * Return: seconds, 0 if it should be gone already; -1 if memory does not fall from day to day, if
 * that is not known, if there was no look for two hours, or if it lasts longer than OE_TREND_HORIZON_S.
 */
int64_t oe_trend_left_s(const struct oe_trend *trend, int64_t now_s)
{
	int64_t fall = oe_trend_fall_kb(trend);
	int64_t low_kb = INT64_MAX;
	int64_t low_s = 0;
	int64_t left;

	if (!fall || slot_of(now_s) > trend->newest + STALE)
		return -1;
	for (int64_t slot = trend->newest - OE_TREND_DAY; slot <= trend->newest;
	     slot++) {
		int64_t kb = low_of(trend, slot);

		if (!kb || kb > low_kb)
			continue;
		low_kb = kb;
		low_s = slot * OE_TREND_SLOT_S + OE_TREND_SLOT_S / 2;
	}
	left = low_s + low_kb * OE_TREND_DAY_S / fall - now_s;
	if (left > OE_TREND_HORIZON_S)
		return -1;
	return left > 0 ? left : 0;
}

/**
 * oe_trend_now_s - the clock of trends
 *
 * Return: seconds since boot, those in suspend included.
 */
int64_t oe_trend_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

/**
 * oe_trend_path - the path of the manager's trend
 * @path: result, OE_TREND_PATH bytes
 * @state_path: the path of its state
 */
void oe_trend_path(char *path, const char *state_path)
{
	snprintf(path, OE_TREND_PATH, "%s.trend", state_path);
}

/**
 * oe_trend_read - read the trend that the manager keeps
 * @path: the file
 * @trend: result
 *
 * Return: 0, -EBADMSG if there is nothing of this boot, -EPERM if others may write to the file, or
 * a negative errno.
 */
int oe_trend_read(const char *path, struct oe_trend *trend)
{
	char boot_id[OE_BOOT_ID_SIZE];
	int err = oe_state_read_file(path, trend, sizeof(*trend));

	if (err)
		return err;
	oe_state_read_boot_id(boot_id);
	return oe_trend_is_whole(trend, boot_id) ? 0 : -EBADMSG;
}
