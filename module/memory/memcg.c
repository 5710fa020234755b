// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory cgroups: how much they hold, which part of it reclaim leaves alone, and how much
 * their limits leave.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/page_counter.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "lib/pause.h"
#include "memory/memcg.h"
#include "memory/swappiness.h"
#include "rules/available.h"

enum {
	/* A walk over many cgroups is not made for each look at the memory. */
	WALK_PAUSE_MS = 20,
	WALK_PAUSE_MAX_MS = 100,
	WALK_PAUSE_AT_REST_MS = 2000,
	/*
	 * The pause, as a multiple of what the walk took: at most 1 % of a CPU,
	 * and 0.025 % at rest.
	 */
	WALK_PAUSE_SHARE = 100,
	WALK_PAUSE_SHARE_AT_REST = 4000,
	/* No rest: so much less is left than at the last walk, a part of all. */
	WALK_FALL_SHARE = 128,
};

/**
 * struct walk - a sum over memory cgroups, and when it is made again
 * @pages_below: the sum
 * @pages: the last result
 * @left: of left_pages() at that time
 * @since: jiffies when it was made; harmless if two walk
 * @took_us: how long it took, a second at most
 * @walked: there was one
 */
struct walk {
	unsigned long (*pages_below)(struct mem_cgroup *root);
	unsigned long pages;
	unsigned long left;
	unsigned long since;
	unsigned int took_us;
	bool walked;
};

/* The multi-gen LRU has counters of its own, and leaves those of the lists at 0. */
static unsigned long gen_size(struct lruvec *lruvec, bool file, int zone)
{
	long pages = 0;
#ifdef CONFIG_LRU_GEN
	int gen;

	for (gen = 0; gen < MAX_NR_GENS; gen++)
		pages += READ_ONCE(lruvec->lrugen.nr_pages[gen][file][zone]);
#endif
	return max(pages, 0L);
}

/* The page cache, or the anonymous memory, of one cgroup. */
static unsigned long list_size(struct mem_cgroup *memcg, bool file)
{
	enum lru_list lru = file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON;
	unsigned long pages = 0;
	int nid, zone;

	for_each_node_state(nid, N_MEMORY) {
		struct lruvec *lruvec = &memcg->nodeinfo[nid]->lruvec;

		for (zone = 0; zone < MAX_NR_ZONES; zone++)
			pages += mem_cgroup_get_zone_lru_size(lruvec, lru,
							      zone) +
				 mem_cgroup_get_zone_lru_size(
					 lruvec, lru + LRU_ACTIVE, zone) +
				 gen_size(lruvec, file, zone);
	}
	return pages;
}

/* Page cache and anonymous memory of a cgroup and of those below it. */
static void sum_lists(struct mem_cgroup *memcg, unsigned long *cache,
		      unsigned long *anon)
{
	struct cgroup_subsys_state *css;

	*cache = 0;
	*anon = 0;
	css_for_each_descendant_pre(css, &memcg->css) {
		struct mem_cgroup *one = mem_cgroup_from_css(css);

		*cache += list_size(one, true);
		*anon += list_size(one, false);
	}
}

static unsigned long larger_of(atomic_long_t *min, atomic_long_t *low)
{
	return max(atomic_long_read(min), atomic_long_read(low));
}

/* How much of what is charged to @memcg memory.min and memory.low protect. */
static unsigned long protected_in(struct mem_cgroup *memcg)
{
	struct page_counter *counter = &memcg->memory;
	unsigned long pages =
		larger_of(&counter->min_usage, &counter->low_usage);

	/* Without this option a cgroup protects what its children ask for only. */
	if (!(cgrp_dfl_root.flags & CGRP_ROOT_MEMORY_RECURSIVE_PROT) &&
	    !list_empty(&memcg->css.children))
		pages = min(pages, larger_of(&counter->children_min_usage,
					     &counter->children_low_usage));
	return pages;
}

/* Reclaim takes what is charged beyond the protection, and no more. */
static unsigned long kept_in(struct mem_cgroup *memcg)
{
	unsigned long kept = protected_in(memcg);
	unsigned long used = page_counter_read(&memcg->memory);
	unsigned long beyond = used > kept ? used - kept : 0;
	unsigned long cache, anon;

	if (!kept)
		return 0;
	sum_lists(memcg, &cache, &anon);
	return cache > beyond ? cache - beyond : 0;
}

static unsigned long kept_below(struct mem_cgroup *root)
{
	struct cgroup_subsys_state *css;
	unsigned long pages = 0;

	if (!larger_of(&root->memory.children_min_usage,
		       &root->memory.children_low_usage))
		return 0;
	list_for_each_entry_rcu(css, &root->css.children, sibling)
		pages += kept_in(mem_cgroup_from_css(css));
	return pages;
}

static bool limits_swap(struct mem_cgroup *memcg)
{
	return READ_ONCE(memcg->swap.max) < PAGE_COUNTER_MAX;
}

/* Is there one of those above that limits it already? */
static bool is_below_limit(struct mem_cgroup *memcg)
{
	while ((memcg = parent_mem_cgroup(memcg)))
		if (limits_swap(memcg))
			return true;
	return false;
}

static unsigned long swap_room(struct mem_cgroup *memcg)
{
	unsigned long max = READ_ONCE(memcg->swap.max);
	unsigned long used = page_counter_read(&memcg->swap);

	return max > used ? max - used : 0;
}

/* The least of its own and of those above. */
static unsigned long least_swap_room(struct mem_cgroup *memcg)
{
	unsigned long room = PAGE_COUNTER_MAX;

	for (; memcg; memcg = parent_mem_cgroup(memcg))
		room = min(room, swap_room(memcg));
	return room;
}

/* As if those that share a limit had it each for itself. */
static unsigned long stuck_one_by_one(struct mem_cgroup *memcg)
{
	struct cgroup_subsys_state *css;
	unsigned long pages = 0;

	css_for_each_descendant_pre(css, &memcg->css) {
		struct mem_cgroup *one = mem_cgroup_from_css(css);
		unsigned long anon = list_size(one, false);

		pages += anon - min(anon, least_swap_room(one));
	}
	return pages;
}

/*
 * Anonymous memory of a cgroup that memory.swap.max does not let go to swap: because
 * of the limit that all below it share, or of limits further down. Both together
 * may keep more.
 */
static unsigned long stuck_in(struct mem_cgroup *memcg)
{
	unsigned long room = swap_room(memcg);
	unsigned long cache, anon;

	sum_lists(memcg, &cache, &anon);
	return max(anon - min(anon, room), stuck_one_by_one(memcg));
}

static unsigned long stuck_below(struct mem_cgroup *root)
{
	struct cgroup_subsys_state *css;
	unsigned long pages = 0;

	css_for_each_descendant_pre(css, &root->css) {
		struct mem_cgroup *memcg = mem_cgroup_from_css(css);

		if (limits_swap(memcg) && !is_below_limit(memcg))
			pages += stuck_in(memcg);
	}
	return pages;
}

/* The root of cgroup v2 may have no memory controller. */
static unsigned long walk_below_root(const struct walk *walk)
{
	unsigned long pages = 0;
	struct mem_cgroup *root;

	rcu_read_lock();
	root = mem_cgroup_from_css(
		rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]));
	if (root)
		pages = walk->pages_below(root);
	rcu_read_unlock();
	return pages;
}

/* Falls with whatever takes memory, also while others are swapped out for it. */
static unsigned long left_pages(void)
{
	return global_zone_page_state(NR_FREE_PAGES) +
	       global_node_page_state(NR_ACTIVE_FILE) +
	       global_node_page_state(NR_INACTIVE_FILE) +
	       max(get_nr_swap_pages(), 0L);
}

/* Many cgroups are walked less often: the share of a CPU is bounded. */
static unsigned int pause_of(const struct walk *walk, unsigned long left)
{
	unsigned long fall = totalram_pages() / WALK_FALL_SHARE;
	unsigned int us = READ_ONCE(walk->took_us);
	unsigned int ms = us * WALK_PAUSE_SHARE / USEC_PER_MSEC;

	if (left + fall < READ_ONCE(walk->left))
		return clamp_t(u32, ms, WALK_PAUSE_MS, WALK_PAUSE_MAX_MS);
	ms = us * WALK_PAUSE_SHARE_AT_REST / USEC_PER_MSEC;
	return clamp_t(u32, ms, WALK_PAUSE_MS, WALK_PAUSE_AT_REST_MS);
}

/* The result of a walk, at most as old as its pause. */
static unsigned long walk_result(struct walk *walk)
{
	unsigned long left = left_pages();
	unsigned long now = jiffies;
	unsigned long pages;
	u64 began;

	if (mem_cgroup_disabled())
		return 0;
	if (READ_ONCE(walk->walked) &&
	    !oe_pause_is_over(READ_ONCE(walk->since), pause_of(walk, left),
			      now))
		return READ_ONCE(walk->pages);
	began = ktime_get_ns();
	pages = walk_below_root(walk);
	WRITE_ONCE(walk->pages, pages);
	WRITE_ONCE(walk->left, left);
	WRITE_ONCE(walk->since, now);
	WRITE_ONCE(walk->took_us,
		   min_t(u64, (ktime_get_ns() - began) >> 10, USEC_PER_SEC));
	WRITE_ONCE(walk->walked, true);
	return pages;
}

/**
 * oe_memcg_kept_pages - how much page cache memory.min and memory.low keep
 *
 * Of cgroup v2. The protection of a cgroup is not above that of the ones above
 * it, so those below the root tell. The kernel gives up memory.low before an OOM,
 * but then somebody has lost what was promised.
 *
 * Context: any, also the OOM path; takes no lock. Where nothing is protected it
 * is two loads.
 * Return: pages; see walk_result() for their age.
 */
unsigned long oe_memcg_kept_pages(void)
{
	static struct walk walk = { .pages_below = kept_below };

	return walk_result(&walk);
}

/**
 * oe_memcg_stuck_pages - how much anonymous memory may not go to swap
 *
 * Because of memory.swap.max, of cgroup v2.
 *
 * Context: as oe_memcg_kept_pages(); a walk over all memory cgroups.
 * Return: pages, as above.
 */
unsigned long oe_memcg_stuck_pages(void)
{
	static struct walk walk = { .pages_below = stuck_below };

	return walk_result(&walk);
}

/* Pages that may still be charged: as mem_cgroup_margin(), not exported. */
static unsigned long room_in(struct page_counter *counter)
{
	unsigned long room = PAGE_COUNTER_MAX;

	for (; counter; counter = counter->parent) {
		unsigned long used = page_counter_read(counter);
		unsigned long max = READ_ONCE(counter->max);

		room = min(room, max > used ? max - used : 0);
	}
	return room;
}

/**
 * oe_memcg_swap_room - how much more a cgroup may swap out
 * @memcg: which
 *
 * With cgroup v1 it is the room of memory and swap together.
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_memcg_swap_room(struct mem_cgroup *memcg)
{
	return room_in(&memcg->swap);
}

/**
 * oe_memcg_room - how much more a cgroup may be charged without reclaim
 * @memcg: which
 *
 * With cgroup v1 a page needs room in both counters.
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_memcg_room(struct mem_cgroup *memcg)
{
	unsigned long room = room_in(&memcg->memory);

	if (!cgroup_subsys_on_dfl(memory_cgrp_subsys))
		room = min(room, oe_memcg_swap_room(memcg));
	return room;
}

/**
 * oe_memcg_above - the cgroup above another one
 * @memcg: with a reference
 *
 * Context: any.
 * Return: as long valid as @memcg; NULL above the root.
 */
struct mem_cgroup *oe_memcg_above(struct mem_cgroup *memcg)
{
	return parent_mem_cgroup(memcg);
}

/**
 * oe_memcg_read - what the kernel counts of a cgroup
 * @memcg: with a reference; of cgroup v2
 * @supply: filled in but for @swap_free and @swap_cost; only if there is a limit
 *
 * Context: any, also the OOM path; takes no lock.
 * Return: true; false if memory.max is "max".
 */
bool oe_memcg_read(struct mem_cgroup *memcg, struct oe_cgroup_supply *supply)
{
	supply->max = READ_ONCE(memcg->memory.max);
	if (supply->max >= PAGE_COUNTER_MAX)
		return false;
	supply->used = page_counter_read(&memcg->memory);
	supply->swap_room = oe_memcg_swap_room(memcg);
	rcu_read_lock();
	sum_lists(memcg, &supply->cache, &supply->anon);
	rcu_read_unlock();
	return true;
}

static void mix_in(u64 *mix, u64 value)
{
	*mix = (*mix + value) * GOLDEN_RATIO_64;
}

static void mix_counter(u64 *mix, struct page_counter *counter)
{
	unsigned long max = READ_ONCE(counter->max);

	mix_in(mix, max);
	/* Where there is no limit, what others have is no matter. */
	if (max < PAGE_COUNTER_MAX)
		mix_in(mix, page_counter_read(counter));
}

/**
 * oe_memcg_charges - a number that is another one when oe_memcg_read() would be
 * @memcg: with a reference; of cgroup v2
 *
 * Made of the charges to its limits and those above, and of free swap. At a limit
 * page cache goes as fast as other memory comes, and the sum of both stays: then
 * the kernel counts how often the limit was met. Only page cache that goes for
 * another reason, while as many pages are charged, changes nothing here.
 *
 * Context: any, also the OOM path; reads counters only.
 * Return: that number.
 */
u64 oe_memcg_charges(struct mem_cgroup *memcg)
{
	u64 mix = oe_swappiness_is_used(true) ? max(get_nr_swap_pages(), 0L) :
						0;

	for (; memcg; memcg = parent_mem_cgroup(memcg)) {
		mix_counter(&mix, &memcg->memory);
		mix_counter(&mix, &memcg->swap);
		mix_in(&mix,
		       atomic_long_read(memcg->memory_events + MEMCG_MAX));
		mix_in(&mix,
		       atomic_long_read(memcg->memory_events + MEMCG_HIGH));
	}
	return mix;
}

/**
 * oe_memcg_path - the path of a memory cgroup as userspace knows it
 * @memcg: the cgroup, or NULL
 * @path: filled in; cut if it is longer, "" for NULL
 *
 * Context: any in which spinlocks may be taken; takes no mutex, unlike
 * cgroup_path_ns().
 */
void oe_memcg_path(struct mem_cgroup *memcg, char path[OE_MEMCG_PATH])
{
	path[0] = '\0';
	if (memcg)
		cgroup_path(memcg->css.cgroup, path, OE_MEMCG_PATH);
}
