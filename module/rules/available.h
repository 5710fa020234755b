/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much memory can still be had: numbers in, number out. The one definition
 * of "available", for the levels, the forecast, the history and sysfs alike.
 */
#ifndef OE_AVAILABLE_RULE_H
#define OE_AVAILABLE_RULE_H

#include <linux/types.h>

#include "rules/swap_cost.h"

/**
 * struct oe_supply - what the kernel counts; pages
 * @mem_available: MemAvailable, which may be negative
 * @cache: page cache on the LRU lists, without the unevictable
 * @kept: the part of it that memory.min and memory.low keep
 * @reclaimable: KReclaimable
 * @low: the sum of the zones' low watermarks
 * @boost: what the watermarks are raised by at the moment
 * @anon: on the LRU lists of anonymous memory, without the unevictable and without
 *	the part that memory.swap.max keeps out of swap
 * @swap_free: free swap, if reclaim uses it: see oe_swap_is_used()
 * @swap_cost: see oe_swap_cost_now()
 */
struct oe_supply {
	long mem_available;
	unsigned long cache;
	unsigned long kept;
	unsigned long reclaimable;
	unsigned long low;
	unsigned long boost;
	unsigned long anon;
	unsigned long swap_free;
	unsigned int swap_cost;
};

/**
 * struct oe_kernel_supply - counters of the zones that the kernel's own
 *	allocations (GFP_KERNEL) may use; pages
 * @barred: all that they may not use on this machine: CMA areas, high memory,
 *	movable zones; 0 = every zone is theirs
 * @total: all that they may use
 * @free: free pages of these zones, those of CMA areas among them
 * @free_cma: free pages of CMA areas
 * @used_cma: the other pages of CMA areas
 * @reserve: what the page allocator keeps back
 * @low: the sum of the low watermarks
 * @cache: page cache on the LRU lists, without the unevictable
 * @anon: the same of anonymous memory
 * @lru: all that is on LRU lists
 */
struct oe_kernel_supply {
	unsigned long barred;
	unsigned long total;
	unsigned long free;
	unsigned long free_cma;
	unsigned long used_cma;
	unsigned long reserve;
	unsigned long low;
	unsigned long cache;
	unsigned long anon;
	unsigned long lru;
};

/**
 * struct oe_cgroup_supply - what the kernel counts of a memory cgroup, and of those
 *	below it; pages
 * @max: memory.max
 * @used: memory.current
 * @cache: page cache on the LRU lists, without the unevictable
 * @anon: the same of anonymous memory
 * @swap_room: how much of it memory.swap.max, and those above, let go to swap
 * @swap_free: free swap of the machine, if reclaim uses it: see oe_swap_is_used()
 * @swap_cost: see oe_swap_cost_now()
 */
struct oe_cgroup_supply {
	unsigned long max;
	unsigned long used;
	unsigned long cache;
	unsigned long anon;
	unsigned long swap_room;
	unsigned long swap_free;
	unsigned int swap_cost;
};

bool oe_swap_is_used(int swappiness, bool has_generations, bool is_cgroup);
unsigned long oe_supply_in_memory(const struct oe_supply *supply);
unsigned long oe_supply_in_swap(const struct oe_supply *supply);
unsigned long oe_supply_for_kernel(const struct oe_supply *supply,
				   const struct oe_kernel_supply *kernel);
unsigned long oe_supply_in_cgroup(const struct oe_cgroup_supply *supply,
				  unsigned long *room);
unsigned long oe_supply_for_level(unsigned long available,
				  unsigned long for_kernel,
				  const struct oe_kernel_supply *kernel);

#endif /* OE_AVAILABLE_RULE_H */
