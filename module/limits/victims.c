// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes that a limit remembers: those that are ending, and those that
 * were asked to. A few have their place in the limit. Memory for more is asked
 * for once they are needed, never waited for, and given back when none is left:
 * without it there are fewer victims at a time.
 */
#include "core.h"

#include <linux/pid.h>
#include <linux/slab.h>

#include "limits/victims.h"

enum {
	MANY_VICTIMS = 512,
};

/**
 * oe_victims_init - remember nothing
 * @victims: zeroed
 *
 * Context: any.
 */
void oe_victims_init(struct oe_limit_victims *victims)
{
	victims->slots = victims->few;
	victims->size = ARRAY_SIZE(victims->few);
}

static void shrink_slots(struct oe_limit_victims *victims)
{
	if (victims->nr || victims->slots == victims->few)
		return;
	kfree(victims->slots);
	oe_victims_init(victims);
}

/* Under RCU, and when memory is short. */
static bool grow_slots(struct oe_limit_victims *victims)
{
	struct oe_limit_slot *slots;

	if (victims->slots != victims->few)
		return false;
	slots = kmalloc_array(MANY_VICTIMS, sizeof(*slots),
			      GFP_NOWAIT | __GFP_NOWARN | __GFP_NOMEMALLOC);
	if (!slots)
		return false;
	memcpy(slots, victims->few, sizeof(victims->few));
	victims->slots = slots;
	victims->size = MANY_VICTIMS;
	return true;
}

/**
 * oe_victims_find - what is remembered of a process
 * @victims: of its user
 * @pid: the process
 *
 * Context: any.
 * Return: its slot, or NULL.
 */
struct oe_limit_slot *oe_victims_find(struct oe_limit_victims *victims,
				      const struct pid *pid)
{
	unsigned int i;

	for (i = 0; i < victims->nr; i++)
		if (victims->slots[i].pid == pid)
			return &victims->slots[i];
	return NULL;
}

/**
 * oe_victims_add - remember a process
 * @victims: of its user; does not have it
 * @pid: gets one more reference
 *
 * Context: any that may allocate; does not sleep.
 * Return: its slot, otherwise zeroed, valid until the next addition or drop;
 * NULL if there is no room.
 */
struct oe_limit_slot *oe_victims_add(struct oe_limit_victims *victims,
				     struct pid *pid)
{
	struct oe_limit_slot *slot;

	if (victims->nr == victims->size && !grow_slots(victims))
		return NULL;
	slot = &victims->slots[victims->nr++];
	*slot = (struct oe_limit_slot){ .pid = get_pid(pid) };
	return slot;
}

/**
 * oe_victims_drop - forget a process
 * @victims: of its user
 * @slot: the last slot takes its place
 *
 * Context: any.
 */
void oe_victims_drop(struct oe_limit_victims *victims,
		     struct oe_limit_slot *slot)
{
	put_pid(slot->pid);
	*slot = victims->slots[--victims->nr];
	shrink_slots(victims);
}

/**
 * oe_victims_clear - forget all processes
 * @victims: of a user
 *
 * Context: any.
 */
void oe_victims_clear(struct oe_limit_victims *victims)
{
	while (victims->nr)
		put_pid(victims->slots[--victims->nr].pid);
	shrink_slots(victims);
}

/**
 * oe_victims_is_pending - will it end without another victim?
 * @slot: a process that is remembered
 *
 * Context: any.
 * Return: true if it leaves, or will have to.
 */
bool oe_victims_is_pending(const struct oe_limit_slot *slot)
{
	return oe_limit_is_leaving(&slot->is) ||
	       (slot->is.signal == OE_LIMIT_ASKED && !slot->is.ending &&
		slot->fate == OE_LIMIT_ALIVE);
}
