// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watermarks of all zones together: how much free memory the page allocator
 * keeps back, and the temporary boost of that amount; and what the zones have
 * that the kernel's own allocations may use.
 */
#include "core.h"

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "compat/vmstat.h"
#include "memory/zones.h"
#include "rules/available.h"

static unsigned long sum_zones(unsigned long (*pages_of)(struct zone *zone))
{
	unsigned long pages = 0;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		struct zone *zone = NODE_DATA(nid)->node_zones;
		struct zone *end = zone + MAX_NR_ZONES;

		for (; zone < end; zone++)
			if (populated_zone(zone))
				pages += pages_of(zone);
	}
	return pages;
}

static unsigned long low_of(struct zone *zone)
{
	return low_wmark_pages(zone);
}

static unsigned long min_of(struct zone *zone)
{
	return min_wmark_pages(zone);
}

static unsigned long boost_of(struct zone *zone)
{
	return READ_ONCE(zone->watermark_boost);
}

/**
 * oe_memory_low - free memory at which the kernel begins to reclaim
 *
 * Context: any.
 * Return: pages, the sum of all zones.
 */
unsigned long oe_memory_low(void)
{
	return sum_zones(low_of);
}

/**
 * oe_memory_min - free memory below which ordinary allocations fail
 *
 * Context: any.
 * Return: pages, the sum of all zones.
 */
unsigned long oe_memory_min(void)
{
	return sum_zones(min_of);
}

/**
 * oe_memory_boost - how much the watermarks are raised at the moment
 *
 * Context: any.
 * Return: pages, the sum of all zones.
 */
unsigned long oe_memory_boost(void)
{
	return sum_zones(boost_of);
}

static unsigned long drop_boost_of(struct zone *zone)
{
	unsigned long boost;
	unsigned long flags;

	if (!boost_of(zone))
		return 0;
	/* As kswapd does at the end of its run. */
	spin_lock_irqsave(&zone->lock, flags);
	boost = zone->watermark_boost;
	zone->watermark_boost = 0;
	spin_unlock_irqrestore(&zone->lock, flags);
	return boost;
}

/**
 * oe_memory_drop_boost - drop the temporary boost of the watermarks
 *
 * When the kernel has to mix kinds of pages in a block it raises the zone's
 * watermarks by the size of a block, 2 MB on most, so that kswapd reclaims some
 * more. In an OOM there is nothing left to reclaim, and the boost only
 * withholds the released reserve from the processes that need it.
 *
 * Context: process context, also the OOM path.
 * Return: by how many pages, in all zones.
 */
unsigned long oe_memory_drop_boost(void)
{
	return sum_zones(drop_boost_of);
}

static void add_zone(struct oe_kernel_supply *kernel, struct zone *zone)
{
	unsigned long free_cma = zone_page_state(zone, NR_FREE_CMA_PAGES);
	unsigned long cma = max(zone_cma_pages(zone), free_cma);
	unsigned long managed = zone_managed_pages(zone);
	unsigned long cache = zone_page_state(zone, NR_ZONE_ACTIVE_FILE) +
			      zone_page_state(zone, NR_ZONE_INACTIVE_FILE);
	unsigned long anon = zone_page_state(zone, NR_ZONE_ACTIVE_ANON) +
			     zone_page_state(zone, NR_ZONE_INACTIVE_ANON);

	kernel->barred += cma;
	kernel->total += managed - min(cma, managed);
	kernel->free += zone_page_state(zone, NR_FREE_PAGES);
	kernel->free_cma += free_cma;
	kernel->used_cma += cma - free_cma;
	kernel->reserve += high_wmark_pages(zone) +
			   zone->lowmem_reserve[gfp_zone(GFP_KERNEL)];
	kernel->low += low_wmark_pages(zone);
	kernel->cache += cache;
	kernel->anon += anon;
	kernel->lru +=
		cache + anon + zone_page_state(zone, NR_ZONE_UNEVICTABLE);
}

/**
 * oe_memory_kernel - what the zones have for the kernel's own allocations
 * @kernel: filled in
 *
 * Context: any; reads counters only.
 */
void oe_memory_kernel(struct oe_kernel_supply *kernel)
{
	int nid;

	memset(kernel, 0, sizeof(*kernel));
	for_each_node_state(nid, N_MEMORY) {
		struct zone *zone = NODE_DATA(nid)->node_zones;
		struct zone *last = zone + gfp_zone(GFP_KERNEL);
		struct zone *end = zone + MAX_NR_ZONES;

		for (; zone < end; zone++) {
			if (!populated_zone(zone))
				continue;
			if (zone <= last)
				add_zone(kernel, zone);
			else
				kernel->barred += zone_managed_pages(zone);
		}
	}
}
