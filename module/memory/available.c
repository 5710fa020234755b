// SPDX-License-Identifier: GPL-2.0-only
/*
 * Available memory, from counters of the kernel.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "compat/vmstat.h"
#include "lib/units.h"
#include "memory/available.h"
#include "memory/memcg.h"
#include "memory/swappiness.h"
#include "memory/zones.h"
#include "rules/available.h"

/* The memory that a swapped-out page still takes. Two threads look at it. */
static struct {
	spinlock_t lock; /* of seen; its holders never allocate */
	struct oe_swap_cost seen;
	unsigned int cost; /* see oe_swap_cost_now(); read without the lock */
} swap = {
	.lock = __SPIN_LOCK_UNLOCKED(swap.lock),
	.cost = OE_SWAP_COST_UNKNOWN,
};

/* KReclaimable of /proc/meminfo. */
static unsigned long reclaimable_pages(void)
{
	return global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
	       global_node_page_state(NR_KERNEL_MISC_RECLAIMABLE);
}

/* Anonymous memory that could be swapped out; shared memory is part of it. */
static unsigned long swappable_pages(void)
{
	return global_node_page_state(NR_ACTIVE_ANON) +
	       global_node_page_state(NR_INACTIVE_ANON);
}

static unsigned long cache_pages(void)
{
	return global_node_page_state(NR_ACTIVE_FILE) +
	       global_node_page_state(NR_INACTIVE_FILE);
}

static void read_supply(struct oe_supply *supply)
{
	supply->mem_available = si_mem_available();
	supply->cache = cache_pages();
	supply->kept = oe_memcg_kept_pages();
	supply->reclaimable = reclaimable_pages();
	supply->low = oe_memory_low();
	supply->boost = oe_memory_boost();
	supply->anon = swappable_pages();
	supply->swap_free = 0;
	if (oe_swappiness_is_used(false))
		supply->swap_free = oe_free_swap_pages();
	if (supply->swap_free)
		supply->anon -= min(supply->anon, oe_memcg_stuck_pages());
	supply->swap_cost = READ_ONCE(swap.cost); /* oe_available_learn() */
}

static u64 sum_kb(const struct oe_supply *supply)
{
	return oe_pages_to_kb(oe_supply_in_memory(supply) +
			      oe_supply_in_swap(supply));
}

/**
 * oe_available_pages - how much can be allocated without swapping
 *
 * Context: any; reads counters only.
 * Return: pages, see oe_supply_in_memory().
 */
unsigned long oe_available_pages(void)
{
	struct oe_supply supply;

	read_supply(&supply);
	return oe_supply_in_memory(&supply);
}

/**
 * oe_free_swap_pages - how much can still be swapped out
 *
 * Context: any.
 * Return: pages. No kernel exports the total of the swap.
 */
unsigned long oe_free_swap_pages(void)
{
	return max(get_nr_swap_pages(), 0L);
}

/**
 * oe_available_kb - how much can still be allocated
 *
 * It includes what swapping brings, because without that a leak would look stuck
 * while its memory is being swapped out.
 *
 * Context: any; reads counters only.
 * Return: KiB, see oe_supply_in_memory() and oe_supply_in_swap().
 */
u64 oe_available_kb(void)
{
	struct oe_supply supply;

	read_supply(&supply);
	return sum_kb(&supply);
}

/**
 * oe_available_for_kill_kb - how much can still be allocated, before a kill
 *
 * The one amount that early_kb is compared with. More than oe_available_kb() as
 * long as nobody knows what a compressed store brings, and otherwise the same.
 *
 * Context: any; reads counters only.
 * Return: KiB, see oe_swap_cost_for_kill().
 */
u64 oe_available_for_kill_kb(void)
{
	struct oe_supply supply;

	read_supply(&supply);
	supply.swap_cost = oe_swap_cost_for_kill(supply.swap_cost);
	return sum_kb(&supply);
}

/**
 * oe_available_read - how much can still be allocated, by whom
 * @amount: filled in
 *
 * Context: any; reads counters only.
 */
void oe_available_read(struct oe_available *amount)
{
	struct oe_kernel_supply kernel;
	struct oe_supply supply;
	unsigned long all, own;

	read_supply(&supply);
	oe_memory_kernel(&kernel);
	all = oe_supply_in_memory(&supply) + oe_supply_in_swap(&supply);
	own = oe_supply_for_kernel(&supply, &kernel);
	amount->kb = oe_pages_to_kb(all);
	amount->kernel_kb = oe_pages_to_kb(own);
	amount->level_kb =
		oe_pages_to_kb(oe_supply_for_level(all, own, &kernel));
}

/**
 * oe_available_in_memcg - how much a memory cgroup can still be charged
 * @memcg: with a reference; of cgroup v2
 * @amount: filled in: the least that its limit and those above leave
 *
 * Context: any, also the OOM path; reads counters only.
 * Return: true; false if nothing limits it.
 */
bool oe_available_in_memcg(struct mem_cgroup *memcg,
			   struct oe_memcg_amount *amount)
{
	struct oe_cgroup_supply supply = {
		.swap_cost = READ_ONCE(swap.cost), /* oe_available_learn() */
	};

	if (oe_swappiness_is_used(true))
		supply.swap_free = oe_free_swap_pages();
	amount->kb = U64_MAX;
	amount->room_kb = U64_MAX;
	amount->limit_kb = U64_MAX;
	for (; memcg; memcg = oe_memcg_above(memcg)) {
		unsigned long room;
		unsigned long pages;

		if (!oe_memcg_read(memcg, &supply))
			continue;
		pages = oe_supply_in_cgroup(&supply, &room);
		amount->kb = min(amount->kb, oe_pages_to_kb(pages));
		amount->room_kb = min(amount->room_kb, oe_pages_to_kb(room));
		amount->limit_kb =
			min(amount->limit_kb, oe_pages_to_kb(supply.max));
	}
	return amount->limit_kb != U64_MAX;
}

/**
 * oe_available_prime - learn what swapping costs from what is in swap already
 * @swapped: pages that the processes have swapped out
 *
 * Context: any but interrupts; once.
 */
void oe_available_prime(unsigned long swapped)
{
	spin_lock(&swap.lock);
	oe_swap_cost_prime(&swap.seen, swapped, oe_vmstat_zspages());
	spin_unlock(&swap.lock);
}

/**
 * oe_available_learn - learn what swapping costs from what is swapped now
 *
 * Context: any but interrupts; reads counters only.
 */
void oe_available_learn(void)
{
	spin_lock(&swap.lock);
	oe_swap_cost_add(&swap.seen, oe_free_swap_pages(), oe_vmstat_zspages());
	/* Read by read_supply(). */
	WRITE_ONCE(swap.cost, oe_swap_cost_now(&swap.seen));
	spin_unlock(&swap.lock);
}

/**
 * oe_used_pages - how much is in use and cannot be reclaimed
 *
 * Memory of processes, of tmpfs, of pipes, and the kernel's own.
 *
 * Context: any; reads counters only.
 * Return: pages.
 */
unsigned long oe_used_pages(void)
{
	unsigned long other = global_zone_page_state(NR_FREE_PAGES) +
			      cache_pages() + reclaimable_pages();
	unsigned long total = totalram_pages();

	return total > other ? total - other : 0;
}
