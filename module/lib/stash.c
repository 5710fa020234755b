// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stash of message buffers, so that a uevent finds one when there is no memory.
 *
 * A message buffer from the reserves is marked pfmemalloc, and every ordinary
 * socket drops it silently. So the thread that sends uevents keeps ordinary
 * buffers of the sizes that a uevent may need, and frees them just before it
 * sends one: the next request of that size gets the buffer that was just freed.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/skbuff.h>

#include "lib/stash.h"

enum {
	STASH_PER_SIZE = 3,
};

static const unsigned int stash_sizes[] = { 320, 640, 1400 };

static struct sk_buff *stash[ARRAY_SIZE(stash_sizes)][STASH_PER_SIZE];

/**
 * oe_stash_fill - get what is missing
 *
 * Context: the thread that sends uevents; neither takes from the reserves nor
 * reclaims.
 * Return: true if nothing is missing.
 */
bool oe_stash_fill(void)
{
	unsigned int size, i;
	bool full = true;

	for (size = 0; size < ARRAY_SIZE(stash_sizes); size++) {
		for (i = 0; i < STASH_PER_SIZE; i++) {
			struct sk_buff **slot = &stash[size][i];

			if (!*slot)
				*slot = alloc_skb(stash_sizes[size],
						  GFP_NOWAIT | __GFP_NOWARN |
							  __GFP_NOMEMALLOC);
			full = full && *slot;
		}
	}
	return full;
}

/**
 * oe_stash_empty - free all: somebody is about to ask for one
 *
 * Context: the thread that sends uevents, or module exit when it has ended.
 */
void oe_stash_empty(void)
{
	unsigned int size, i;

	for (size = 0; size < ARRAY_SIZE(stash_sizes); size++) {
		for (i = 0; i < STASH_PER_SIZE; i++) {
			consume_skb(stash[size][i]);
			stash[size][i] = NULL;
		}
	}
}
