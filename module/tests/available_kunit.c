// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: available memory.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "../rules/available.c"

/* A supply, and the pages that come out. */
struct supply_case {
	const char *what;
	struct oe_supply supply;
	unsigned long memory;
	unsigned long swap;
};

static const struct supply_case supplies[] = {
	{ "nothing", {}, 0, 0 },
	{ "MemAvailable is negative", { .mem_available = -5 }, 0, 0 },
	{ "no slab, no boost", { .mem_available = 1000 }, 1000, 0 },
	{ "slab less the low watermarks",
	  { .mem_available = 1000, .reclaimable = 300, .low = 100 },
	  800,
	  0 },
	{ "slab less its half",
	  { .mem_available = 1000, .reclaimable = 300, .low = 1000 },
	  850,
	  0 },
	{ "the boost does not count",
	  { .mem_available = 1000, .boost = 512 },
	  488,
	  0 },
	{ "more slab than MemAvailable",
	  { .mem_available = 100, .reclaimable = 300, .low = 10 },
	  0,
	  0 },
	{ "slab and boost overflow together",
	  { .mem_available = LONG_MAX,
	    .reclaimable = ULONG_MAX,
	    .boost = ULONG_MAX },
	  0,
	  0 },
	{ "page cache that a cgroup keeps",
	  { .mem_available = 1000, .cache = 600, .kept = 250, .low = 100 },
	  750,
	  0 },
	{ "slab as well",
	  { .mem_available = 1000,
	    .reclaimable = 300,
	    .cache = 600,
	    .kept = 250,
	    .low = 100 },
	  550,
	  0 },
	{ "it keeps no more than what counts of the page cache",
	  { .mem_available = 1000, .cache = 600, .kept = 600, .low = 100 },
	  500,
	  0 },
	{ "nor more than its half",
	  { .mem_available = 1000, .cache = 100, .kept = 600, .low = 100 },
	  950,
	  0 },
	{ "all is kept, and MemAvailable is less",
	  { .mem_available = 10, .cache = ULONG_MAX, .kept = ULONG_MAX },
	  0,
	  0 },
	{ "all swap counts", { .anon = 500, .swap_free = 400 }, 0, 400 },
	{ "no more than may go there", { .anon = 50, .swap_free = 400 }, 0, 50 },
	{ "all anonymous memory is locked", { .swap_free = 400 }, 0, 0 },
	{ "no swap", { .anon = 500 }, 0, 0 },
	{ "half a page stays",
	  { .anon = 500, .swap_free = 400, .swap_cost = 128 },
	  0,
	  200 },
	{ "the whole page stays",
	  { .anon = 500, .swap_free = 400, .swap_cost = OE_SWAP_COST_WHOLE },
	  0,
	  0 },
	{ "more than the page stays",
	  { .anon = 500, .swap_free = 400, .swap_cost = UINT_MAX },
	  0,
	  0 },
	{ "memory and swap are told apart",
	  { .mem_available = 70, .anon = 500, .swap_free = 40 },
	  70,
	  40 },
};

static void available_supply(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(supplies); i++) {
		const struct supply_case *c = &supplies[i];

		KUNIT_EXPECT_EQ_MSG(test, c->memory,
				    oe_supply_in_memory(&c->supply), "%s",
				    c->what);
		KUNIT_EXPECT_EQ_MSG(test, c->swap,
				    oe_supply_in_swap(&c->supply), "%s",
				    c->what);
	}
}

/* The memory for the kernel's own allocations, and the amount that a level is judged by. */
struct kernel_case {
	const char *what;
	struct oe_supply supply;
	struct oe_kernel_supply kernel;
	unsigned long pages;
	unsigned long level;
};

static const struct kernel_case kernel_cases[] = {
	{ "every zone is theirs: the same, whatever the zones say",
	  { .mem_available = 1000, .anon = 50, .swap_free = 50 },
	  { .total = 5000, .free = 7 },
	  1050,
	  1050 },
	{ "free CMA does not count; a half of the memory counts double",
	  { .mem_available = 1000 },
	  { .barred = 4000,
	    .total = 4000,
	    .free = 900,
	    .free_cma = 600,
	    .reserve = 100 },
	  200,
	  400 },
	{ "plenty for the kernel: the other one is the smaller",
	  { .mem_available = 300 },
	  { .barred = 1000, .total = 4000, .free = 900, .reserve = 600 },
	  300,
	  300 },
	{ "less is free than CMA and reserve have: page cache makes up for it",
	  { .mem_available = 1000 },
	  { .barred = 1000,
	    .total = 4000,
	    .free = 300,
	    .free_cma = 300,
	    .reserve = 100,
	    .cache = 500,
	    .low = 50,
	    .lru = 500 },
	  350,
	  437 },
	{ "and not if there is too little of it",
	  { .mem_available = 1000 },
	  { .barred = 1000,
	    .total = 4000,
	    .free = 300,
	    .free_cma = 300,
	    .reserve = 600,
	    .cache = 500,
	    .lru = 500 },
	  0,
	  0 },
	{ "half of the lists is in CMA areas: half of the page cache counts",
	  { .mem_available = 1000 },
	  { .barred = 1000,
	    .total = 1000,
	    .used_cma = 400,
	    .cache = 600,
	    .lru = 800 },
	  300,
	  600 },
	{ "more of a CMA area is in use than there is on lists: a driver's",
	  { .mem_available = 1000 },
	  { .barred = 1000,
	    .total = 1000,
	    .free = 10,
	    .used_cma = 900,
	    .cache = 600,
	    .lru = 800 },
	  10,
	  20 },
	{ "swap brings what lies outside of CMA areas",
	  { .anon = 800, .swap_free = 700, .mem_available = 500 },
	  { .barred = 1000,
	    .total = 1000,
	    .used_cma = 400,
	    .anon = 800,
	    .lru = 800 },
	  400,
	  800 },
	{ "and what the swap has room for",
	  { .anon = 800, .swap_free = 100, .mem_available = 500 },
	  { .barred = 1000,
	    .total = 1000,
	    .used_cma = 400,
	    .anon = 800,
	    .lru = 800 },
	  100,
	  200 },
	{ "and no more than may go to swap",
	  { .anon = 100, .swap_free = 700, .mem_available = 500 },
	  { .barred = 1000,
	    .total = 1000,
	    .used_cma = 400,
	    .anon = 800,
	    .lru = 800 },
	  100,
	  200 },
	{ "page cache that a cgroup keeps, the same part of it",
	  { .mem_available = 1000, .cache = 800, .kept = 400 },
	  { .barred = 1000, .total = 1000, .cache = 400, .lru = 400 },
	  200,
	  400 },
	{ "nothing is theirs",
	  { .mem_available = 1000 },
	  { .barred = 1000 },
	  0,
	  1000 },
	{ "the largest numbers",
	  { .mem_available = LONG_MAX },
	  { .barred = ULONG_MAX >> 12,
	    .total = ULONG_MAX >> 12,
	    .free = ULONG_MAX >> 12,
	    .cache = ULONG_MAX >> 12,
	    .lru = ULONG_MAX >> 12 },
	  2 * (ULONG_MAX >> 12),
	  4 * (ULONG_MAX >> 12) },
};

static void available_kernel(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kernel_cases); i++) {
		const struct kernel_case *c = &kernel_cases[i];
		unsigned long all = oe_supply_in_memory(&c->supply) +
				    oe_supply_in_swap(&c->supply);
		unsigned long own =
			oe_supply_for_kernel(&c->supply, &c->kernel);

		KUNIT_EXPECT_EQ_MSG(test, c->pages, own, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, c->level,
				    oe_supply_for_level(all, own, &c->kernel),
				    "%s", c->what);
	}
}

/* The memory for a memory cgroup, and how much of it swapping brings. */
static const struct cgroup_case {
	const char *what;
	struct oe_cgroup_supply supply;
	unsigned long pages;
	unsigned long swap;
} cgroup_cases[] = {
	{ "empty", { .max = 1000 }, 1000 },
	{ "half full", { .max = 1000, .used = 500 }, 500 },
	{ "full", { .max = 1000, .used = 1000 }, 0 },
	{ "above a limit that was lowered", { .max = 1000, .used = 1500 }, 0 },
	{ "all page cache counts",
	  { .max = 1000, .used = 900, .cache = 600 },
	  700 },
	{ "above the limit, page cache makes up for it",
	  { .max = 1000, .used = 1100, .cache = 600 },
	  500 },
	{ "more page cache than is charged: it was read before",
	  { .max = 1000, .used = 100, .cache = 600 },
	  1000 },
	{ "swap: as much as is in memory",
	  { .max = 1000,
	    .used = 900,
	    .anon = 200,
	    .swap_room = 500,
	    .swap_free = 500 },
	  300,
	  200 },
	{ "as memory.swap.max leaves",
	  { .max = 1000,
	    .used = 900,
	    .anon = 200,
	    .swap_room = 50,
	    .swap_free = 500 },
	  150,
	  50 },
	{ "memory.swap.max is 0",
	  { .max = 1000, .used = 900, .anon = 200, .swap_free = 500 },
	  100 },
	{ "as is free",
	  { .max = 1000,
	    .used = 900,
	    .anon = 200,
	    .swap_room = 500,
	    .swap_free = 20 },
	  120,
	  20 },
	{ "a store that takes a quarter again",
	  { .max = 1000,
	    .used = 900,
	    .anon = 200,
	    .swap_room = 500,
	    .swap_free = 500,
	    .swap_cost = OE_SWAP_COST_WHOLE / 4 },
	  250,
	  150 },
	{ "memory.max is 0", { .used = 10 }, 0 },
	{ "the largest numbers",
	  { .max = LONG_MAX, .used = ULONG_MAX, .cache = ULONG_MAX },
	  LONG_MAX },
};

static void available_cgroup(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cgroup_cases); i++) {
		const struct cgroup_case *c = &cgroup_cases[i];
		unsigned long room;

		KUNIT_EXPECT_EQ_MSG(test, c->pages,
				    oe_supply_in_cgroup(&c->supply, &room),
				    "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, c->pages - c->swap, room, "%s",
				    c->what);
	}
}

/* Only with 0, and then by the LRU and by what is reclaimed. */
static void swap_of_no_use(struct kunit *test)
{
	static const int some[] = { -1, 1, 60, 200 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(some); i++) {
		KUNIT_EXPECT_TRUE(test, oe_swap_is_used(some[i], false, false));
		KUNIT_EXPECT_TRUE(test, oe_swap_is_used(some[i], true, false));
		KUNIT_EXPECT_TRUE(test, oe_swap_is_used(some[i], false, true));
		KUNIT_EXPECT_TRUE(test, oe_swap_is_used(some[i], true, true));
	}
	KUNIT_EXPECT_TRUE(test, oe_swap_is_used(0, false, false));
	KUNIT_EXPECT_FALSE(test, oe_swap_is_used(0, true, false));
	KUNIT_EXPECT_FALSE(test, oe_swap_is_used(0, false, true));
	KUNIT_EXPECT_FALSE(test, oe_swap_is_used(0, true, true));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(available_supply),
	KUNIT_CASE(available_kernel),
	KUNIT_CASE(available_cgroup),
	KUNIT_CASE(swap_of_no_use),
	{},
};

struct kunit_suite oe_available_suite = {
	.name = "oom_embedded_available",
	.test_cases = cases,
};
