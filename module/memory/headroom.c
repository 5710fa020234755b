// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory an allocation could really have: free memory, less the part
 * that the page allocator withholds from it.
 */
#include "core.h"

#include <linux/cpuset.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/vmstat.h>

#include "episode.h"
#include "memory/blocks.h"
#include "memory/available.h"
#include "memory/headroom.h"
#include "memory/memcg.h"

enum {
	/*
	 * Pages beyond the failed allocation that must be there before memory
	 * counts as back: a charge batch of a memory cgroup, the fill of a
	 * per-CPU list, and the page faults of other waiting tasks.
	 */
	MARGIN = 128,
	/*
	 * Pages of swap that must have become free before reclaim is worth
	 * another try: more than what others swap in and out meanwhile.
	 */
	SWAP_MARGIN = 512,
};

/*
 * A notifier is not told what failed. If it was an allocation of the kernel,
 * memory in a CMA area or in high memory would not help it, however much there
 * is: it would fail again and again.
 */
static const gfp_t UNKNOWN = GFP_KERNEL;

static bool may_use_node(int nid, const struct oe_domain *domain)
{
	if (domain && domain->nodemask)
		return node_isset(nid, *domain->nodemask);
	if (domain && domain->cpuset)
		return node_isset(nid, cpuset_current_mems_allowed);
	return true;
}

/* As __zone_watermark_ok() for an order of 0, but returns how much. */
static unsigned long usable_in(struct zone *zone, gfp_t gfp)
{
	unsigned long free = zone_page_state(zone, NR_FREE_PAGES);
	unsigned long kept =
		min_wmark_pages(zone) + zone->lowmem_reserve[gfp_zone(gfp)];

	/* Withheld for interrupts, even where it is in use. */
	kept += READ_ONCE(zone->nr_reserved_highatomic);
	if (!oe_blocks_cma(gfp))
		kept += zone_page_state(zone, NR_FREE_CMA_PAGES);
	return free > kept ? free - kept : 0;
}

static bool has_block(struct zone *zone, unsigned int order, gfp_t gfp)
{
	unsigned int i;

	if (!order)
		return true;
	for (i = order; i < ARRAY_SIZE(zone->free_area); i++)
		if (oe_blocks_serve(&zone->free_area[i], gfp))
			return true;
	return false;
}

/**
 * sum_usable - over all zones that an allocation may use
 * @gfp: of the allocation
 * @order: of the allocation
 * @domain: restricts the nodes; or NULL
 *
 * Return: pages of the zones that have a block of that order.
 */
static unsigned long sum_usable(gfp_t gfp, unsigned int order,
				const struct oe_domain *domain)
{
	unsigned long pages = 0;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		struct zone *zone = NODE_DATA(nid)->node_zones;
		struct zone *last = zone + gfp_zone(gfp);

		if (!may_use_node(nid, domain))
			continue;
		for (; zone <= last; zone++) {
			unsigned long usable;

			if (!populated_zone(zone))
				continue;
			usable = usable_in(zone, gfp);
			if (usable && has_block(zone, order, gfp))
				pages += usable;
		}
	}
	return pages;
}

/**
 * oe_memory_is_back - could the allocation now succeed, with a margin?
 * @call: the failed one
 * @beyond: pages that must be left for others
 *
 * Context: any.
 * Return: true if no process has to be killed.
 */
bool oe_memory_is_back(const struct oe_call *call, unsigned long beyond)
{
	/* A notifier is not told the order: take that of a page fault. */
	unsigned int order = max(call->order, 0);
	unsigned long wanted = MARGIN + (1UL << order);

	if (call->kind == OE_KIND_MEMCG)
		return oe_memcg_room(call->domain.memcg) >= wanted;
	return sum_usable(call->gfp ?: UNKNOWN, order, &call->domain) >=
	       wanted + beyond;
}

/**
 * oe_memory_swap_room - how much more can be swapped out for an allocation
 * @call: which
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_memory_swap_room(const struct oe_call *call)
{
	unsigned long pages = oe_free_swap_pages();

	if (call->kind == OE_KIND_MEMCG)
		pages = min(pages, oe_memcg_swap_room(call->domain.memcg));
	return pages;
}

/**
 * oe_memory_may_be_reclaimed - has so much swap been given back that the
 *	kernel should try once more?
 * @call: which failed
 * @before: oe_memory_swap_room() at that time
 *
 * A process that drops swapped-out pages frees no memory, but the pages of
 * other processes can now be swapped out in their place.
 *
 * Context: any.
 * Return: true if it should.
 */
bool oe_memory_may_be_reclaimed(const struct oe_call *call,
				unsigned long before)
{
	return oe_memory_swap_room(call) >= before + SWAP_MARGIN;
}
