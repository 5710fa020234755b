// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the steps of a decision that follow its passes, with processes that are
 * numbers only.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "core.h"

#include "rank/group_pass.h"
#include "tasks.h"
#include "tasks/decide.h"
#include "tasks/kill_set.h"

enum {
	NR_PROCESSES = 4,
	THRESHOLD = 100,
};

static struct oe_candidate processes[NR_PROCESSES + 1]; /* by pid */
static u16 lowest_of_set[NR_PROCESSES + 1]; /* 0 = it dies alone */

static void judge_or_stub(struct oe_candidate *c,
			  const struct oe_domain *domain,
			  struct oe_kill_cache *cache)
{
	u16 lowest = lowest_of_set[c->pid];

	if (!lowest || lowest > c->set_rank)
		return;
	c->set_rank = lowest - 1;
	c->tie = OE_TIE_MEMORY;
}

static int walk_or_stub(const struct oe_domain *domain, enum oe_group_pass user,
			oe_task_visitor visit, void *arg)
{
	unsigned int i;

	for (i = 1; i <= NR_PROCESSES; i++)
		visit(&processes[i], arg);
	return 0;
}

static void consider_or_stub(const struct oe_domain *domain,
			     const struct oe_policy *policy,
			     struct oe_pass *pass)
{
}

static bool snapshot_or_stub(struct task_struct *p, struct oe_candidate *c)
{
	return false;
}

static void describe_or_stub(const struct oe_candidate *c,
			     struct oe_process *process)
{
	process->pid = c->pid;
}

static bool pass_or_stub(enum oe_group_pass user)
{
	return true;
}

static void end_or_stub(enum oe_group_pass user, bool began)
{
}

#define oe_kill_set_judge judge_or_stub
#define oe_tasks_for_each walk_or_stub
#define oe_tasks_consider consider_or_stub
#define oe_tasks_snapshot snapshot_or_stub
#define oe_tasks_describe describe_or_stub
#define oe_group_pass_begin pass_or_stub
#define oe_group_pass_end end_or_stub
/* Tested in part. */
#include "../tasks/decide.c"

static const struct oe_domain whole = {};
static struct search looks_for;

static int begin_case(struct kunit *test)
{
	unsigned int i;

	memset(lowest_of_set, 0, sizeof(lowest_of_set));
	memset(&looks_for, 0, sizeof(looks_for));
	looks_for.domain = &whole;
	looks_for.policy.threshold = THRESHOLD;
	for (i = 1; i <= NR_PROCESSES; i++)
		processes[i] = (struct oe_candidate){
			.pid = i,
			.rank = 500,
			.set_rank = 500,
			.gain = 1,
		};
	return 0;
}

/* The set of a process has somebody of that ranking in it. */
static void put_in_set(unsigned int pid, u16 rank)
{
	lowest_of_set[pid] = rank + 1;
}

static bool asker_goes_first(unsigned int pid, struct oe_candidate *first,
			     struct oe_candidate *second)
{
	*first = processes[1];
	*second = processes[2];
	looks_for.pass.asking = processes[pid];
	return prefer_asker(&looks_for, first, second);
}

static void who_asks_goes_first(struct kunit *test)
{
	struct oe_candidate first, second;

	KUNIT_EXPECT_TRUE(test, asker_goes_first(3, &first, &second));
	KUNIT_EXPECT_EQ(test, 3, first.pid);
	KUNIT_EXPECT_EQ(test, 1, second.pid);
	/* It is in another part of the machine, or it is the first anyway. */
	KUNIT_EXPECT_FALSE(test, asker_goes_first(0, &first, &second));
	KUNIT_EXPECT_FALSE(test, asker_goes_first(1, &first, &second));
	KUNIT_EXPECT_EQ(test, 1, first.pid);
	KUNIT_EXPECT_EQ(test, 2, second.pid);
}

static void who_asks_may_be_protected(struct kunit *test)
{
	struct oe_candidate first, second;

	processes[3].set_rank = THRESHOLD - 1;
	KUNIT_EXPECT_FALSE(test, asker_goes_first(3, &first, &second));
	/* Or somebody is who would die with it. */
	put_in_set(4, THRESHOLD - 1);
	KUNIT_EXPECT_FALSE(test, asker_goes_first(4, &first, &second));
	KUNIT_EXPECT_EQ(test, 1, first.pid);
	KUNIT_EXPECT_EQ(test, 2, second.pid);
}

static s32 spared_last(void)
{
	struct oe_candidate best;

	find_spare(&looks_for, &best);
	return best.pid;
}

static void some_are_never_given_up(struct kunit *test)
{
	unsigned int i;

	for (i = 1; i <= NR_PROCESSES; i++)
		processes[i].rank = processes[i].set_rank = 10 + i;
	KUNIT_EXPECT_EQ(test, 4, spared_last());
	/* It is as protected as another that dies with it. */
	put_in_set(4, 11);
	KUNIT_EXPECT_EQ(test, 3, spared_last());
	put_in_set(3, OE_RANK_NEVER);
	KUNIT_EXPECT_EQ(test, 2, spared_last());
	put_in_set(1, OE_RANK_NEVER);
	put_in_set(2, OE_RANK_NEVER);
	put_in_set(4, OE_RANK_NEVER);
	KUNIT_EXPECT_EQ(test, 0, spared_last());
}

static void first_that_was_passed_is_told(struct kunit *test)
{
	looks_for.two.victim = processes[1];
	looks_for.two.runner_up = processes[2];
	KUNIT_EXPECT_TRUE(test, are_right(&looks_for));
	put_in_set(2, 0);
	KUNIT_EXPECT_FALSE(test, are_right(&looks_for));
	KUNIT_EXPECT_EQ(test, 2, looks_for.passed.pid);
	/* The next pass may meet another one. */
	put_in_set(1, 0);
	looks_for.two.victim = processes[1];
	KUNIT_EXPECT_FALSE(test, are_right(&looks_for));
	KUNIT_EXPECT_EQ(test, 2, looks_for.passed.pid);
}

/* Small processes are not spared for a hog that is. */
static void hog_may_be_protected(struct kunit *test)
{
	looks_for.two.victim = processes[1];
	looks_for.pass.choice.biggest = processes[3];
	put_in_set(3, 0);
	KUNIT_EXPECT_TRUE(test, are_right(&looks_for));
	looks_for.small_last = true;
	KUNIT_EXPECT_FALSE(test, are_right(&looks_for));
	KUNIT_EXPECT_EQ(test, 0, looks_for.passed.pid);
}

static struct kunit_case decide_cases[] = {
	KUNIT_CASE(who_asks_goes_first),
	KUNIT_CASE(who_asks_may_be_protected),
	KUNIT_CASE(some_are_never_given_up),
	KUNIT_CASE(first_that_was_passed_is_told),
	KUNIT_CASE(hog_may_be_protected),
	{},
};

struct kunit_suite oe_decide_suite = {
	.name = "oom_embedded_decide",
	.init = begin_case,
	.test_cases = decide_cases,
};
