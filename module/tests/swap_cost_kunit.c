// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what swap costs.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "../rules/swap_cost.c"

enum {
	FREE = 100 * 1000,
	MAX_LOOKS = 6,
};

/* Free swap and pages in the store, look by look; the cost after the last. */
struct cost_case {
	const char *what;
	struct {
		unsigned long swap_free;
		unsigned long stored;
	} looks[MAX_LOOKS];
	unsigned int nr_looks;
	unsigned int cost;
};

static const struct cost_case costs[] = {
	{ "no look", {}, 0, 0 },
	{ "a disk at rest", { { FREE, 0 } }, 1, 0 },
	{ "a disk", { { FREE, 0 }, { FREE - 2000, 0 } }, 2, 0 },
	{ "a store at rest", { { FREE, 1 } }, 1, OE_SWAP_COST_UNKNOWN },
	{ "a store, a page too few to know",
	  { { FREE, 1 }, { FREE - 1023, 1 } },
	  2,
	  OE_SWAP_COST_UNKNOWN },
	{ "a store, and as many pages as are needed to know",
	  { { FREE, 1 }, { FREE - 1024, 1025 } },
	  2,
	  OE_SWAP_COST_WHOLE },
	{ "a store, half of each page stays",
	  { { FREE, 1 }, { FREE - 1024, 513 } },
	  2,
	  128 },
	{ "a store, incompressible",
	  { { FREE, 1 }, { FREE - 2000, 2001 } },
	  2,
	  OE_SWAP_COST_WHOLE },
	{ "a store that takes more than it gets",
	  { { FREE, 1 }, { FREE - 2000, 2101 } },
	  2,
	  OE_SWAP_COST_WHOLE },
	{ "a store, pages that are all the same",
	  { { FREE, 1 }, { FREE - 2000, 1 } },
	  2,
	  0 },
	{ "a process exits: memory that it gives back does not count",
	  { { FREE, 1 }, { FREE - 1024, 257 }, { FREE, 1 } },
	  3,
	  64 },
	{ "one exits while another is swapped out: does not count",
	  { { FREE, 1 }, { FREE - 1024, 257 }, { FREE - 1100, 200 } },
	  3,
	  64 },
	{ "swapoff of a large disk beside it does not count",
	  { { FREE, 1 }, { FREE - 1024, 1025 }, { FREE / 2, 1025 } },
	  3,
	  OE_SWAP_COST_WHOLE },
	{ "the data changes: the newer ones count more",
	  { { FREE, 1 },
	    { FREE - 4000, 1 },
	    { FREE - 8000, 4001 },
	    { FREE - 12000, 8001 } },
	  4,
	  /* 4000 and 0, 8000 and 4000, 4000 and 2000, 8000 and 6000 */
	  192 },
	{ "the store is gone, and a new one is there",
	  { { FREE, 1 }, { FREE - 1024, 1 }, { FREE, 0 }, { FREE, 1 } },
	  4,
	  OE_SWAP_COST_UNKNOWN },
	{ "the largest numbers",
	  { { ULONG_MAX, 1 }, { 0, ULONG_MAX }, { ULONG_MAX, 1 } },
	  3,
	  OE_SWAP_COST_UNKNOWN },
};

static void available_cost(struct kunit *test)
{
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(costs); i++) {
		const struct cost_case *c = &costs[i];
		struct oe_swap_cost state = {};

		for (k = 0; k < c->nr_looks; k++)
			oe_swap_cost_add(&state, c->looks[k].swap_free,
					 c->looks[k].stored);
		KUNIT_EXPECT_EQ_MSG(test, c->cost, oe_swap_cost_now(&state),
				    "%s", c->what);
	}
}

/* A learned cost stays, however long the machine is at rest. */
static void cost_at_rest(struct kunit *test)
{
	struct oe_swap_cost state = {};
	unsigned int i;

	oe_swap_cost_add(&state, FREE, 1);
	oe_swap_cost_add(&state, FREE - 1024, 257);
	for (i = 0; i < 100000; i++)
		oe_swap_cost_add(&state, FREE - 1024, 257);
	KUNIT_EXPECT_EQ(test, 64U, oe_swap_cost_now(&state));
}

/* Pages in swap and in the store at load, and the cost then. */
static const struct {
	unsigned long swapped;
	unsigned long stored;
	unsigned int cost;
} primes[] = {
	{ 0, 0, 0 },
	{ 5000, 0, 0 },
	{ 0, 5000, OE_SWAP_COST_UNKNOWN },
	{ 1023, 1, OE_SWAP_COST_UNKNOWN },
	{ 1024, 256, 64 },
	{ 100000, 25000, 64 },
	{ 100000, 100000, OE_SWAP_COST_WHOLE },
	{ 100000, 300000, OE_SWAP_COST_WHOLE },
	{ ULONG_MAX / 256 / OE_SWAP_COST_HORIZON,
	  ULONG_MAX / 512 / OE_SWAP_COST_HORIZON, 127 },
};

static void cost_at_load(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(primes); i++) {
		struct oe_swap_cost state = {};

		oe_swap_cost_prime(&state, primes[i].swapped, primes[i].stored);
		oe_swap_cost_add(&state, FREE, primes[i].stored);
		KUNIT_EXPECT_EQ_MSG(test, primes[i].cost,
				    oe_swap_cost_now(&state), "case %u", i);
	}
}

/* Memory swapped out before weighs no more than memory swapped out next. */
static void cost_after_load(struct kunit *test)
{
	struct oe_swap_cost state = {};

	oe_swap_cost_prime(&state, 1000 * 1000, 0);
	oe_swap_cost_prime(&state, 1000 * 1000, 1);
	oe_swap_cost_add(&state, FREE, 1);
	KUNIT_EXPECT_EQ(test, 0U, oe_swap_cost_now(&state));
	oe_swap_cost_add(&state, FREE - 4096, 4097);
	KUNIT_EXPECT_EQ(test, 128U, oe_swap_cost_now(&state));
}

/* An unknown cost counts as half for a kill, and each other one as it is. */
static void cost_for_kill(struct kunit *test)
{
	unsigned int cost;

	KUNIT_EXPECT_EQ(test, OE_SWAP_COST_WHOLE / 2,
			oe_swap_cost_for_kill(OE_SWAP_COST_UNKNOWN));
	for (cost = 0; cost <= OE_SWAP_COST_WHOLE; cost++)
		KUNIT_EXPECT_EQ(test, cost, oe_swap_cost_for_kill(cost));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(available_cost), KUNIT_CASE(cost_at_rest),
	KUNIT_CASE(cost_at_load),   KUNIT_CASE(cost_after_load),
	KUNIT_CASE(cost_for_kill),  {},
};

struct kunit_suite oe_swap_cost_suite = {
	.name = "oom_embedded_swap_cost",
	.test_cases = cases,
};
