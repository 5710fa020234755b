// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the free blocks that are of use to an allocation.
 */
#include <kunit/test.h>

#include "../memory/blocks.h"

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

static struct kunit_case cases[] = {
	KUNIT_CASE(kinds_of_blocks),
	{},
};

struct kunit_suite oe_blocks_suite = {
	.name = "oom_embedded_blocks",
	.test_cases = cases,
};
