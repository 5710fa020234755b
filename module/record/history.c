// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the watcher has seen lately: every change of the level, and of the rest
 * as much as a curve needs: many points where it is steep, few where it is flat.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "record/history.h"

enum {
	/* A step is worth a point if it is this part of all memory, */
	STEP_SHARE = 256,
	/* or this much; and a flat line has one this often. */
	STEP_MIN_KB = 256,
	FLAT_S = 10,
};

static struct {
	spinlock_t lock;
	u64 nr_added; /* under lock, as the ring */
	struct oe_history_entry ring[OE_NR_HISTORY];
} history = {
	.lock = __SPIN_LOCK_UNLOCKED(history.lock),
};

static struct oe_history_entry *slot_of(u64 number)
{
	return &history.ring[number % OE_NR_HISTORY];
}

static u64 step_kb(void)
{
	u64 total_kb = (u64)totalram_pages() << (PAGE_SHIFT - 10);

	return max_t(u64, total_kb / STEP_SHARE, STEP_MIN_KB);
}

static bool is_news(const struct oe_history_entry *entry)
{
	const struct oe_history_entry *last;
	u64 step;

	if (!history.nr_added)
		return true;
	last = slot_of(history.nr_added - 1);
	step = max(entry->available_kb, last->available_kb) -
	       min(entry->available_kb, last->available_kb);
	return entry->level != last->level || step >= step_kb() ||
	       entry->uptime_ns - last->uptime_ns >= FLAT_S * (u64)NSEC_PER_SEC;
}

/**
 * oe_history_add - offer a sample; it is kept if it says something new
 * @available_kb: what there is
 * @level: present level
 *
 * Context: process context, also the OOM path: allocates nothing.
 */
void oe_history_add(u64 available_kb, enum oe_level level)
{
	struct oe_history_entry entry = {
		.available_kb = available_kb,
		.level = level,
	};

	spin_lock(&history.lock);
	entry.uptime_ns = ktime_get_ns();
	if (is_news(&entry))
		*slot_of(history.nr_added++) = entry;
	spin_unlock(&history.lock);
}

/**
 * oe_history_range - which samples there are
 * @first: the oldest
 * @end: one more than the newest
 *
 * Context: process context.
 */
void oe_history_range(u64 *first, u64 *end)
{
	spin_lock(&history.lock);
	*end = history.nr_added;
	spin_unlock(&history.lock);
	*first = *end - min_t(u64, *end, OE_NR_HISTORY);
}

/**
 * oe_history_copy - one sample
 * @number: of oe_history_range()
 * @entry: where to
 *
 * Context: process context.
 * Return: false if it has been overwritten meanwhile.
 */
bool oe_history_copy(u64 number, struct oe_history_entry *entry)
{
	bool there;

	spin_lock(&history.lock);
	there = number + OE_NR_HISTORY >= history.nr_added;
	if (there)
		*entry = *slot_of(number);
	spin_unlock(&history.lock);
	return there;
}
