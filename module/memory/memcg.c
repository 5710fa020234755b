// SPDX-License-Identifier: GPL-2.0-only
/*
 * What memory cgroups hold, and what of it reclaim leaves alone.
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

#ifdef CONFIG_MEMCG

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

static unsigned long cache_below(struct mem_cgroup *memcg)
{
	struct cgroup_subsys_state *css;
	unsigned long pages = 0;

	css_for_each_descendant_pre(css, &memcg->css) {
		struct mem_cgroup *one = mem_cgroup_from_css(css);

		pages += list_size(one, LRU_ACTIVE_FILE) +
			 list_size(one, LRU_INACTIVE_FILE);
	}
	return pages;
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
	unsigned long cache;

	if (!kept)
		return 0;
	cache = cache_below(memcg);
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

#endif /* CONFIG_MEMCG */
