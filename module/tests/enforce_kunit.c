// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: who gets a signal when a user has exceeded its limit for too long, with
 * processes that are not run.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "core.h"

#include "limits/choose.h"
#include "limits/enforce.h"
#include "limits/measure.h"
#include "limits/report.h"
#include "limits/storm.h"
#include "limits/victims.h"
#include "tasks/kill_set.h"

enum {
	NR_TASKS = 4,
	GAIN = 100, /* pages of each */
	TIMEOUT_MS = 500,
};

static struct stub_task {
	struct signal_struct signal;
	union {
		struct pid pid;
		/* The number is behind the end of newer ones. */
		char room[sizeof(struct pid) + sizeof(struct upid)];
	};
	enum oe_limit_fate fate;
	bool elsewhere; /* the limit is not about it */
	struct stub_task *holder;
	unsigned int nr_requests;
	unsigned int nr_kills;
	struct task_struct task;
} tasks[NR_TASKS];

static struct stub_task *parent; /* has to go, or NULL */
static struct stub_task *owner; /* of files, or NULL */
static unsigned int nr_blocked; /* reports */

static void look_up_or_stub(struct oe_limit *limit, struct pid *tgid,
			    struct oe_limit_found *found)
{
	struct stub_task *stub = container_of(tgid, struct stub_task, pid);

	*found = (struct oe_limit_found){ .fate = stub->fate, .gain = GAIN };
}

static bool about_or_stub(const struct oe_limit *limit, struct task_struct *p)
{
	return !container_of(p, struct stub_task, task)->elsewhere;
}

static struct pid *holder_or_stub(const struct oe_limit *limit,
				  struct pid *tgid)
{
	struct stub_task *stub = container_of(tgid, struct stub_task, pid);

	return stub->holder ? get_pid(&stub->holder->pid) : NULL;
}

static int kill_or_stub(struct pid *pid, int signal, int priv)
{
	struct stub_task *stub = container_of(pid, struct stub_task, pid);

	stub->nr_requests += signal == SIGTERM;
	stub->nr_kills += signal == SIGKILL;
	return 0;
}

static void report_or_stub(struct oe_limit *limit,
			   const struct oe_limit_view *view,
			   enum oe_limit_outcome outcome, const char *reason,
			   const struct oe_process *victim)
{
	nr_blocked += outcome == OE_LIMIT_SAY_BLOCKED;
}

static void many_or_stub(struct oe_limit *limit, unsigned int nr)
{
}

static void
sharers_or_stub(struct task_struct *p,
		void (*visit)(struct task_struct *sharer, void *arg), void *arg)
{
}

static void birth_or_stub(const struct oe_limit *limit, struct pid *tgid,
			  struct oe_birth *birth)
{
}

static void note_or_stub(struct oe_limit *limit, const struct oe_birth *birth,
			 u64 now_ms)
{
}

static struct pid *parent_or_stub(struct oe_limit *limit, unsigned int n)
{
	return n || !parent ? NULL : &parent->pid;
}

static unsigned int sweep_or_stub(struct oe_limit *limit)
{
	return 0;
}

static unsigned int many_of_stub(struct oe_limit *limit, u64 need)
{
	return 0;
}

static bool owner_or_stub(struct oe_limit *limit)
{
	return owner;
}

static struct pid *nth_or_stub(unsigned int n, struct oe_limit_candidate *is)
{
	*is = (struct oe_limit_candidate){ .gain = 2 * GAIN };
	return &owner->pid;
}

static void end_or_stub(void)
{
}

#define oe_limit_look_up look_up_or_stub
#define oe_limit_is_about about_or_stub
#define oe_limit_holder holder_or_stub
#define oe_limit_report report_or_stub
#define oe_limit_report_many many_or_stub
#define oe_kill_set_visit_sharers sharers_or_stub
#define oe_storm_look birth_or_stub
#define oe_storm_note note_or_stub
#define oe_storm_parent parent_or_stub
#define oe_storm_sweep sweep_or_stub
#define oe_choose_many many_of_stub
#define oe_choose_holder owner_or_stub
#define oe_choose_nth nth_or_stub
#define oe_choose_end end_or_stub
#define kill_pid kill_or_stub
/* Tested in part. */
#include "../limits/victims.c"
/* Tested in part. */
#include "../limits/enforce.c"

static struct oe_limit limit;
static struct oe_limit_round look;

static int begin_case(struct kunit *test)
{
	unsigned int i;

	memset(tasks, 0, sizeof(tasks));
	memset(&limit, 0, sizeof(limit));
	parent = NULL;
	owner = NULL;
	nr_blocked = 0;
	for (i = 0; i < NR_TASKS; i++) {
		refcount_set(&tasks[i].pid.count, 10);
		tasks[i].fate = OE_LIMIT_ALIVE;
	}
	oe_victims_init(&limit.victims);
	limit.signal = SIGTERM;
	look = (struct oe_limit_round){
		.limit = &limit,
		.view = { .now_ms = 10000, .term_timeout_ms = TIMEOUT_MS },
		.enforce = true,
		.need = 10 * GAIN,
	};
	return 0;
}

static void expect_signals(struct kunit *test, unsigned int i,
			   unsigned int nr_requests, unsigned int nr_kills)
{
	KUNIT_EXPECT_EQ_MSG(test, nr_requests, tasks[i].nr_requests, "task %u",
			    i);
	KUNIT_EXPECT_EQ_MSG(test, nr_kills, tasks[i].nr_kills, "task %u", i);
}

static struct oe_limit_slot *slot_of(unsigned int i)
{
	return oe_victims_find(&limit.victims, &tasks[i].pid);
}

/* A process that has the memory, too, may be another user's. */
static void others_get_no_signal(struct kunit *test)
{
	struct call call = { .limit = &limit, .signal = SIGKILL };

	tasks[0].task.signal = &tasks[0].signal;
	tasks[0].signal.pids[PIDTYPE_TGID] = &tasks[0].pid;
	tasks[0].elsewhere = true;
	signal_sharer(&tasks[0].task, &call);
	expect_signals(test, 0, 0, 0);
	tasks[0].elsewhere = false;
	signal_sharer(&tasks[0].task, &call);
	expect_signals(test, 0, 0, 1);
}

/* It is asked, and the others have their turn meanwhile; when it is killed they may end with it. */
static void parent_is_asked_first(struct kunit *test)
{
	parent = &tasks[0];
	KUNIT_EXPECT_FALSE(test, end_parents(&look));
	expect_signals(test, 0, 1, 0);
	KUNIT_ASSERT_TRUE(test, slot_of(0));
	KUNIT_EXPECT_TRUE(test, slot_of(0)->is_parent);
	KUNIT_EXPECT_EQ(test, (s64)9 * GAIN, look.need);
	look.view.now_ms += TIMEOUT_MS - 1;
	KUNIT_EXPECT_FALSE(test, end_parents(&look));
	expect_signals(test, 0, 1, 0);
	look.view.now_ms++;
	KUNIT_EXPECT_TRUE(test, end_parents(&look));
	expect_signals(test, 0, 1, 1);
	/* It is exiting. */
	tasks[0].fate = OE_LIMIT_ENDING;
	KUNIT_EXPECT_FALSE(test, end_parents(&look));
	expect_signals(test, 0, 1, 1);
	KUNIT_EXPECT_FALSE(test, slot_of(0)->is_parent);
	parent = NULL;
	KUNIT_EXPECT_FALSE(test, end_parents(&look));
}

static struct oe_limit_slot *ask_one(unsigned int i)
{
	struct oe_limit_slot *slot =
		oe_victims_add(&limit.victims, &tasks[i].pid);

	slot->is.signal = OE_LIMIT_ASKED;
	slot->is.since_ms = look.view.now_ms - TIMEOUT_MS;
	slot->fate = OE_LIMIT_ALIVE;
	slot->gain = GAIN;
	return slot;
}

static void those_asked_are_hurried(struct kunit *test)
{
	ask_one(0);
	ask_one(1)->is_parent = true;
	/* It has become another user's, or has a ranking that protects it now. */
	ask_one(2)->fate = OE_LIMIT_SPARED;
	hurry_asked(&look);
	expect_signals(test, 0, 0, 1);
	expect_signals(test, 1, 0, 0);
	expect_signals(test, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, (s64)9 * GAIN, look.need);
	ask_one(3);
	look.need = 0;
	hurry_asked(&look);
	expect_signals(test, 3, 0, 0);
}

static unsigned int place_of(const struct oe_limit_slot *slot)
{
	return slot - limit.victims.slots;
}

static void tracers_go_with_what_they_keep(struct kunit *test)
{
	struct oe_limit_slot *stuck = ask_one(0);

	stuck->is.stuck = true;
	tasks[0].fate = OE_LIMIT_ENDING;
	tasks[0].holder = &tasks[1];
	tasks[1].holder = &tasks[2];
	tasks[2].holder = &tasks[3];
	/* The nearest one has been asked a moment ago. */
	ask_one(1)->is.since_ms = look.view.now_ms;
	release_stuck(&look, place_of(stuck));
	KUNIT_EXPECT_EQ(test, 1U, nr_blocked);
	expect_signals(test, 0, 0, 1);
	expect_signals(test, 1, 0, 0);
	expect_signals(test, 2, 1, 0);
	expect_signals(test, 3, 1, 0);
	KUNIT_ASSERT_TRUE(test, slot_of(2) && slot_of(3));
	KUNIT_EXPECT_EQ(test, (unsigned long)GAIN, slot_of(2)->held);
	KUNIT_EXPECT_EQ(test, 0UL, slot_of(3)->held);
	/* The memory that it keeps counts once, and is told once. */
	KUNIT_EXPECT_EQ(test, (s64)7 * GAIN, look.need);
	release_stuck(&look, place_of(stuck));
	KUNIT_EXPECT_EQ(test, 1U, nr_blocked);
	expect_signals(test, 2, 1, 0);
}

/* One that traces the other, which traces it. */
static void circle_of_tracers_ends(struct kunit *test)
{
	struct oe_limit_slot *stuck = ask_one(0);

	stuck->is.stuck = true;
	tasks[0].holder = &tasks[1];
	tasks[1].holder = &tasks[0];
	release_stuck(&look, place_of(stuck));
	expect_signals(test, 1, 1, 0);
	KUNIT_EXPECT_EQ(test, 10 + 1U, refcount_read(&tasks[0].pid.count));
}

static void files_have_an_owner(struct kunit *test)
{
	end_holder(&look);
	KUNIT_EXPECT_EQ(test, 0U, limit.victims.nr);
	owner = &tasks[1];
	end_holder(&look);
	expect_signals(test, 1, 1, 0);
	/* Its own memory, and the files. */
	KUNIT_EXPECT_EQ(test, (s64)7 * GAIN, look.need);
}

static struct kunit_case enforce_cases[] = {
	KUNIT_CASE(others_get_no_signal),
	KUNIT_CASE(parent_is_asked_first),
	KUNIT_CASE(those_asked_are_hurried),
	KUNIT_CASE(tracers_go_with_what_they_keep),
	KUNIT_CASE(circle_of_tracers_ends),
	KUNIT_CASE(files_have_an_owner),
	{},
};

struct kunit_suite oe_enforce_suite = {
	.name = "oom_embedded_enforce",
	.init = begin_case,
	.test_cases = enforce_cases,
};
