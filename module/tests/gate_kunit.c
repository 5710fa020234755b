// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the gate between looks at the settings and commits.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>

/* A case may end the patience of a commit. */
static bool out_of_patience;

static bool is_late(unsigned long now, unsigned long deadline)
{
	return out_of_patience || time_after(now, deadline);
}

#undef time_after
#define time_after is_late
#include "../lib/gate.c"

enum {
	LOOK_MS = 200,
	BEGIN_MS = 20,
};

static struct {
	struct completion entered;
	struct completion may_leave;
	struct completion closed;
	bool left;
	int err;
} look;

static int look_for_a_while(void *unused)
{
	oe_gate_enter();
	complete(&look.entered);
	wait_for_completion_timeout(&look.may_leave, msecs_to_jiffies(LOOK_MS));
	WRITE_ONCE(look.left, true);
	oe_gate_leave();
	return 0;
}

static int close_and_open(void *unused)
{
	look.err = oe_gate_close();
	if (!look.err)
		oe_gate_open();
	complete(&look.closed);
	return 0;
}

static void begin_look(struct kunit *test)
{
	init_completion(&look.entered);
	init_completion(&look.may_leave);
	init_completion(&look.closed);
	look.left = false;
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(look_for_a_while, NULL,
						    "oe_gate_look")));
	wait_for_completion(&look.entered);
}

static void a_commit_waits_for_a_look(struct kunit *test)
{
	bool left;

	begin_look(test);
	close_and_open(NULL);
	left = READ_ONCE(look.left);
	KUNIT_EXPECT_EQ(test, 0, look.err);
	KUNIT_EXPECT_TRUE(test, left);
}

/* A commit that queued up would hold this look back until the first one ends. */
static void a_look_does_not_wait_for_a_commit_that_waits(struct kunit *test)
{
	bool left;

	begin_look(test);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(close_and_open, NULL,
						    "oe_gate_close")));
	msleep(BEGIN_MS);
	oe_gate_enter();
	left = READ_ONCE(look.left);
	oe_gate_leave();
	complete(&look.may_leave);
	wait_for_completion(&look.closed);
	KUNIT_EXPECT_FALSE(test, left);
	KUNIT_EXPECT_EQ(test, 0, look.err);
}

/* The look that held it up goes on, and another commit comes through. */
static void a_commit_does_not_wait_for_ever(struct kunit *test)
{
	begin_look(test);
	out_of_patience = true;
	KUNIT_EXPECT_EQ(test, -EBUSY, oe_gate_close());
	out_of_patience = false;
	KUNIT_EXPECT_FALSE(test, READ_ONCE(look.left));
	complete(&look.may_leave);
	close_and_open(NULL);
	KUNIT_EXPECT_EQ(test, 0, look.err);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(look.left));
}

static struct kunit_case gate_cases[] = {
	KUNIT_CASE(a_commit_waits_for_a_look),
	KUNIT_CASE(a_look_does_not_wait_for_a_commit_that_waits),
	KUNIT_CASE(a_commit_does_not_wait_for_ever),
	{}
};

struct kunit_suite oe_gate_suite = {
	.name = "oom_embedded_gate",
	.test_cases = gate_cases,
};
