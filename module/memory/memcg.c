// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory cgroups: how much they hold, which part of it reclaim leaves alone, and how much
 * their limits leave.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/page_counter.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>

#include "memory/memcg.h"
#include "rules/available.h"

enum {
	/* A walk over many cgroups is not made for each look at the memory. */
	KEPT_FOR_MS = 20,
};

static unsigned long list_size(struct mem_cgroup *memcg, enum lru_list lru)
{
	unsigned long pages = 0;
	int nid, zone;

	for_each_node_state(nid, N_MEMORY)
		for (zone = 0; zone < MAX_NR_ZONES; zone++)
			pages += mem_cgroup_get_zone_lru_size(
				&memcg->nodeinfo[nid]->lruvec, lru, zone);
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

		*cache += list_size(one, LRU_ACTIVE_FILE) +
			  list_size(one, LRU_INACTIVE_FILE);
		*anon += list_size(one, LRU_ACTIVE_ANON) +
			 list_size(one, LRU_INACTIVE_ANON);
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

/**
 * oe_memcg_kept_pages - how much page cache memory.min and memory.low keep
 *
 * Of cgroup v2. The protection of a cgroup is not above that of the ones above
 * it, so those below the root tell. The kernel gives up memory.low before an OOM,
 * but then somebody has lost what was promised.
 *
 * Context: any, also the OOM path; takes no lock. Where nothing is protected it
 * is two loads.
 * Return: pages, at most KEPT_FOR_MS old.
 */
unsigned long oe_memcg_kept_pages(void)
{
	static unsigned long next_walk; /* jiffies; harmless if two walk */
	static unsigned long kept;
	struct mem_cgroup *root;

	if (mem_cgroup_disabled())
		return 0;
	if (READ_ONCE(next_walk) && time_before(jiffies, READ_ONCE(next_walk)))
		return READ_ONCE(kept);
	rcu_read_lock();
	root = mem_cgroup_from_css(
		rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]));
	WRITE_ONCE(kept, root ? kept_below(root) : 0);
	rcu_read_unlock();
	WRITE_ONCE(next_walk, jiffies + msecs_to_jiffies(KEPT_FOR_MS));
	return READ_ONCE(kept);
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
