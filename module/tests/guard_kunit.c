// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the last word before a kill, with processes that are not run.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "core.h"

#include "nothing.h"

#ifdef CONFIG_KPROBES

#include "oom/coverage.h"
#include "oom/guard.h"
#include "oom/redirect.h"
#include "rank/ranking.h"
#include "tasks/kill_set.h"

enum {
	OURS,
	FREE,
	SHIELD,
	NR_TASKS,
	THRESHOLD = 100,
	HELD = 10, /* references */
};

static struct stub_task {
	struct signal_struct signal;
	struct pid pid;
	u16 rank;
	bool dies_with_shield;
	struct task_struct task;
} tasks[NR_TASKS];

static struct oom_control of_kernel;
static struct oom_control of_request = { .order = -1 };
static struct oom_control *control;

static struct oe_ranking peek_or_stub(struct task_struct *p,
				      enum oe_exe_access access)
{
	return (struct oe_ranking){
		.rank = container_of(p, struct stub_task, task)->rank,
	};
}

static void judge_or_stub(struct oe_candidate *c,
			  const struct oe_domain *domain)
{
	struct task_struct *p = c->task;

	if (container_of(p, struct stub_task, task)->dies_with_shield)
		c->set_rank = tasks[SHIELD].rank;
}

static int register_or_stub(struct oe_redirect *redirect)
{
	return 0;
}

static void unregister_or_stub(struct oe_redirect *redirect)
{
}

static void provide_or_stub(enum oe_cover cover,
			    const struct oe_redirect *redirect)
{
}

static bool covers_or_stub(enum oe_cover cover)
{
	return true;
}

#define oe_rank_peek peek_or_stub
#define oe_kill_set_judge_atomic judge_or_stub
#define oe_redirect_register register_or_stub
#define oe_redirect_unregister unregister_or_stub
#define oe_coverage_provide provide_or_stub
#define oe_coverage_has covers_or_stub
/* Tested in part. */
#include "../oom/guard.c"

static const struct oe_policy policy = { .threshold = THRESHOLD };

static int begin_case(struct kunit *test)
{
	unsigned int i;

	memset(tasks, 0, sizeof(tasks));
	control = &of_kernel;
	for (i = 0; i < NR_TASKS; i++) {
		struct task_struct *p = &tasks[i].task;

		p->group_leader = p;
		p->signal = &tasks[i].signal;
		p->thread_pid = &tasks[i].pid;
		atomic_set(&tasks[i].signal.live, 1);
		refcount_set(&p->usage, HELD);
		tasks[i].rank = i == SHIELD ? THRESHOLD - 1 : THRESHOLD;
	}
	return 0;
}

/* The kernel is about to kill CHOSEN in an armed call. */
static bool is_let_go(enum oe_guard_mode mode, unsigned int chosen)
{
	control->chosen = &tasks[chosen].task;
	oe_guard_arm(control, mode, &policy,
		     mode == OE_GUARD_VICTIM ? &tasks[OURS].task : NULL);
	if (!where_killed(NULL))
		return false;
	let_go(control, "");
	return true;
}

static void expect_dies(struct kunit *test, unsigned int chosen,
			unsigned int dies)
{
	KUNIT_EXPECT_FALSE(test, is_let_go(OE_GUARD_VICTIM, chosen));
	KUNIT_EXPECT_PTR_EQ(test, &tasks[dies].task, control->chosen);
	KUNIT_EXPECT_EQ(test, chosen != dies, oe_guard_disarm());
}

static void protected_process_is_displaced(struct kunit *test)
{
	u64 hits = atomic64_read(&oe_stats[OE_STAT_guard_hits]);

	expect_dies(test, OURS, OURS);
	expect_dies(test, FREE, FREE);
	expect_dies(test, SHIELD, OURS);
	/* The kernel drops its reference to what it has killed; the guard the other. */
	KUNIT_EXPECT_EQ(test, HELD + 1U,
			refcount_read(&tasks[OURS].task.usage));
	KUNIT_EXPECT_EQ(test, HELD - 1U,
			refcount_read(&tasks[SHIELD].task.usage));
	tasks[FREE].dies_with_shield = true;
	expect_dies(test, FREE, OURS);
	KUNIT_EXPECT_EQ(test, hits + 2,
			(u64)atomic64_read(&oe_stats[OE_STAT_guard_hits]));
}

/* Nobody else was asked for: least of all the process that asks. */
static void request_is_for_ours_only(struct kunit *test)
{
	control = &of_request;
	expect_dies(test, OURS, OURS);
	expect_dies(test, FREE, OURS);
	expect_dies(test, SHIELD, OURS);
}

static void nobody_dies_if_ours_is_gone(struct kunit *test)
{
	atomic_set(&tasks[OURS].signal.live, 0);
	KUNIT_EXPECT_TRUE(test, is_let_go(OE_GUARD_VICTIM, SHIELD));
	KUNIT_EXPECT_PTR_EQ(test, (struct task_struct *)-1UL, control->chosen);
	KUNIT_EXPECT_TRUE(test, oe_guard_disarm());
	KUNIT_EXPECT_EQ(test, HELD - 1U,
			refcount_read(&tasks[SHIELD].task.usage));
	KUNIT_EXPECT_FALSE(test, is_let_go(OE_GUARD_VICTIM, FREE));
	oe_guard_disarm();
	atomic_set(&tasks[OURS].signal.live, 1);
	tasks[OURS].task.thread_pid = NULL;
	KUNIT_EXPECT_TRUE(test, is_let_go(OE_GUARD_VICTIM, SHIELD));
	oe_guard_disarm();
}

static void nobody_dies_if_nobody_is_to(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_let_go(OE_GUARD_NOBODY, FREE));
	KUNIT_EXPECT_TRUE(test, oe_guard_disarm());
	KUNIT_EXPECT_TRUE(test, is_let_go(OE_GUARD_PENDING, FREE));
	KUNIT_EXPECT_FALSE(test, oe_guard_disarm());
}

static void other_calls_are_not_watched(struct kunit *test)
{
	oe_guard_arm(control, OE_GUARD_NOBODY, &policy, NULL);
	KUNIT_EXPECT_TRUE(test, where_evaluated(NULL));
	WRITE_ONCE(guard.caller, &tasks[FREE].task);
	KUNIT_EXPECT_FALSE(test, where_evaluated(NULL));
	KUNIT_EXPECT_FALSE(test, where_killed(NULL));
	KUNIT_EXPECT_FALSE(test, oe_guard_disarm());
}

static void selection_ends_with_ours(struct kunit *test)
{
	oe_guard_arm(control, OE_GUARD_VICTIM, &policy, &tasks[OURS].task);
	KUNIT_EXPECT_EQ(test, 1, end_selection(&tasks[FREE].task, control));
	KUNIT_EXPECT_PTR_EQ(test, &tasks[OURS].task, control->chosen);
	KUNIT_EXPECT_FALSE(test, oe_guard_disarm());
	atomic_set(&tasks[OURS].signal.live, 0);
	oe_guard_arm(control, OE_GUARD_VICTIM, &policy, &tasks[OURS].task);
	KUNIT_EXPECT_EQ(test, 1, end_selection(&tasks[FREE].task, control));
	KUNIT_EXPECT_PTR_EQ(test, (struct task_struct *)-1UL, control->chosen);
	oe_guard_disarm();
}

#else

static int begin_case(struct kunit *test)
{
	return 0;
}

OE_NOTHING_TO_TEST(protected_process_is_displaced)
OE_NOTHING_TO_TEST(request_is_for_ours_only)
OE_NOTHING_TO_TEST(nobody_dies_if_ours_is_gone)
OE_NOTHING_TO_TEST(nobody_dies_if_nobody_is_to)
OE_NOTHING_TO_TEST(other_calls_are_not_watched)
OE_NOTHING_TO_TEST(selection_ends_with_ours)

#endif

static struct kunit_case guard_cases[] = {
	KUNIT_CASE(protected_process_is_displaced),
	KUNIT_CASE(request_is_for_ours_only),
	KUNIT_CASE(nobody_dies_if_ours_is_gone),
	KUNIT_CASE(nobody_dies_if_nobody_is_to),
	KUNIT_CASE(other_calls_are_not_watched),
	KUNIT_CASE(selection_ends_with_ours),
	{},
};

struct kunit_suite oe_guard_suite = {
	.name = "oom_embedded_guard",
	.init = begin_case,
	.test_cases = guard_cases,
};
