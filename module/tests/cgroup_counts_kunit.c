// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: for which limit pages of a cgroup are pushed out, with cgroups that have no
 * processes.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "core.h"

#include "nothing.h"

#if defined(CONFIG_MEMCG) && defined(CONFIG_KPROBES)

#include <linux/memcontrol.h>
#include <linux/page_counter.h>

#include "lib/stopwatch.h"
#include "memory/memcg.h"

enum {
	LIMIT = 1000,
};

/* From the watched one down. */
static struct mem_cgroup watched, middle, lowest;

static struct mem_cgroup *above_or_stub(struct mem_cgroup *memcg)
{
	if (memcg == &lowest)
		return &middle;
	return memcg == &middle ? &watched : NULL;
}

#define oe_memcg_above above_or_stub
#include "tracepoint_stub.h"
#define oe_stopwatch_start(watch) \
	do {                      \
	} while (0)
#define oe_stopwatch_stop(watch, us) (*(us) = 0)
/* Tested in part. */
#include "../levels/cgroup_counts.c"

static void give_limit(struct mem_cgroup *memcg, unsigned long max,
		       unsigned long used)
{
	memcg->memory.max = max;
	atomic_long_set(&memcg->memory.usage, used);
}

static int begin_case(struct kunit *test)
{
	memset(&watched, 0, sizeof(watched));
	memset(&middle, 0, sizeof(middle));
	memset(&lowest, 0, sizeof(lowest));
	give_limit(&watched, LIMIT, LIMIT);
	give_limit(&middle, PAGE_COUNTER_MAX, LIMIT);
	give_limit(&lowest, PAGE_COUNTER_MAX, LIMIT);
	return 0;
}

/* The limit is that of the watched one, and nobody's between it and the process. */
static void pages_go_for_a_limit(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, is_full_below(&watched, &watched));
	KUNIT_EXPECT_FALSE(test, is_full_below(&lowest, &watched));
	give_limit(&lowest, LIMIT, LIMIT);
	KUNIT_EXPECT_TRUE(test, is_full_below(&lowest, &watched));
	KUNIT_EXPECT_FALSE(test, is_full_below(&middle, &watched));
	give_limit(&lowest, LIMIT, LIMIT - FULL_PAGES - 1);
	KUNIT_EXPECT_FALSE(test, is_full_below(&lowest, &watched));
	give_limit(&lowest, LIMIT, LIMIT - FULL_PAGES);
	KUNIT_EXPECT_TRUE(test, is_full_below(&lowest, &watched));
	give_limit(&lowest, PAGE_COUNTER_MAX, LIMIT);
	give_limit(&middle, LIMIT, LIMIT);
	KUNIT_EXPECT_TRUE(test, is_full_below(&lowest, &watched));
}

#else

static int begin_case(struct kunit *test)
{
	return 0;
}

OE_NOTHING_TO_TEST(pages_go_for_a_limit)

#endif

static struct kunit_case cgroup_counts_cases[] = {
	KUNIT_CASE(pages_go_for_a_limit),
	{},
};

struct kunit_suite oe_cgroup_counts_suite = {
	.name = "oom_embedded_cgroup_counts",
	.init = begin_case,
	.test_cases = cgroup_counts_cases,
};
