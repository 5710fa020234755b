/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SWAP_COST_RULE_H
#define OE_SWAP_COST_RULE_H

#include <linux/types.h>

enum {
	/* A cost of this is the whole page: swapping it out brings nothing. */
	OE_SWAP_COST_WHOLE = 256,
	/* A store to which too little has gone to know: counts as the whole page. */
	OE_SWAP_COST_UNKNOWN,
	/*
	 * Pages that must have been swapped out before their cost is known: many
	 * more than the slots that each CPU takes in advance.
	 */
	OE_SWAP_COST_SAMPLE = 1024,
	/* Older pages count half, once so many newer ones have gone there. */
	OE_SWAP_COST_HORIZON = 4096,
};

/**
 * struct oe_swap_cost - what swap has cost in memory so far
 * @primed: there was a look
 * @last_free: free swap at the last look
 * @last_stored: pages of the compressed store then
 * @swapped: pages that were swapped out, older ones weighing less
 * @taken: pages that the store has taken for them
 *
 * Starts zeroed.
 */
struct oe_swap_cost {
	bool primed;
	unsigned long last_free;
	unsigned long last_stored;
	unsigned long swapped;
	unsigned long taken;
};

void oe_swap_cost_prime(struct oe_swap_cost *cost, unsigned long swapped,
			unsigned long stored);
void oe_swap_cost_add(struct oe_swap_cost *cost, unsigned long swap_free,
		      unsigned long stored);
unsigned int oe_swap_cost_now(const struct oe_swap_cost *cost);
unsigned int oe_swap_cost_for_kill(unsigned int cost);

#endif /* OE_SWAP_COST_RULE_H */
