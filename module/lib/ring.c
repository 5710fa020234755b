// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of records: the OOM path adds, sysfs reads. Nothing is allocated, and
 * a reader copies one record at a time, so that the writer never waits long.
 */
#include "core.h"

#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "lib/ring.h"

static void *record_at(const struct oe_ring *ring, u64 number)
{
	u32 index;

	div_u64_rem(number, ring->room, &index);
	return ring->records + index * ring->size;
}

/**
 * oe_ring_add - make room for one more record
 * @ring: the ring
 *
 * Context: under @ring's lock, until the record is filled in.
 * Return: the record's place, in which the oldest was.
 */
void *oe_ring_add(struct oe_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	return record_at(ring, ring->nr_added++);
}

/**
 * oe_ring_newest - the last record that was added
 * @ring: the ring
 *
 * Context: under @ring's lock.
 * Return: the record, or NULL if there is none.
 */
const void *oe_ring_newest(const struct oe_ring *ring)
{
	lockdep_assert_held(&ring->lock);
	return ring->nr_added ? record_at(ring, ring->nr_added - 1) : NULL;
}

/**
 * oe_ring_range - the numbers of the records
 * @ring: the ring
 * @first: set to the number of the oldest
 * @end: set to one more than the number of the newest
 *
 * Context: process context.
 */
void oe_ring_range(struct oe_ring *ring, u64 *first, u64 *end)
{
	spin_lock(&ring->lock);
	*end = ring->nr_added;
	spin_unlock(&ring->lock);
	*first = *end - min_t(u64, *end, ring->room);
}

/**
 * oe_ring_copy - one record
 * @ring: the ring
 * @number: of oe_ring_range()
 * @record: the result
 *
 * Context: process context.
 * Return: false if another record has taken its place meanwhile.
 */
bool oe_ring_copy(struct oe_ring *ring, u64 number, void *record)
{
	bool there;

	spin_lock(&ring->lock);
	there = number + ring->room >= ring->nr_added;
	if (there)
		memcpy(record, record_at(ring, number), ring->size);
	spin_unlock(&ring->lock);
	return there;
}
