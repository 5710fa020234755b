// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: who takes a memory report, and what is in it, if the victim is gone by then.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "core.h"

#include "episode.h"
#include "lib/parse.h"
#include "memory/available.h"
#include "memory/totals.h"
#include "rank/group.h"
#include "rank/ranking.h"
#include "record/memory_report.h"
#include "tasks.h"

#include "failing_alloc.h"

enum {
	NR_PROCESSES = 3,
	ROOM = 4,
	GROUP = 7,
	FREE_SWAP = 10,
};

static struct oe_candidate processes[NR_PROCESSES];
static unsigned int nr_walks;
static void (*meanwhile)(void);

static int walk_or_stub(const struct oe_domain *domain, enum oe_group_pass user,
			oe_task_visitor visit, void *arg)
{
	unsigned int i;

	nr_walks++;
	for (i = 0; i < NR_PROCESSES; i++)
		visit(&processes[i], arg);
	if (meanwhile)
		meanwhile();
	return 0;
}

static const struct oe_group *peek_or_stub(const char *name)
{
	return strcmp(name, "there") ? NULL :
				       (const struct oe_group *)processes;
}

static unsigned int index_or_stub(const struct oe_group *group)
{
	return GROUP;
}

static void name_or_stub(unsigned int group, char *name)
{
	strscpy(name, group == GROUP ? "there" : "", OE_GROUP_NAME);
}

static unsigned long totalpages_or_stub(struct mem_cgroup *memcg)
{
	return 0;
}

static void totals_or_stub(struct oe_memtotals *totals)
{
	memset(totals, 0, sizeof(*totals));
}

static const char *source_or_stub(enum oe_source source)
{
	return "source";
}

static int number_or_stub(const char *text, u64 min, u64 max, u64 *value)
{
	*value = min;
	return 0;
}

static unsigned long free_or_stub(void)
{
	return FREE_SWAP;
}

#define oe_free_swap_pages free_or_stub
#define oe_tasks_for_each walk_or_stub
#define oe_tasks_totalpages totalpages_or_stub
#define oe_memtotals_read totals_or_stub
#define oe_group_peek peek_or_stub
#define oe_group_index index_or_stub
#define oe_group_name name_or_stub
#define oe_source_name source_or_stub
#define oe_parse_number number_or_stub
#include "../record/memory_report.c"
#include "../record/biggest.c"

static int begin_case(struct kunit *test)
{
	unsigned int i;

	memset(&memreport, 0, sizeof(memreport));
	report_processes = ROOM;
	nr_walks = 0;
	meanwhile = NULL;
	allocs_left = UINT_MAX;
	for (i = 0; i < NR_PROCESSES; i++)
		processes[i] = (struct oe_candidate){
			.task = current,
			.pid = i + 1,
			.rss = 100 * (i + 1),
			.swap = i,
		};
	return oe_memreport_init();
}

static void end_case(struct kunit *test)
{
	oe_memreport_exit();
}

static const struct oe_memreport *oom_report(void)
{
	return &memreport.places[OE_MEMREPORT_OOM].report;
}

static const struct oe_memreport_process *find_pid(pid_t pid)
{
	const struct oe_memreport *report = oom_report();
	unsigned int i;

	for (i = 0; i < report->nr_recorded; i++)
		if (report->processes[i].pid == pid)
			return &report->processes[i];
	return NULL;
}

static void announce_seq(u64 seq)
{
	oe_memreport_begin(OE_MEMREPORT_OOM, seq, OE_LEVEL_OOM,
			   OE_LEVEL_NORMAL);
}

/* A whole OOM while a reader is at the report of the one before. */
static void announce_second(void)
{
	const struct oe_process victim = { .pid = 9, .rss = 7000 };

	meanwhile = NULL;
	announce_seq(2);
	oe_memreport_victim(&victim);
	/* The one who is at it takes that, too. */
	oe_memreport_take(OE_MEMREPORT_OOM);
}

static void is_taken_once(struct kunit *test)
{
	unsigned int version;

	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_EQ(test, 0U, nr_walks);
	announce_seq(1);
	KUNIT_EXPECT_PTR_EQ(test, oom_report(), oe_memreport_latest());
	KUNIT_EXPECT_FALSE(test, oe_memreport_is_whole(oom_report(), &version));
	oe_memreport_take(OE_MEMREPORT_OOM);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_EQ(test, 1U, nr_walks);
	KUNIT_EXPECT_TRUE(test, oe_memreport_is_whole(oom_report(), &version));
	KUNIT_EXPECT_EQ(test, 2U, version);
	KUNIT_EXPECT_EQ(test, (u64)1, oom_report()->head.seq);
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_PROCESSES,
			oom_report()->nr_recorded);
	KUNIT_EXPECT_EQ(test, oe_to_kib(0 + 1 + 2 + FREE_SWAP),
			oom_report()->head.totals.kb[OE_MEMTOTAL_SwapTotal]);
}

static void newest_is_taken_if_one_comes_meanwhile(struct kunit *test)
{
	unsigned int version;

	announce_seq(1);
	meanwhile = announce_second;
	oe_memreport_take_to_read(oom_report());
	KUNIT_EXPECT_EQ(test, 2U, nr_walks);
	KUNIT_EXPECT_TRUE(test, oe_memreport_is_whole(oom_report(), &version));
	KUNIT_EXPECT_EQ(test, (u64)2, oom_report()->head.seq);
	KUNIT_EXPECT_EQ(test, NR_PROCESSES + 1U, oom_report()->nr_recorded);
	KUNIT_EXPECT_TRUE(test, find_pid(9));
}

/* The watcher's own report was announced before an OOM, and is ready after it. */
static void latest_is_what_was_announced_last(struct kunit *test)
{
	oe_memreport_begin(OE_MEMREPORT_IMMINENT, 0, OE_LEVEL_IMMINENT_OOM,
			   OE_LEVEL_NORMAL);
	meanwhile = announce_second;
	oe_memreport_take(OE_MEMREPORT_IMMINENT);
	KUNIT_EXPECT_PTR_EQ(test, oom_report(), oe_memreport_latest());
}

static void victim_is_as_big_as_it_was(struct kunit *test)
{
	const struct oe_process victim = { .pid = 2, .rss = 5000 };

	announce_seq(1);
	oe_memreport_victim(&victim);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_PROCESSES,
			oom_report()->nr_recorded);
	KUNIT_ASSERT_TRUE(test, find_pid(2));
	KUNIT_EXPECT_EQ(test, 5000U, find_pid(2)->rss);
	KUNIT_EXPECT_EQ(test, 1U, find_pid(2)->swap);
	KUNIT_EXPECT_EQ(test, 300U, find_pid(3)->rss);
}

static void victim_that_is_gone_is_there(struct kunit *test)
{
	const struct oe_process victim = {
		.pid = 9,
		.rss = 7000,
		.rank = 900,
		.source = OE_SOURCE_GROUP,
		.group = "there",
		.comm = "gone",
	};
	struct oe_process groupless = victim;

	announce_seq(1);
	oe_memreport_victim(&victim);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_EQ(test, NR_PROCESSES + 1U, oom_report()->nr_processes);
	KUNIT_ASSERT_TRUE(test, find_pid(9));
	KUNIT_EXPECT_EQ(test, 7000U, find_pid(9)->rss);
	KUNIT_EXPECT_EQ(test, 900, (int)find_pid(9)->rank);
	KUNIT_EXPECT_EQ(test, GROUP, (int)find_pid(9)->group);
	KUNIT_EXPECT_STREQ(test, "gone", find_pid(9)->comm);
	strscpy(groupless.group, "removed", sizeof(groupless.group));
	announce_seq(2);
	oe_memreport_victim(&groupless);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_ASSERT_TRUE(test, find_pid(9));
	KUNIT_EXPECT_EQ(test, (int)OE_SOURCE_DEFAULT, (int)find_pid(9)->source);
}

/* It was bigger than none of those that are there. */
static void victim_pushes_out_smaller_ones_only(struct kunit *test)
{
	struct oe_process victim = { .pid = 9, .rss = 100 };

	memreport.places[OE_MEMREPORT_OOM].report.room = NR_PROCESSES;
	announce_seq(1);
	oe_memreport_victim(&victim);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_FALSE(test, find_pid(9));
	KUNIT_EXPECT_TRUE(test, find_pid(1));
	/* The report says that it has not got all. */
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_PROCESSES,
			oom_report()->nr_recorded);
	KUNIT_EXPECT_EQ(test, NR_PROCESSES + 1U, oom_report()->nr_processes);
	victim.rss = 101;
	announce_seq(2);
	oe_memreport_victim(&victim);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_TRUE(test, find_pid(9));
	KUNIT_EXPECT_FALSE(test, find_pid(1));
	KUNIT_EXPECT_EQ(test, NR_PROCESSES + 1U, oom_report()->nr_processes);
}

/* The walk has counted it: it was too small, and lives. */
static void victim_is_counted_once(struct kunit *test)
{
	const struct oe_process victim = { .pid = 1, .rss = 100 };

	memreport.places[OE_MEMREPORT_OOM].report.room = NR_PROCESSES - 1;
	announce_seq(1);
	oe_memreport_victim(&victim);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_FALSE(test, find_pid(1));
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_PROCESSES,
			oom_report()->nr_processes);
}

static bool was_whole;

static void look_at_version(void)
{
	unsigned int version;

	was_whole = oe_memreport_is_whole(oom_report(), &version);
}

static void half_a_report_is_not_whole(struct kunit *test)
{
	announce_seq(1);
	meanwhile = look_at_version;
	was_whole = true;
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_EXPECT_FALSE(test, was_whole);
	look_at_version();
	KUNIT_EXPECT_TRUE(test, was_whole);
}

static void names_of_groups_need_memory(struct kunit *test)
{
	char text[OE_MEMREPORT_SOURCE];

	processes[0].source = OE_SOURCE_GROUP;
	processes[0].group = GROUP;
	/* Its ranking is from elsewhere. */
	processes[1].group = GROUP;
	allocs_left = 0;
	KUNIT_EXPECT_EQ(test, -ENOMEM, oe_memreport_reserve_names());
	announce_seq(1);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_ASSERT_TRUE(test, find_pid(1));
	KUNIT_EXPECT_STREQ(test, "source:",
			   oe_memreport_source(oom_report(), find_pid(1),
					       text));
	allocs_left = UINT_MAX;
	KUNIT_EXPECT_EQ(test, 0, oe_memreport_reserve_names());
	announce_seq(2);
	oe_memreport_take(OE_MEMREPORT_OOM);
	KUNIT_ASSERT_TRUE(test, find_pid(1));
	KUNIT_EXPECT_STREQ(test, "source:there",
			   oe_memreport_source(oom_report(), find_pid(1),
					       text));
	KUNIT_ASSERT_TRUE(test, find_pid(2));
	KUNIT_EXPECT_STREQ(test, "source",
			   oe_memreport_source(oom_report(), find_pid(2),
					       text));
}

static struct kunit_case memory_report_cases[] = {
	KUNIT_CASE(is_taken_once),
	KUNIT_CASE(newest_is_taken_if_one_comes_meanwhile),
	KUNIT_CASE(latest_is_what_was_announced_last),
	KUNIT_CASE(victim_is_as_big_as_it_was),
	KUNIT_CASE(victim_that_is_gone_is_there),
	KUNIT_CASE(victim_pushes_out_smaller_ones_only),
	KUNIT_CASE(victim_is_counted_once),
	KUNIT_CASE(half_a_report_is_not_whole),
	KUNIT_CASE(names_of_groups_need_memory),
	{},
};

struct kunit_suite oe_memory_report_suite = {
	.name = "oom_embedded_memory_report",
	.init = begin_case,
	.exit = end_case,
	.test_cases = memory_report_cases,
};
