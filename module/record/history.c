// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of the available memory: one for every change of the level, and as
 * many others as a curve needs, many where it is steep and few where it is
 * flat.
 */
#include "core.h"

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "lib/ring.h"
#include "lib/units.h"
#include "record/history.h"

enum {
	/* A sample is kept if it differs by this part of all memory, */
	STEP_SHARE = 256,
	/* or at least by this much, or if the last one is this old. */
	STEP_MIN_KB = 256,
	FLAT_S = 10,
	/* Parts are kept in pages, or in more than that if one does not fit. */
	PAGE_KB_SHIFT = PAGE_SHIFT - 10,
	PART_BITS = 16,
};

/**
 * struct sample - an entry as it is kept
 * @uptime_us: of the entry; wraps after 2,000 years
 * @level: of the entry
 * @shift: of each part: 0 as long as the largest one has less than 256 MB
 * @available_kb: of the entry; 4 TiB at most, as each part
 * @part: of the entry, in 1 << @shift pages
 */
struct sample {
	u64 uptime_us : 56;
	u64 level : 4;
	u64 shift : 4;
	u32 available_kb;
	u16 part[OE_NR_MEMPARTS];
} __packed __aligned(4);

static struct sample history[OE_NR_HISTORY];
static struct oe_ring ring = OE_RING_INIT(ring, history);

static u64 step_kb(void)
{
	u64 total_kb = oe_total_kb();

	return max_t(u64, total_kb / STEP_SHARE, STEP_MIN_KB);
}

static bool is_news(const struct sample *entry)
{
	const struct sample *last = oe_ring_newest(&ring);
	u64 step;

	if (!last)
		return true;
	step = max(entry->available_kb, last->available_kb) -
	       min(entry->available_kb, last->available_kb);
	return entry->level != last->level || step >= step_kb() ||
	       entry->uptime_us - last->uptime_us >= FLAT_S * (u64)USEC_PER_SEC;
}

static void keep_parts(struct sample *sample)
{
	u32 kb[OE_NR_MEMPARTS];
	u32 most = 0;
	unsigned int i;

	oe_memparts_read(kb);
	for (i = 0; i < OE_NR_MEMPARTS; i++)
		most = max(most, kb[i]);
	sample->shift = max(fls(most >> PAGE_KB_SHIFT) - PART_BITS, 0);
	for (i = 0; i < OE_NR_MEMPARTS; i++)
		sample->part[i] = kb[i] >> (PAGE_KB_SHIFT + sample->shift);
}

/**
 * oe_history_add - offer a sample; it is kept if it differs from the last one
 * @available_kb: available memory
 * @level: present level
 *
 * Context: process context, also the OOM path: allocates nothing.
 */
void oe_history_add(u64 available_kb, enum oe_level level)
{
	struct sample entry = {
		.available_kb = min_t(u64, available_kb, U32_MAX),
		.level = level,
	};
	struct sample *slot;

	spin_lock(&ring.lock);
	entry.uptime_us = div_u64(ktime_get_ns(), NSEC_PER_USEC);
	if (is_news(&entry)) {
		slot = oe_ring_add(&ring);
		keep_parts(&entry);
		*slot = entry;
	}
	spin_unlock(&ring.lock);
}

/**
 * oe_history_range - the numbers of the samples
 * @first: the oldest
 * @end: one more than the newest
 *
 * Context: process context.
 */
void oe_history_range(u64 *first, u64 *end)
{
	oe_ring_range(&ring, first, end);
}

/**
 * oe_history_copy - one sample
 * @number: of oe_history_range()
 * @entry: the result
 *
 * Context: process context.
 * Return: false if it has been overwritten meanwhile.
 */
bool oe_history_copy(u64 number, struct oe_history_entry *entry)
{
	struct sample sample;
	unsigned int i;

	if (!oe_ring_copy(&ring, number, &sample))
		return false;
	entry->uptime_us = sample.uptime_us;
	entry->available_kb = sample.available_kb;
	entry->level = sample.level;
	for (i = 0; i < OE_NR_MEMPARTS; i++)
		entry->part_kb[i] = (u32)sample.part[i]
				    << (PAGE_KB_SHIFT + sample.shift);
	return true;
}
