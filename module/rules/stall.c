// SPDX-License-Identifier: GPL-2.0-only
/*
 * Major faults alone are a program that starts, refaults alone a file that is read
 * over and over. Major faults that are refaults are a machine that reads its own
 * programs again. The smaller of the two rates, times what a read takes, is the
 * share of time that goes into it.
 *
 * A page that comes back from zram costs no read, but another one has to make room
 * for it. Of the time that goes into making room, the part for pages that come
 * back is a stall; the rest is for pages that are seen for the first time.
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include "rules/stall.h"

enum {
	US_PER_MS = 1000,
	PERCENT = 100,
	/* A sample that comes so many periods late begins a new window. */
	PERIODS_LATE = 4,
	/* Also with a longer window: a kill must not be missed. */
	LONGEST_LOOK_MS = 250,
};

/**
 * oe_stall_is_short - is so little available that there may be a stall?
 * @available_kb: how much is
 * @total_kb: the memory, or the limit of a memory cgroup
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_stall_is_short(u64 available_kb, u64 total_kb)
{
	return available_kb * PERCENT < total_kb * OE_STALL_AVAILABLE_PERCENT;
}

/**
 * oe_stall_period_ms - from one sample to the next
 * @window_ms: length of the window
 *
 * Context: any.
 * Return: ms.
 */
unsigned int oe_stall_period_ms(unsigned int window_ms)
{
	return window_ms / (OE_STALL_SAMPLES - 1);
}

/**
 * oe_stall_look_ms - from one look to the next
 * @window_ms: length of the window
 *
 * Context: any.
 * Return: ms: a whole part of the period, rounded up, so that no sample is late.
 */
unsigned int oe_stall_look_ms(unsigned int window_ms)
{
	unsigned int period_ms = oe_stall_period_ms(window_ms);

	return DIV_ROUND_UP(period_ms,
			    DIV_ROUND_UP(period_ms, LONGEST_LOOK_MS));
}

/* The sample before the last one by so many. */
static const struct oe_stall_sample *sample_before(const struct oe_stall *stall,
						   unsigned int ago)
{
	return &stall->samples[(stall->next + 2 * OE_STALL_SAMPLES - 1 - ago) %
			       OE_STALL_SAMPLES];
}

/**
 * oe_stall_add - add a sample
 * @stall: changed
 * @sample: copied
 * @window_ms: length of the window
 *
 * A sample that comes early is left out. A late one begins a new window: there
 * was a suspend, or the watcher was not there.
 *
 * Context: any.
 */
void oe_stall_add(struct oe_stall *stall, const struct oe_stall_sample *sample,
		  unsigned int window_ms)
{
	unsigned int period_ms = oe_stall_period_ms(window_ms);

	if (stall->nr) {
		u64 since = sample->now_ms - sample_before(stall, 0)->now_ms;

		if (since < period_ms)
			return;
		if (since >= PERIODS_LATE * (u64)period_ms)
			stall->nr = 0;
	}
	stall->samples[stall->next] = *sample;
	stall->next = (stall->next + 1) % OE_STALL_SAMPLES;
	if (stall->nr < OE_STALL_SAMPLES)
		stall->nr++;
}

/* Faults that waited for a page from swap. */
static unsigned long swap_faults(const struct oe_stall_sample *from,
				 const struct oe_stall_sample *to)
{
	unsigned long faults = to->major_faults - from->major_faults;
	unsigned long swapins = to->swapins - from->swapins;
	unsigned long ahead = to->swap_ahead - from->swap_ahead;
	unsigned long anon = to->anon_refaults - from->anon_refaults;

	/* From memory, whichever counter has seen it: none is a fault of a file. */
	if (!from->swap_on_disk || !to->swap_on_disk)
		return min(faults, max(swapins, anon));
	return min(faults, swapins > ahead ? swapins - ahead : 0);
}

/* Pages that came back from swap, for which others were reclaimed. */
static unsigned long pages_back(const struct oe_stall_sample *from,
				const struct oe_stall_sample *to)
{
	if (!to->short_of_room)
		return 0;
	return min(to->anon_refaults - from->anon_refaults,
		   to->stolen - from->stolen);
}

/* Reads that a fault had to wait for, of pages that had been there before. */
static unsigned long reads_again(const struct oe_stall_sample *from,
				 const struct oe_stall_sample *to)
{
	unsigned long faults = to->major_faults - from->major_faults;
	unsigned long of_swap = swap_faults(from, to);
	unsigned long again = 0;

	if (to->short_of_memory)
		again = min(faults - of_swap,
			    to->file_refaults - from->file_refaults);
	if (to->by_limit)
		again = min(again, to->stolen - from->stolen);
	/* From memory a page comes back without a read. */
	if (from->swap_on_disk && to->swap_on_disk)
		again += min(of_swap, pages_back(from, to));
	return again;
}

/* At most all of the time. */
static u64 reading_us(const struct oe_stall_sample *from,
		      const struct oe_stall_sample *to, u64 elapsed_us)
{
	unsigned long reads = to->reads - from->reads;
	unsigned long read_us = to->read_us - from->read_us;
	u64 each_us;

	if (!reads)
		return 0;
	each_us = read_us / reads;
	/* So many fill the time; comparing them first keeps the product small. */
	if (each_us && reads_again(from, to) > div64_u64(elapsed_us, each_us))
		return elapsed_us;
	return reads_again(from, to) * each_us;
}

/* kswapd takes CPUs from programs: of more of them it takes a smaller part. */
static u64 making_room_us(const struct oe_stall_sample *from,
			  const struct oe_stall_sample *to)
{
	unsigned long waited_us = to->waited_us - from->waited_us;
	unsigned long kswapd_us = to->kswapd_us - from->kswapd_us;
	unsigned long stolen = to->stolen - from->stolen;
	u64 us = (u64)waited_us + kswapd_us / max(to->cpus, 1U);

	/* Some tasks for a minute, and all memory: the product is below 2^64. */
	return stolen ? div64_u64(us * pages_back(from, to), stolen) : 0;
}

static unsigned int percent_between(const struct oe_stall_sample *from,
				    const struct oe_stall_sample *to)
{
	u64 elapsed_us = (to->now_ms - from->now_ms) * US_PER_MS;
	u64 us;

	if (!elapsed_us)
		return 0;
	us = reading_us(from, to, elapsed_us) + making_room_us(from, to);
	return min_t(u64, PERCENT, div64_u64(us * PERCENT, elapsed_us));
}

/**
 * oe_stall_percent - how much of the time the machine is stalled
 * @stall: after some samples
 *
 * Both halves of the window count, so that a stall which is over, or has just
 * begun, is none.
 *
 * Context: any.
 * Return: the smaller of the two halves' shares, 0 to 100; 0 while the window
 * is not full.
 */
unsigned int oe_stall_percent(const struct oe_stall *stall)
{
	const struct oe_stall_sample *now = sample_before(stall, 0);
	const struct oe_stall_sample *middle =
		sample_before(stall, OE_STALL_HALF);
	const struct oe_stall_sample *first =
		sample_before(stall, 2 * OE_STALL_HALF);

	if (stall->nr < OE_STALL_SAMPLES)
		return 0;
	return min(percent_between(first, middle),
		   percent_between(middle, now));
}
