// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the free blocks that are of use to an allocation.
 */
#include <kunit/test.h>

#include "core.h"

#include "memory/available.h"
#include "memory/blocks.h"
#include "memory/memcg.h"

static unsigned long no_pages(void)
{
	return 0;
}

static unsigned long no_room(struct mem_cgroup *memcg)
{
	return 0;
}

#define oe_free_swap_pages no_pages
#define oe_memcg_room no_room
#define oe_memcg_swap_room no_room
/* Tested in part. */
#include "../memory/headroom.c"

static bool is_served(unsigned int kind, gfp_t gfp)
{
	static struct free_area area;
	struct list_head page;
	unsigned int i;

	for (i = 0; i < MIGRATE_TYPES; i++)
		INIT_LIST_HEAD(&area.free_list[i]);
	list_add(&page, &area.free_list[kind]);
	return oe_blocks_serve(&area, gfp);
}

static void kinds_of_blocks(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_served(MIGRATE_UNMOVABLE, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, is_served(MIGRATE_MOVABLE, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, is_served(MIGRATE_RECLAIMABLE, GFP_HIGHUSER));
	/* Set aside for interrupts: neither the kernel's nor a program's. */
	KUNIT_EXPECT_FALSE(test, is_served(MIGRATE_HIGHATOMIC, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test,
			   is_served(MIGRATE_HIGHATOMIC, GFP_HIGHUSER_MOVABLE));
#ifdef CONFIG_CMA
	KUNIT_EXPECT_FALSE(test, is_served(MIGRATE_CMA, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, is_served(MIGRATE_CMA, GFP_HIGHUSER));
	KUNIT_EXPECT_TRUE(test, is_served(MIGRATE_CMA, GFP_HIGHUSER_MOVABLE));
#endif
}

static void empty_areas(struct zone *zone)
{
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(zone->free_area); i++)
		for (k = 0; k < MIGRATE_TYPES; k++)
			INIT_LIST_HEAD(&zone->free_area[i].free_list[k]);
}

/* A larger block can be split, a smaller one is of no use. */
static void block_is_large_enough(struct kunit *test)
{
	static struct zone zone;
	struct list_head page;

	empty_areas(&zone);
	KUNIT_EXPECT_TRUE(test, has_block(&zone, 0, GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, has_block(&zone, 3, GFP_KERNEL));
	list_add(&page, &zone.free_area[2].free_list[MIGRATE_UNMOVABLE]);
	KUNIT_EXPECT_FALSE(test, has_block(&zone, 3, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, has_block(&zone, 2, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, has_block(&zone, 1, GFP_KERNEL));
	empty_areas(&zone);
	list_add(&page, &zone.free_area[ARRAY_SIZE(zone.free_area) - 1]
				 .free_list[MIGRATE_HIGHATOMIC]);
	KUNIT_EXPECT_FALSE(test, has_block(&zone, 1, GFP_KERNEL));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kinds_of_blocks),
	KUNIT_CASE(block_is_large_enough),
	{},
};

struct kunit_suite oe_blocks_suite = {
	.name = "oom_embedded_blocks",
	.test_cases = cases,
};
