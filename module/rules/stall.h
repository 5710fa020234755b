/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of the time goes into fetching back what was just thrown away:
 * numbers in, number out.
 */
#ifndef OE_STALL_RULE_H
#define OE_STALL_RULE_H

#include <linux/types.h>

enum {
	/* The window is judged in two halves of so many samples. */
	OE_STALL_HALF = 8,
	OE_STALL_SAMPLES = 2 * OE_STALL_HALF + 1,
	/* With more of the memory available it is not short, whatever is read. */
	OE_STALL_AVAILABLE_PERCENT = 15,
};

/**
 * struct oe_stall_sample - counters at one moment
 * @now_ms: a clock that goes on in suspend
 * @major_faults: faults that had to wait for a read
 * @swapins: pages that were read from swap
 * @swap_ahead: those of them that no fault had asked for
 * @file_refaults: pages of files that were read again soon after they were dropped
 * @anon_refaults: the same of anonymous pages
 * @reads: requests to disks that were read
 * @read_us: how long these took, added up
 * @stolen: pages that were reclaimed
 * @waited_us: how long tasks waited for room for a page, added up
 * @kswapd_us: how long kswapd had a CPU
 * @cpus: how many there are
 * @swap_on_disk: a page that comes back from swap is read from a disk
 * @short_of_memory: less than OE_STALL_AVAILABLE_PERCENT is available
 * @short_of_room: the same without what swapping brings
 * @by_limit: only what is reclaimed for a limit pushes pages out, of files, too
 *
 * The counters only grow, and may wrap.
 */
struct oe_stall_sample {
	u64 now_ms;
	unsigned long major_faults;
	unsigned long swapins;
	unsigned long swap_ahead;
	unsigned long file_refaults;
	unsigned long anon_refaults;
	unsigned long reads;
	unsigned long read_us;
	unsigned long stolen;
	unsigned long waited_us;
	unsigned long kswapd_us;
	unsigned int cpus;
	bool swap_on_disk;
	bool short_of_memory;
	bool short_of_room;
	bool by_limit;
};

/**
 * struct oe_stall - the window
 * @samples: a ring
 * @nr: how many there are
 * @next: index of the next one
 *
 * Starts zeroed.
 */
struct oe_stall {
	struct oe_stall_sample samples[OE_STALL_SAMPLES];
	unsigned int nr;
	unsigned int next;
};

bool oe_stall_is_short(u64 available_kb, u64 total_kb);
unsigned int oe_stall_period_ms(unsigned int window_ms);
unsigned int oe_stall_look_ms(unsigned int window_ms);
void oe_stall_add(struct oe_stall *stall, const struct oe_stall_sample *sample,
		  unsigned int window_ms);
unsigned int oe_stall_percent(const struct oe_stall *stall);

#endif /* OE_STALL_RULE_H */
