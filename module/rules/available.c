// SPDX-License-Identifier: GPL-2.0-only
/*
 * Available memory: the part without swapping, and the gain of swapping.
 *
 * Swap brings no more than there is anonymous memory that may go there, and no
 * more than it leaves: a page in zram or zswap goes on to take a part of itself.
 *
 * The kernel's own allocations have less: neither CMA areas nor high memory, and
 * of what can be reclaimed only the part outside of these.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>

#include "rules/available.h"

enum {
	SHARE_BITS = 10,
};

/* What MemAvailable counts of cache or slab: see si_mem_available(). */
static unsigned long counted_part(unsigned long pages, unsigned long low)
{
	return pages - min(pages / 2, low);
}

/* @part of @whole, in 1024ths. No machine has so many pages that it overflows. */
static u32 share_of(unsigned long part, unsigned long whole)
{
	return min_t(u64, div64_u64((u64)part << SHARE_BITS, whole), U32_MAX);
}

static unsigned long take_share(unsigned long pages, u32 share)
{
	return min_t(u64, mul_u64_u32_shr(pages, share, SHARE_BITS), ULONG_MAX);
}

/**
 * oe_supply_in_memory - how much can be allocated without swapping
 * @supply: what the kernel counts
 *
 * MemAvailable without the reclaimable slab in it, without the page cache that
 * memory cgroups keep, and without the temporary boost of the watermarks. A part
 * of that slab may be pinned, such as the inodes of an initramfs: MemAvailable was
 * seen at 10 MB in an OOM.
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_supply_in_memory(const struct oe_supply *supply)
{
	unsigned long less = counted_part(supply->reclaimable, supply->low);
	unsigned long kept =
		min(supply->kept, counted_part(supply->cache, supply->low));

	if (supply->mem_available <= 0)
		return 0;
	less += min(kept, ULONG_MAX - less);
	less += min(supply->boost, ULONG_MAX - less);
	return supply->mem_available -
	       min_t(unsigned long, less, supply->mem_available);
}

/**
 * oe_swap_is_used - does reclaim swap at all?
 * @swappiness: vm.swappiness; < 0 if it is not known
 * @has_generations: the multi-gen LRU is on
 * @is_cgroup: at the limit of a memory cgroup; false = the machine's reclaim
 *
 * With swappiness 0 the lists of the other LRU are still swapped to prevent an OOM
 * of the machine.
 *
 * Context: any.
 * Return: false if all that is anonymous stays in memory until the OOM.
 */
bool oe_swap_is_used(int swappiness, bool has_generations, bool is_cgroup)
{
	return swappiness || (!has_generations && !is_cgroup);
}

/**
 * oe_supply_in_swap - how much more can be allocated by swapping
 * @supply: what the kernel counts
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_supply_in_swap(const struct oe_supply *supply)
{
	u64 pages = min(supply->swap_free, supply->anon);
	unsigned int left;

	if (supply->swap_cost >= OE_SWAP_COST_WHOLE)
		return 0;
	left = OE_SWAP_COST_WHOLE - supply->swap_cost;
	/* No machine has so many pages that this overflows. */
	return div_u64(pages * left, OE_SWAP_COST_WHOLE);
}

/*
 * The part of @pages, on LRU lists, that is not in a CMA area. No counter tells it.
 * The pages in use of a CMA area are taken for pages of LRU lists, of each list the
 * same part. If a driver has its buffers there, the result is too small.
 */
static unsigned long outside_cma(const struct oe_kernel_supply *kernel,
				 unsigned long pages)
{
	if (!kernel->used_cma)
		return pages;
	if (kernel->used_cma >= kernel->lru)
		return 0;
	return take_share(pages, share_of(kernel->lru - kernel->used_cma,
					  kernel->lru));
}

/**
 * oe_supply_for_kernel - how much the kernel's own allocations may have
 * @supply: what the kernel counts of all zones
 * @kernel: the same of theirs
 *
 * By the rules of oe_supply_in_memory() and oe_supply_in_swap(). Reclaim takes
 * memory from LRU lists of all zones, and only what lies outside of CMA areas is
 * then free for the kernel. Nothing is migrated to make room.
 *
 * Context: any.
 * Return: pages, not more than of oe_supply_in_memory() and oe_supply_in_swap()
 * together.
 */
unsigned long oe_supply_for_kernel(const struct oe_supply *supply,
				   const struct oe_kernel_supply *kernel)
{
	unsigned long most =
		oe_supply_in_memory(supply) + oe_supply_in_swap(supply);
	struct oe_supply own = *supply;
	unsigned long gone = kernel->free_cma + kernel->reserve;
	unsigned long pages;
	unsigned long kept;

	if (!kernel->barred)
		return most;
	pages = counted_part(outside_cma(kernel, kernel->cache), kernel->low);
	kept = supply->kept;
	if (pages < supply->cache)
		kept = take_share(kept, share_of(pages, supply->cache));
	pages -= min(pages, kept);
	pages += kernel->free;
	pages -= min(pages, gone);
	own.anon = min(supply->anon, outside_cma(kernel, kernel->anon));
	return min(most, pages + oe_supply_in_swap(&own));
}

/**
 * oe_supply_in_cgroup - how much a memory cgroup may have, by its own limit
 * @supply: what the kernel counts of it
 * @room: set to the same without what swapping brings
 *
 * Above its limit a cgroup has nothing. All of its page cache counts: reclaim of a
 * cgroup goes on until nothing is left to take. Swap counts as for the machine.
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_supply_in_cgroup(const struct oe_cgroup_supply *supply,
				  unsigned long *room)
{
	struct oe_supply swap = {
		.anon = min(supply->anon, supply->swap_room),
		.swap_free = supply->swap_free,
		.swap_cost = supply->swap_cost,
	};
	unsigned long used = supply->used - min(supply->used, supply->cache);

	*room = supply->max - min(supply->max, used);
	return *room + oe_supply_in_swap(&swap);
}

/**
 * oe_supply_for_level - the one amount that a level is judged by
 * @available: for all
 * @for_kernel: of oe_supply_for_kernel()
 * @kernel: the same
 *
 * A watermark is a part of the memory. For the kernel's allocations it is the same
 * part of what they may use: @for_kernel counts in proportion.
 *
 * Context: any.
 * Return: pages, the smaller of both.
 */
unsigned long oe_supply_for_level(unsigned long available,
				  unsigned long for_kernel,
				  const struct oe_kernel_supply *kernel)
{
	unsigned long extra;

	if (!kernel->barred || !kernel->total)
		return available;
	extra = take_share(for_kernel, share_of(kernel->barred, kernel->total));
	extra = min(extra, ULONG_MAX - for_kernel);
	return min(available, for_kernel + extra);
}
