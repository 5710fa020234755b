/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RING_H
#define OE_RING_H

#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/**
 * struct oe_ring - the last records of a kind, in memory set aside
 * @lock: taken in the OOM path; its holders never allocate
 * @nr_added: how many records there have ever been, under @lock as the records
 * @records: room for the last @room of them
 * @size: of a record, bytes
 * @room: how many are kept
 *
 * Records are numbered from 0 and never renumbered. A record can be read until
 * @room others have come after it.
 */
struct oe_ring {
	spinlock_t lock;
	u64 nr_added;
	void *records;
	size_t size;
	unsigned int room;
};

/* clang-format off */
#define OE_RING_INIT(ring, array)					\
	{								\
		.lock = __SPIN_LOCK_UNLOCKED((ring).lock),		\
		.records = array,					\
		.size = sizeof((array)[0]),				\
		.room = ARRAY_SIZE(array),				\
	}
/* clang-format on */

void *oe_ring_add(struct oe_ring *ring);
const void *oe_ring_newest(const struct oe_ring *ring);
void oe_ring_range(struct oe_ring *ring, u64 *first, u64 *end);
bool oe_ring_copy(struct oe_ring *ring, u64 number, void *record);

#endif /* OE_RING_H */
