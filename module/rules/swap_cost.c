// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that a page in swap goes on to take: nothing on a disk, a part of
 * itself in zram or zswap. The part depends on the data, so it is learned from
 * what has been swapped out lately.
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include "rules/swap_cost.h"

/**
 * oe_swap_cost_prime - begin with what is swapped out already
 * @cost: zeroed
 * @swapped: pages in swap, as far as they are known
 * @stored: pages of the compressed store
 *
 * Counts as much as one horizon, so that what is swapped out later tells more.
 *
 * Context: any.
 */
void oe_swap_cost_prime(struct oe_swap_cost *cost, unsigned long swapped,
			unsigned long stored)
{
	if (!swapped || !stored)
		return;
	cost->swapped = min_t(unsigned long, swapped, OE_SWAP_COST_HORIZON);
	cost->taken =
		div64_u64((u64)min(stored, swapped) * cost->swapped, swapped);
}

/**
 * oe_swap_cost_add - one more look at the swap and at the compressed store
 * @cost: changed
 * @swap_free: free swap
 * @stored: pages of the store
 *
 * Only looks between which more was swapped out than given back count: what a
 * process gives back when it exits says nothing about the pages that would go
 * there next. A fall of free swap by more than the horizon is no swapping but a
 * swapoff.
 *
 * Context: any.
 */
void oe_swap_cost_add(struct oe_swap_cost *cost, unsigned long swap_free,
		      unsigned long stored)
{
	unsigned long swapped = 0;

	if (cost->primed && swap_free < cost->last_free)
		swapped = cost->last_free - swap_free;
	if (stored >= cost->last_stored && swapped <= OE_SWAP_COST_HORIZON &&
	    swapped) {
		cost->swapped += swapped;
		cost->taken += stored - cost->last_stored;
	}
	/* Without a store there is nothing to remember of one. */
	if (!stored)
		cost->swapped = cost->taken = 0;
	for (; cost->swapped > OE_SWAP_COST_HORIZON; cost->swapped /= 2)
		cost->taken /= 2;
	cost->primed = true;
	cost->last_free = swap_free;
	cost->last_stored = stored;
}

/**
 * oe_swap_cost_now - what a page in swap goes on to take
 * @cost: after some looks
 *
 * Nothing on a disk. In a compressed store as much as it took lately.
 *
 * Context: any.
 * Return: parts of a page, 0..OE_SWAP_COST_WHOLE; OE_SWAP_COST_UNKNOWN as long as
 * too little has gone to the store to know.
 */
unsigned int oe_swap_cost_now(const struct oe_swap_cost *cost)
{
	if (!cost->last_stored)
		return 0;
	if (cost->swapped < OE_SWAP_COST_SAMPLE)
		return OE_SWAP_COST_UNKNOWN;
	if (cost->taken >= cost->swapped)
		return OE_SWAP_COST_WHOLE;
	return div64_u64((u64)cost->taken * OE_SWAP_COST_WHOLE, cost->swapped);
}

/**
 * oe_swap_cost_for_kill - the same, where too high a cost is the worse error
 * @cost: of oe_swap_cost_now()
 *
 * A warning may come too early, so it takes an unknown cost for the whole page. A
 * kill may not: the page is taken to go on using half of itself until
 * OE_SWAP_COST_SAMPLE pages have shown what it is.
 *
 * Context: any.
 * Return: parts of a page, 0..OE_SWAP_COST_WHOLE.
 */
unsigned int oe_swap_cost_for_kill(unsigned int cost)
{
	return cost == OE_SWAP_COST_UNKNOWN ? OE_SWAP_COST_WHOLE / 2 : cost;
}
