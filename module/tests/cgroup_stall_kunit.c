// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: in which of several stalled cgroups a victim is asked for, with cgroups that
 * have no processes.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "core.h"

#include "nothing.h"

#if defined(CONFIG_MEMCG) && defined(CONFIG_KPROBES)

#include <linux/memcontrol.h>

#include "levels/cgroup_counts.h"
#include "levels/cgroup_level.h"
#include "levels/cgroup_stall.h"
#include "levels/cgroup_watch.h"
#include "levels/read_time.h"
#include "levels/stall.h"
#include "memory/available.h"
#include "tasks/major_faults.h"

static struct mem_cgroup top, below, beside;
static struct oe_cgroup_watch watch;
static struct oe_memcg_amount the_amount;

static bool descends_or_stub(const struct mem_cgroup *memcg,
			     const struct mem_cgroup *root)
{
	return memcg == root || (memcg == &below && root == &top);
}

static bool measured_or_stub(void)
{
	return true;
}

static struct oe_cgroup_watch *watch_or_stub(unsigned int place)
{
	return place ? NULL : &watch;
}

static bool amount_or_stub(struct oe_cgroup_watch *its,
			   struct oe_memcg_amount *amount)
{
	*amount = the_amount;
	return true;
}

static unsigned long faults_or_stub(struct mem_cgroup *memcg)
{
	return 7;
}

static void read_time_or_stub(unsigned long *reads, unsigned long *us)
{
	*reads = 0;
	*us = 0;
}

static bool there_or_stub(const struct oe_cgroup_watch *its)
{
	return true;
}

static void watch_nothing(struct oe_cgroup_watch *its)
{
}

static void node_or_stub(struct oe_stall_figure *figure,
			 struct kernfs_node *node)
{
}

static void publish_or_stub(struct oe_stall_figure *figure,
			    unsigned int percent)
{
	figure->percent = percent;
}

#define mem_cgroup_is_descendant descends_or_stub
#define oe_cgroup_counts_measure(on) \
	do {                         \
	} while (0)
#define oe_cgroup_counts_measured measured_or_stub
#define oe_cgroup_counts_watch watch_or_stub
#define oe_cgroup_counts_add watch_nothing
#define oe_cgroup_counts_remove watch_nothing
#define oe_cgroup_watch_amount amount_or_stub
#define oe_cgroup_watch_is_there there_or_stub
#define oe_major_faults_below faults_or_stub
#define oe_read_time_sum read_time_or_stub
#define oe_stall_set_node node_or_stub
#define oe_stall_publish publish_or_stub
/* Tested in part. */
#include "../levels/cgroup_stall.c"

static int begin_case(struct kunit *test)
{
	memset(&watch, 0, sizeof(watch));
	memset(&looks, 0, sizeof(looks));
	the_amount = (struct oe_memcg_amount){ .kb = 1, .limit_kb = 1000 };
	return 0;
}

static void narrower_comes_first(struct kunit *test)
{
	struct stalled stalled = {};

	KUNIT_EXPECT_TRUE(test, comes_first(&stalled, &top, 100));
	stalled.memcg = &top;
	stalled.asked_ms = 50;
	KUNIT_EXPECT_TRUE(test, comes_first(&stalled, &below, 100));
	stalled.memcg = &below;
	/* Nor does it if it waits for longer. */
	KUNIT_EXPECT_FALSE(test, comes_first(&stalled, &top, 0));
}

static void others_take_turns(struct kunit *test)
{
	struct stalled stalled = { .memcg = &beside, .asked_ms = 50 };

	KUNIT_EXPECT_TRUE(test, comes_first(&stalled, &top, 49));
	KUNIT_EXPECT_FALSE(test, comes_first(&stalled, &top, 50));
	KUNIT_EXPECT_FALSE(test, comes_first(&stalled, &below, 51));
}

/* The one that was found so far stays, unless the next comes first. */
static void one_is_found(struct kunit *test)
{
	struct stalled stalled = { .memcg = &below, .percent = 99 };

	looks.window_ms = 60000;
	watch.memcg = &top;
	watch.stall.figure.percent = 50;
	watch.stall.window.nr = 1;
	watch.stall.last.now_ms = ktime_to_ms(ktime_get_boottime());
	KUNIT_ASSERT_TRUE(test, look_at_watch(&watch, &top, 40));
	look_at_place(0, 40, &stalled);
	KUNIT_EXPECT_PTR_EQ(test, &below, stalled.memcg);
	KUNIT_EXPECT_EQ(test, 99U, stalled.percent);
	KUNIT_EXPECT_FALSE(test, look_at_watch(&watch, &top, 50));
}

/* A pause after a look that took long. */
static void looks_have_their_pause(struct kunit *test)
{
	unsigned int percent = 5;

	looks.rest_until_ns = U64_MAX;
	KUNIT_EXPECT_FALSE(test, oe_cgroup_stall_look(10, &percent));
	KUNIT_EXPECT_EQ(test, 5U, percent);
	looks.rest_until_ns = 0;
	KUNIT_EXPECT_FALSE(test, oe_cgroup_stall_look(10, &percent));
	KUNIT_EXPECT_EQ(test, 0U, percent);
	KUNIT_EXPECT_GT(test, looks.rest_until_ns, (u64)0);
}

/* One of both kinds is enough for a look at its processes. */
static void refaults_are_of_two_kinds(struct kunit *test)
{
	atomic_long_t *counts = watch.stall.counts;
	struct oe_stall_sample *sample = &watch.stall.last;

	fill_sample(&watch, &top);
	KUNIT_EXPECT_EQ(test, 0UL, sample->major_faults);
	atomic_long_set(&counts[OE_CGROUP_ANON_REFAULTS], 3);
	fill_sample(&watch, &top);
	KUNIT_EXPECT_EQ(test, 3UL, sample->swapins);
	KUNIT_EXPECT_EQ(test, 7UL, sample->major_faults);
	KUNIT_EXPECT_TRUE(test, sample->short_of_memory);
	the_amount.kb = 1000;
	fill_sample(&watch, &top);
	KUNIT_EXPECT_TRUE(test, sample->short_of_memory);
	atomic_long_set(&counts[OE_CGROUP_FILE_REFAULTS], 2);
	fill_sample(&watch, &top);
	KUNIT_EXPECT_EQ(test, 2UL, sample->file_refaults);
	KUNIT_EXPECT_FALSE(test, sample->short_of_memory);
}

#else

static int begin_case(struct kunit *test)
{
	return 0;
}

OE_NOTHING_TO_TEST(narrower_comes_first)
OE_NOTHING_TO_TEST(others_take_turns)
OE_NOTHING_TO_TEST(one_is_found)
OE_NOTHING_TO_TEST(looks_have_their_pause)
OE_NOTHING_TO_TEST(refaults_are_of_two_kinds)

#endif

static struct kunit_case cgroup_stall_cases[] = {
	KUNIT_CASE(narrower_comes_first),
	KUNIT_CASE(others_take_turns),
	KUNIT_CASE(one_is_found),
	KUNIT_CASE(looks_have_their_pause),
	KUNIT_CASE(refaults_are_of_two_kinds),
	{},
};

struct kunit_suite oe_cgroup_stall_suite = {
	.name = "oom_embedded_cgroup_stall",
	.init = begin_case,
	.test_cases = cgroup_stall_cases,
};
