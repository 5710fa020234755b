// SPDX-License-Identifier: GPL-2.0-only
/*
 * Major faults alone are a program that starts, refaults alone a file that is read
 * over and over. Major faults that are refaults are a machine that reads its own
 * programs again. The smaller of the two rates, times what a read takes, is the
 * share of time that goes into it.
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include "rules/stall.h"

enum {
	US_PER_MS = 1000,
	PERCENT = 100,
	/* A sample that comes so many periods late begins a new window. */
	PERIODS_LATE = 4,
};

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

/* Reads that a fault had to wait for, of pages that had been there before. */
static unsigned long reads_again(const struct oe_stall_sample *from,
				 const struct oe_stall_sample *to)
{
	unsigned long faults = to->major_faults - from->major_faults;
	unsigned long swapins = to->swapins - from->swapins;
	unsigned long ahead = to->swap_ahead - from->swap_ahead;
	unsigned long files = to->file_refaults - from->file_refaults;
	unsigned long anon = to->anon_refaults - from->anon_refaults;
	unsigned long swap_faults;

	if (!from->swap_on_disk || !to->swap_on_disk) {
		/*
		 * From memory a page comes back without a read. It must not count
		 * as a fault of a file either, whichever counter has seen it.
		 */
		swap_faults = min(faults, max(swapins, anon));
		anon = 0;
	} else {
		swap_faults =
			min(faults, swapins > ahead ? swapins - ahead : 0);
	}
	return min(faults - swap_faults, files) + min(swap_faults, anon);
}

static unsigned int percent_between(const struct oe_stall_sample *from,
				    const struct oe_stall_sample *to)
{
	unsigned long reads = to->reads - from->reads;
	u64 read_us = to->read_us - from->read_us;
	u64 elapsed_us = (to->now_ms - from->now_ms) * US_PER_MS;
	u64 each_us;
	u64 most;

	if (!to->short_of_memory || !reads || !elapsed_us)
		return 0;
	each_us = div64_u64(read_us, reads);
	if (!each_us)
		return 0;
	/* So many fill the time; comparing them first keeps the product small. */
	most = div64_u64(elapsed_us, each_us);
	if (reads_again(from, to) > most)
		return PERCENT;
	return min_t(u64, PERCENT,
		     div64_u64(reads_again(from, to) * each_us * PERCENT,
			       elapsed_us));
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
