// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: whether the kernel is asked for a victim. It never is: the call of it is a
 * function that does nothing without its redirect.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "core.h"

#include "nothing.h"

#ifdef CONFIG_KPROBES

#include "memory/available.h"
#include "memory/reserve.h"
#include "notify.h"
#include "oom/coverage.h"
#include "oom/detour.h"
#include "oom/domain.h"
#include "oom/giving.h"
#include "oom/quiet.h"
#include "oom/redirect.h"
#include "oom/terminate.h"
#include "oom/victim.h"
#include "tasks/kill_set.h"

/* The state of the machine, as the other files would tell it. */
static struct {
	u64 available_kb;
	u64 reserve_kb;
	unsigned long in_use; /* pages */
	unsigned int nr_pending; /* looks that find an earlier victim dying */
	unsigned int nr_machine; /* emergencies of the machine */
	bool is_lacking[OE_NR_COVERS];
	bool is_gone;
	bool in_aftermath;
	bool gives; /* memory comes back */
	enum oe_outcome outcome; /* of a call of the kernel */
	unsigned int nr_calls; /* of the kernel */
} stub;

static bool covers_or_stub(enum oe_cover cover)
{
	return !stub.is_lacking[cover];
}

static void check_or_stub(char text[OE_COVERAGE_TEXT])
{
}

static u64 available_or_stub(void)
{
	return stub.available_kb;
}

static unsigned long reserve_or_stub(void)
{
	return stub.reserve_kb;
}

static unsigned long in_use_or_stub(void)
{
	return stub.in_use;
}

static void begin_or_stub(struct oe_giving *giving, unsigned int settle_ms)
{
}

static bool goes_on_or_stub(struct oe_giving *giving)
{
	return stub.gives;
}

static bool no_or_stub(void)
{
	return false;
}

static bool aftermath_or_stub(void)
{
	return stub.in_aftermath;
}

static unsigned int machine_or_stub(void)
{
	return stub.nr_machine;
}

static bool pending_or_stub(const struct oe_domain *domain)
{
	return stub.nr_pending && stub.nr_pending--;
}

static bool gone_or_stub(struct task_struct *victim)
{
	return stub.is_gone;
}

static void signal_or_stub(struct task_struct *victim,
			   const struct oe_domain *domain, int signal)
{
}

static int register_or_stub(struct oe_redirect *redirect)
{
	return -EOPNOTSUPP;
}

static void unregister_or_stub(struct oe_redirect *redirect)
{
}

static void keep_or_stub(struct task_struct *task);

#define oe_coverage_has covers_or_stub
#define oe_coverage_check check_or_stub
#define oe_available_for_kill_kb available_or_stub
#define oe_reserve_available_kb reserve_or_stub
#define oe_giving_in_use in_use_or_stub
#define oe_giving_begin begin_or_stub
#define oe_giving_goes_on goes_on_or_stub
#define oe_quiet_now no_or_stub
#define oe_notify_is_hurried no_or_stub
#define oe_domain_machine_is_open no_or_stub
#define oe_domain_machine_in_aftermath aftermath_or_stub
#define oe_domain_nr_machine machine_or_stub
#define oe_domain_machine_settles() \
	do {                        \
	} while (0)
#define oe_pending_in pending_or_stub
#define oe_kill_set_is_gone gone_or_stub
#define oe_kill_set_signal signal_or_stub
#define oe_redirect_register register_or_stub
#define oe_redirect_unregister unregister_or_stub
#define oe_detour_keep keep_or_stub
#define has_enough term_has_enough
/* Tested in part. */
#include "../oom/terminate.c"
#undef has_enough
/* Tested in part. */
#include "../oom/request.c"

enum {
	EARLY_KB = 4000,
	TERM_MS = 5000,
	/* More are a mistake, which is to end. */
	MOST_CALLS = 10,
};

/* Called before the call of the kernel, and after it. */
static void keep_or_stub(struct task_struct *task)
{
	if (!task)
		return;
	stub.nr_calls++;
	oe_request_ended(stub.nr_calls > MOST_CALLS ? OE_OUTCOME_KILLED :
						      stub.outcome);
}

static int begin_case(struct kunit *test)
{
	memset(&stub, 0, sizeof(stub));
	stub.outcome = OE_OUTCOME_KILLED;
	stub.gives = true;
	asked.available = true;
	oe_config.mode = OE_MODE_ENFORCE;
	oe_config.early_kb = EARLY_KB;
	return 0;
}

static void end_case(struct kunit *test)
{
	asked.available = false;
	oe_config.mode = OE_MODE_OFF;
	oe_config.early_kb = 0;
}

static struct oe_request request_of(enum oe_kind kind)
{
	return (struct oe_request){ .kind = kind, .group = "" };
}

static void expect_asked(struct kunit *test, const struct oe_request *request,
			 int err, unsigned int nr_calls)
{
	stub.nr_calls = 0;
	KUNIT_EXPECT_EQ(test, err, oe_request_victim(request));
	KUNIT_EXPECT_EQ(test, nr_calls, stub.nr_calls);
}

static void kernel_is_asked_if_it_is_wrapped(struct kunit *test)
{
	const struct oe_request request = request_of(OE_KIND_REQUEST);

	expect_asked(test, &request, 0, 1);
	stub.outcome = OE_OUTCOME_NO_VICTIM;
	expect_asked(test, &request, -ESRCH, 1);
	oe_config.mode = OE_MODE_OFF;
	expect_asked(test, &request, -EOPNOTSUPP, 0);
	oe_config.mode = OE_MODE_ENFORCE;
	stub.is_lacking[OE_COVER_OOM] = true;
	expect_asked(test, &request, -EOPNOTSUPP, 0);
	stub.is_lacking[OE_COVER_OOM] = false;
	asked.available = false;
	expect_asked(test, &request, -EOPNOTSUPP, 0);
}

/* An earlier victim has ended meanwhile, and brought early_kb. */
static void enough_spares_the_next(struct kunit *test)
{
	struct oe_request request = request_of(OE_KIND_EARLY);

	stub.nr_pending = 2;
	stub.available_kb = EARLY_KB;
	expect_asked(test, &request, 0, 0);
	KUNIT_EXPECT_EQ(test, (int)OE_OUTCOME_AVOIDED, (int)asked.outcome);
	stub.nr_pending = 2;
	stub.available_kb = EARLY_KB - 1;
	expect_asked(test, &request, 0, 1);
	/* It is asked for because of an amount that is not there. */
	stub.available_kb = EARLY_KB;
	expect_asked(test, &request, 0, 1);
	/* How much a program wants is not known. */
	stub.nr_pending = 2;
	request.kind = OE_KIND_REQUEST;
	expect_asked(test, &request, 0, 1);
}

static void stall_is_measured_anew(struct kunit *test)
{
	struct oe_request request = request_of(OE_KIND_EARLY);

	request.stall_percent = 50;
	stub.nr_pending = 1;
	expect_asked(test, &request, 0, 0);
	expect_asked(test, &request, 0, 1);
	/* Nor is it over because nothing comes back. */
	stub.nr_pending = 1;
	stub.gives = false;
	expect_asked(test, &request, 0, 1);
}

/* The next victim began to die between the wait and the call. */
static void call_that_found_one_dying_is_repeated(struct kunit *test)
{
	const struct oe_request request = request_of(OE_KIND_EARLY);

	stub.outcome = OE_OUTCOME_VICTIM_PENDING;
	stub.in_aftermath = true;
	expect_asked(test, &request, -EBUSY, 1);
	stub.gives = false;
	expect_asked(test, &request, -EBUSY, 1);
}

static void cgroup_waits_for_nobody(struct kunit *test)
{
	struct oe_request request = request_of(OE_KIND_EARLY);

	request.within = (struct mem_cgroup *)&request;
	request.stall_percent = 50;
	expect_asked(test, &request, 0, 1);
	KUNIT_EXPECT_TRUE(test, asked.past_victims);
	/* Its own victim is not waited for, and no other process dies for it. */
	stub.nr_pending = 1;
	expect_asked(test, &request, -EBUSY, 0);
	/* The kernel's choice might be a process of another cgroup. */
	stub.is_lacking[OE_COVER_GUARD] = true;
	expect_asked(test, &request, -EBUSY, 0);
	/* The mode may change between the first look and this one. */
	stub.is_lacking[OE_COVER_GUARD] = false;
	oe_config.mode = OE_MODE_OFF;
	asked.request = request;
	stub.nr_calls = 0;
	ask_in_turn();
	oe_config.mode = OE_MODE_ENFORCE;
	stub.is_lacking[OE_COVER_OOM] = true;
	ask_in_turn();
	KUNIT_EXPECT_EQ(test, 0U, stub.nr_calls);
}

static void lent_memory_is_not_there(struct kunit *test)
{
	struct oe_termination termination = {
		.lent_kb = 1000,
		.until_kb = EARLY_KB,
	};

	stub.available_kb = EARLY_KB + 999;
	KUNIT_EXPECT_FALSE(test, term_has_enough(&termination));
	stub.available_kb = EARLY_KB + 1000;
	KUNIT_EXPECT_TRUE(test, term_has_enough(&termination));
	stub.available_kb = 999;
	KUNIT_EXPECT_EQ(test, 0ULL, (u64)available_kb(&termination));
	/* It has been taken back. */
	stub.reserve_kb = 1;
	stub.available_kb = EARLY_KB;
	KUNIT_EXPECT_TRUE(test, term_has_enough(&termination));
	termination.until_kb = 0;
	KUNIT_EXPECT_FALSE(test, term_has_enough(&termination));
}

static void kill_is_called_off(struct kunit *test)
{
	const struct oe_termination termination = {};

	KUNIT_EXPECT_FALSE(test, oe_terminate_is_cancelled(&termination));
	oe_config.mode = OE_MODE_OBSERVE;
	KUNIT_EXPECT_TRUE(test, oe_terminate_is_cancelled(&termination));
	oe_config.mode = OE_MODE_ENFORCE;
	stub.nr_machine = 1;
	KUNIT_EXPECT_TRUE(test, oe_terminate_is_cancelled(&termination));
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_CANCELLED,
			(int)oe_terminate_wait(&termination, 1000));
}

/* Of half of early_kb: the OOM may come first. */
static void wait_ends_before_memory_does(struct kunit *test)
{
	const struct oe_termination termination = { .until_kb = 100 };
	u64 began_ms = ktime_to_ms(ktime_get());

	stub.available_kb = EARLY_KB / 2 - 1;
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_ENOUGH,
			(int)oe_terminate_wait(&termination, TERM_MS));
	stub.available_kb = 99;
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_STAYS,
			(int)oe_terminate_wait(&termination, TERM_MS));
	KUNIT_EXPECT_LT(test, ktime_to_ms(ktime_get()) - began_ms,
			(u64)TERM_MS);
	stub.available_kb = EARLY_KB;
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_ENOUGH,
			(int)oe_terminate_wait(&termination, 0));
}

/* A process may have handed its memory on before it ended. */
static void memory_has_to_come_back(struct kunit *test)
{
	const struct oe_termination termination = {
		.its_anon = 4 * OE_GIVING_NOISE_PAGES,
		.all_anon = 100 * OE_GIVING_NOISE_PAGES,
	};
	const struct oe_termination small = {
		.its_anon = 2 * OE_GIVING_NOISE_PAGES,
	};

	stub.is_gone = true;
	stub.gives = false;
	stub.available_kb = EARLY_KB;
	stub.in_use = 100 * OE_GIVING_NOISE_PAGES;
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_IN_VAIN,
			(int)oe_terminate_wait(&termination, 0));
	stub.in_use = 99 * OE_GIVING_NOISE_PAGES;
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_GONE,
			(int)oe_terminate_wait(&termination, 0));
	/* Its memory cannot be told from the noise. */
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_GONE,
			(int)oe_terminate_wait(&small, 0));
	stub.in_use++;
	stub.nr_machine = 1;
	KUNIT_EXPECT_EQ(test, (int)OE_TERMINATED_CANCELLED,
			(int)oe_terminate_wait(&termination, 0));
}

#else

static int begin_case(struct kunit *test)
{
	return 0;
}

static void end_case(struct kunit *test)
{
}

OE_NOTHING_TO_TEST(kernel_is_asked_if_it_is_wrapped)
OE_NOTHING_TO_TEST(enough_spares_the_next)
OE_NOTHING_TO_TEST(stall_is_measured_anew)
OE_NOTHING_TO_TEST(call_that_found_one_dying_is_repeated)
OE_NOTHING_TO_TEST(cgroup_waits_for_nobody)
OE_NOTHING_TO_TEST(lent_memory_is_not_there)
OE_NOTHING_TO_TEST(kill_is_called_off)
OE_NOTHING_TO_TEST(wait_ends_before_memory_does)
OE_NOTHING_TO_TEST(memory_has_to_come_back)

#endif

static struct kunit_case request_cases[] = {
	KUNIT_CASE(kernel_is_asked_if_it_is_wrapped),
	KUNIT_CASE(enough_spares_the_next),
	KUNIT_CASE(stall_is_measured_anew),
	KUNIT_CASE(call_that_found_one_dying_is_repeated),
	KUNIT_CASE(cgroup_waits_for_nobody),
	KUNIT_CASE(lent_memory_is_not_there),
	KUNIT_CASE(kill_is_called_off),
	KUNIT_CASE(wait_ends_before_memory_does),
	KUNIT_CASE(memory_has_to_come_back),
	{},
};

struct kunit_suite oe_request_suite = {
	.name = "oom_embedded_request",
	.init = begin_case,
	.exit = end_case,
	.test_cases = request_cases,
};
