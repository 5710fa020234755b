// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reserve: pages that are returned to the page allocator in the OOM path,
 * and allocated again in the background when there is plenty.
 *
 * They are held in large blocks. Single pages would go to a list of the CPU
 * that runs the OOM path, where other CPUs do not find them.
 */
#include "core.h"

#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "lib/units.h"
#include "memory/available.h"
#include "memory/reserve.h"
#include "memory/zones.h"

enum {
	/* Above PAGE_ALLOC_COSTLY_ORDER: kept on no per-CPU list. */
	LARGEST_ORDER = 6,
	/* No refill before the last release is this long ago. */
	QUIET_MS = 1000,
	RETRY_MS = 500,
	/* A refill leaves this share of RAM available. */
	LEFT_SHARE = 32,
	/* A per-CPU list takes this many pages in one step. */
	PCP_BATCH = 64,
};

static void refill_reserve(struct work_struct *work);

static struct {
	spinlock_t lock; /* its holders never allocate */
	struct list_head blocks; /* by page->lru; the order in page->private */
	unsigned long nr_pages; /* in them */
	unsigned long lost; /* of them, see lost_pages() */
	unsigned int nr_releases;
	u64 quiet_until_ns;
	bool ready;
	struct delayed_work work;
} reserve = {
	.lock = __SPIN_LOCK_UNLOCKED(reserve.lock),
	.blocks = LIST_HEAD_INIT(reserve.blocks),
	.work = __DELAYED_WORK_INITIALIZER(reserve.work, refill_reserve, 0),
};

/*
 * Pages that userspace never sees of those that are released in an OOM. By then
 * free memory is below the min watermarks, at worst nothing, so that the first
 * pages only fill it up to there; and each CPU takes some into its own lists.
 */
static unsigned long lost_pages(void)
{
	return num_online_cpus() * PCP_BATCH + oe_memory_min();
}

static unsigned long wanted_pages(void)
{
	unsigned long kb = READ_ONCE(oe_config.reserve_kb);

	return kb ? DIV_ROUND_UP(kb, PAGE_SIZE / 1024) + lost_pages() : 0;
}

static void free_blocks(struct list_head *blocks)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, blocks, lru) {
		unsigned int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

/* Frees all but @keep pages; returns how many were freed. */
static unsigned long give_back(unsigned long keep)
{
	unsigned long nr_before;
	LIST_HEAD(blocks);

	spin_lock(&reserve.lock);
	nr_before = reserve.nr_pages;
	while (reserve.nr_pages > keep) {
		struct page *page =
			list_first_entry(&reserve.blocks, struct page, lru);

		reserve.nr_pages -= 1UL << page_private(page);
		list_move(&page->lru, &blocks);
	}
	nr_before -= reserve.nr_pages;
	spin_unlock(&reserve.lock);
	free_blocks(&blocks);
	return nr_before;
}

/**
 * oe_reserve_release - give everything back to the page allocator
 *
 * Context: OOM path; allocates nothing.
 * Return: how many pages that were.
 */
unsigned long oe_reserve_release(void)
{
	if (!READ_ONCE(reserve.nr_pages) && !READ_ONCE(oe_config.reserve_kb))
		return 0;
	spin_lock(&reserve.lock);
	reserve.nr_releases++;
	reserve.quiet_until_ns = ktime_get_ns() + QUIET_MS * (u64)NSEC_PER_MSEC;
	spin_unlock(&reserve.lock);
	queue_delayed_work(system_wq, &reserve.work,
			   msecs_to_jiffies(QUIET_MS));
	return give_back(0);
}

static bool is_quiet(void)
{
	bool quiet;

	spin_lock(&reserve.lock);
	quiet = ktime_get_ns() >= reserve.quiet_until_ns;
	spin_unlock(&reserve.lock);
	return quiet;
}

/* Is there enough for the missing pages and for all other users of memory? */
static bool has_plenty(unsigned long missing)
{
	return oe_available_pages() > missing + totalram_pages() / LEFT_SHARE;
}

static struct page *take_block(unsigned long missing, unsigned int *order)
{
	const gfp_t gfp = GFP_HIGHUSER | __GFP_NORETRY | __GFP_NOMEMALLOC |
			  __GFP_NOWARN;
	struct page *page;

	while (*order && (1UL << *order) > missing)
		--*order;
	/* NORETRY: reclaims a little, never calls the OOM killer. */
	while (!(page = alloc_pages(gfp, *order)) && *order)
		--*order;
	return page;
}

/* False if there was a release meanwhile: then the refill stops. */
static bool keep_block(struct page *page, unsigned int order,
		       unsigned int nr_releases)
{
	bool keep;

	set_page_private(page, order);
	spin_lock(&reserve.lock);
	keep = reserve.nr_releases == nr_releases;
	if (keep) {
		list_add_tail(&page->lru, &reserve.blocks);
		reserve.nr_pages += 1UL << order;
	}
	spin_unlock(&reserve.lock);
	if (!keep) {
		set_page_private(page, 0);
		__free_pages(page, order);
	}
	return keep;
}

/* False if pages are still missing: then there is another try later. */
static bool take_missing(unsigned long wanted)
{
	unsigned int nr_releases = READ_ONCE(reserve.nr_releases);
	unsigned int order = LARGEST_ORDER;
	unsigned long missing;
	struct page *page;

	if (!is_quiet())
		return false;
	while (reserve.nr_pages < wanted) {
		missing = wanted - reserve.nr_pages;
		if (!has_plenty(missing))
			return false;
		page = take_block(missing, &order);
		if (!page || !keep_block(page, order, nr_releases))
			return false;
		cond_resched();
	}
	return true;
}

static void refill_reserve(struct work_struct *work)
{
	unsigned long wanted = wanted_pages();

	WRITE_ONCE(reserve.lost, wanted ? lost_pages() : 0);
	give_back(wanted);
	if (!take_missing(wanted))
		queue_delayed_work(system_wq, &reserve.work,
				   msecs_to_jiffies(RETRY_MS));
}

/**
 * oe_reserve_changed - reserve_kb has been written
 *
 * On return the reserve is filled, as far as there is plenty of memory.
 *
 * Context: process context, may sleep.
 */
void oe_reserve_changed(void)
{
	if (!reserve.ready)
		return;
	mod_delayed_work(system_wq, &reserve.work, 0);
	flush_delayed_work(&reserve.work);
}

/**
 * oe_reserve_available_kb - how much userspace would really get
 *
 * Context: any.
 * Return: KiB, at most reserve_kb.
 */
unsigned long oe_reserve_available_kb(void)
{
	unsigned long pages = READ_ONCE(reserve.nr_pages);
	unsigned long lost = READ_ONCE(reserve.lost);
	unsigned long kb;

	kb = pages > lost ? oe_to_kib(pages - lost) : 0;
	return min_t(unsigned long, kb, READ_ONCE(oe_config.reserve_kb));
}

/**
 * oe_reserve_init - fill the reserve to the size of the module parameter
 *
 * Context: module init, may sleep.
 */
void oe_reserve_init(void)
{
	reserve.ready = true;
	oe_reserve_changed();
}

/**
 * oe_reserve_exit - give everything back
 *
 * Context: module exit, may sleep; reserve_kb is not written any more.
 */
void oe_reserve_exit(void)
{
	cancel_delayed_work_sync(&reserve.work);
	give_back(0);
}
