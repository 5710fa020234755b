// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of the available memory: one for every change of the level, and as
 * many others as a curve needs, many where it is steep and few where it is
 * flat.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lib/ring.h"
#include "lib/units.h"
#include "record/history.h"

enum {
	/* A sample is kept if it differs by this part of all memory, */
	STEP_SHARE = 256,
	/* or at least by this much, or if the last one is this old. */
	STEP_MIN_KB = 256,
	FLAT_S = 10,
};

/**
 * struct sample - an entry as it is kept
 * @uptime_us: of the entry; wraps after 2,000 years
 * @level: of the entry
 * @available_kb: of the entry; 4 TiB at most, as each part
 * @part_kb: of the entry
 */
struct sample {
	u64 uptime_us : 56;
	u64 level : 8;
	u32 available_kb;
	u32 part_kb[OE_NR_MEMPARTS];
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
		*slot = entry;
		oe_memparts_read(slot->part_kb);
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

	if (!oe_ring_copy(&ring, number, &sample))
		return false;
	entry->uptime_us = sample.uptime_us;
	entry->available_kb = sample.available_kb;
	entry->level = sample.level;
	memcpy(entry->part_kb, sample.part_kb, sizeof(entry->part_kb));
	return true;
}
