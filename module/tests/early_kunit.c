// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: when the thread that looks ahead asks for a victim, and for how long it does
 * not ask again.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "core.h"

#include "levels/cgroup_stall.h"
#include "levels/stall.h"
#include "memory/available.h"
#include "memory/swappiness.h"
#include "oom/domain.h"
#include "oom/early.h"
#include "oom/request.h"

static struct {
	u64 available_kb;
	u64 certain_kb;
	unsigned int percent; /* of the time in a stall */
	bool in_aftermath;
	int err; /* of a request */
	unsigned int nr_requests;
	unsigned int nr_restarts;
} stub;

static int request_or_stub(const struct oe_request *request)
{
	stub.nr_requests++;
	return stub.err;
}

static u64 available_or_stub(void)
{
	return stub.available_kb;
}

static u64 certain_or_stub(void)
{
	return stub.certain_kb;
}

static bool aftermath_or_stub(void)
{
	return stub.in_aftermath;
}

static unsigned int look_or_stub(unsigned int *next_ms)
{
	*next_ms = 77;
	return stub.percent;
}

static void restart_or_stub(void)
{
	stub.nr_restarts++;
}

static void do_nothing(void)
{
}

static int measure_or_stub(bool on)
{
	return 0;
}

static struct mem_cgroup *cgroup_or_stub(unsigned int limit,
					 unsigned int *percent)
{
	return NULL;
}

static void asked_or_stub(struct mem_cgroup *memcg, unsigned int ms,
			  bool relieved)
{
}

static void put_or_stub(struct mem_cgroup *memcg)
{
}

#define oe_request_victim request_or_stub
#define oe_available_for_kill_kb available_or_stub
#define oe_available_kb certain_or_stub
#define oe_available_learn do_nothing
#define oe_swappiness_look do_nothing
#define oe_domain_machine_in_aftermath aftermath_or_stub
#define oe_stall_look look_or_stub
#define oe_stall_restart restart_or_stub
#define oe_stall_measure measure_or_stub
#define oe_stall_exit do_nothing
#define oe_cgroup_stall_look cgroup_or_stub
#define oe_cgroup_stall_asked asked_or_stub
#define oe_cgroup_stall_put put_or_stub
#define oe_cgroup_stall_measure(on) \
	do {                        \
	} while (0)
#define oe_cgroup_stall_restart do_nothing
/* Tested in part. */
#include "../oom/early.c"

enum {
	EARLY_KB = 4000,
	LIMIT = 40,
};

static int begin_case(struct kunit *test)
{
	memset(&stub, 0, sizeof(stub));
	early.pause_until_ms = 0;
	oe_config.mode = OE_MODE_ENFORCE;
	oe_config.early_kb = EARLY_KB;
	oe_config.stall_percent = LIMIT;
	return 0;
}

static void end_case(struct kunit *test)
{
	oe_config.mode = OE_MODE_OFF;
	oe_config.early_kb = 0;
	oe_config.stall_percent = 0;
}

/* If it may be killed in a moment, a try is worth it; else it tells userspace only. */
static void pause_is_as_long_as_it_is_in_vain(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (unsigned int)AFTERWARDS_MS, pause_after(0));
	KUNIT_EXPECT_EQ(test, (unsigned int)AFTERWARDS_MS, pause_after(-EBUSY));
	KUNIT_EXPECT_EQ(test, (unsigned int)NO_VICTIM_MS, pause_after(-ESRCH));
	oe_config.mode = OE_MODE_OBSERVE;
	KUNIT_EXPECT_EQ(test, (unsigned int)NO_VICTIM_MS, pause_after(-EBUSY));
}

static void shortage_is_looked_for(struct kunit *test)
{
	stub.available_kb = EARLY_KB;
	stub.certain_kb = EARLY_KB;
	KUNIT_EXPECT_EQ(test, (unsigned int)SHORTEST_MS, look_for_shortage());
	stub.certain_kb = EARLY_KB - 1;
	KUNIT_EXPECT_EQ(test, (unsigned int)SHORTEST_MS, look_for_shortage());
	stub.certain_kb = EARLY_KB + 500 * FASTEST_KB_PER_MS;
	KUNIT_EXPECT_EQ(test, 500U, look_for_shortage());
	KUNIT_EXPECT_EQ(test, 0U, stub.nr_requests);
	stub.available_kb = EARLY_KB - 1;
	KUNIT_EXPECT_EQ(test, (unsigned int)AFTERWARDS_MS, look_for_shortage());
	KUNIT_EXPECT_EQ(test, 1U, stub.nr_requests);
	/* There is a pause after it. */
	look_for_shortage();
	KUNIT_EXPECT_EQ(test, 1U, stub.nr_requests);
	oe_config.early_kb = 0;
	KUNIT_EXPECT_EQ(test, FOR_EVER, look_for_shortage());
}

static void stall_has_to_be_above_the_limit(struct kunit *test)
{
	stub.percent = LIMIT;
	KUNIT_EXPECT_EQ(test, 77U, look_for_stall());
	KUNIT_EXPECT_EQ(test, 0U, stub.nr_requests);
	stub.percent = LIMIT + 1;
	stub.err = -ESRCH;
	look_for_stall();
	KUNIT_EXPECT_EQ(test, 1U, stub.nr_requests);
	/* Nobody died: what has been measured still counts. */
	KUNIT_EXPECT_EQ(test, 0U, stub.nr_restarts);
	stub.err = 0;
	early.pause_until_ms = 0;
	look_for_stall();
	KUNIT_EXPECT_EQ(test, 2U, stub.nr_requests);
	KUNIT_EXPECT_EQ(test, 1U, stub.nr_restarts);
}

static void stall_before_a_kill_does_not_count(struct kunit *test)
{
	stub.percent = LIMIT + 1;
	stub.in_aftermath = true;
	look_for_stall();
	KUNIT_EXPECT_EQ(test, 0U, stub.nr_requests);
	KUNIT_EXPECT_EQ(test, 1U, stub.nr_restarts);
}

static void off_looks_for_nothing(struct kunit *test)
{
	stub.percent = LIMIT + 1;
	oe_config.mode = OE_MODE_OFF;
	KUNIT_EXPECT_EQ(test, (unsigned int)LONGEST_MS, look_at_machine());
	KUNIT_EXPECT_EQ(test, 0U, stub.nr_requests);
	oe_config.early_kb = 0;
	oe_config.stall_percent = 0;
	KUNIT_EXPECT_EQ(test, FOR_EVER, look_at_machine());
}

static struct kunit_case early_cases[] = {
	KUNIT_CASE(pause_is_as_long_as_it_is_in_vain),
	KUNIT_CASE(shortage_is_looked_for),
	KUNIT_CASE(stall_has_to_be_above_the_limit),
	KUNIT_CASE(stall_before_a_kill_does_not_count),
	KUNIT_CASE(off_looks_for_nothing),
	{},
};

struct kunit_suite oe_early_suite = {
	.name = "oom_embedded_early",
	.init = begin_case,
	.exit = end_case,
	.test_cases = early_cases,
};
