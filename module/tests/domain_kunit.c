// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: who is inside the machine's emergency, and which call goes on with the last
 * one.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "core.h"

#include "oom/domain.h"
#include "oom/grace.h"
#include "oom/sequel.h"

static unsigned int nr_renewed;

static void renew_or_stub(struct oe_budget *budget)
{
	nr_renewed++;
}

#define oe_grace_renew renew_or_stub
#include "../oom/domain.c"
#include "../oom/sequel.c"

static struct task_struct another;

static const struct oe_call of_machine = { .kind = OE_KIND_GLOBAL };
static const struct oe_call early_call = { .kind = OE_KIND_EARLY };

static struct oe_domain_state *machine_slot(void)
{
	return &domains.slots[MACHINE];
}

static int begin_case(struct kunit *test)
{
	memset(domains.slots, 0, sizeof(domains.slots));
	nr_renewed = 0;
	return 0;
}

static void one_task_is_inside(struct kunit *test)
{
	struct oe_domain_state *state = oe_domain_claim(&of_machine);

	KUNIT_ASSERT_PTR_EQ(test, machine_slot(), state);
	KUNIT_EXPECT_FALSE(test, oe_domain_claim(&of_machine));
	KUNIT_EXPECT_PTR_EQ(test, state, oe_domain_owned(&of_machine));
	KUNIT_EXPECT_FALSE(test, oe_domain_machine_is_open());
	state->owner = &another;
	KUNIT_EXPECT_FALSE(test, oe_domain_owned(&of_machine));
	KUNIT_EXPECT_TRUE(test, oe_domain_machine_is_open());
	oe_domain_release(state);
	KUNIT_EXPECT_FALSE(test, oe_domain_machine_is_open());
	KUNIT_EXPECT_PTR_EQ(test, state, oe_domain_claim(&of_machine));
}

/* A task does not hurry itself, and there is nobody to hurry after the release. */
static void hurry_is_for_others(struct kunit *test)
{
	struct oe_domain_state *state;

	KUNIT_EXPECT_FALSE(test, oe_domain_hurry(&of_machine));
	KUNIT_EXPECT_FALSE(test, machine_slot()->hurried);
	state = oe_domain_claim(&of_machine);
	KUNIT_ASSERT_PTR_EQ(test, machine_slot(), state);
	KUNIT_EXPECT_FALSE(test, oe_domain_hurry(&of_machine));
	KUNIT_EXPECT_FALSE(test, state->hurried);
	state->owner = &another;
	KUNIT_EXPECT_TRUE(test, oe_domain_hurry(&of_machine));
	KUNIT_EXPECT_TRUE(test, state->hurried);
	oe_domain_release(state);
	KUNIT_EXPECT_FALSE(test, oe_domain_hurry(&of_machine));
	state = oe_domain_claim(&of_machine);
	KUNIT_ASSERT_PTR_EQ(test, machine_slot(), state);
	KUNIT_EXPECT_FALSE(test, state->hurried);
}

static void requests_preempt_nobody(struct kunit *test)
{
	const struct oe_domain_state cgroup = {
		.nr_machine = oe_domain_nr_machine(),
	};

	oe_domain_release(oe_domain_claim(&early_call));
	KUNIT_EXPECT_FALSE(test, oe_domain_is_preempted(&cgroup));
	oe_domain_release(oe_domain_claim(&of_machine));
	KUNIT_EXPECT_TRUE(test, oe_domain_is_preempted(&cgroup));
}

/* The time for SIGTERM is over, and that for memory to come back begins. */
static void aftermath_is_cut_short(struct kunit *test)
{
	u64 aftermath_ns = OE_AFTERMATH_MS * (u64)NSEC_PER_MSEC;
	u64 late_ns = ktime_get_ns() + 10 * aftermath_ns;
	u64 soon_ns = ktime_get_ns() + 1;

	machine_slot()->aftermath_until_ns = late_ns;
	machine_slot()->owner = &another;
	oe_domain_machine_settles();
	KUNIT_EXPECT_EQ(test, late_ns, machine_slot()->aftermath_until_ns);
	KUNIT_EXPECT_TRUE(test, oe_domain_machine_in_aftermath());
	machine_slot()->owner = NULL;
	oe_domain_machine_settles();
	KUNIT_EXPECT_LT(test, machine_slot()->aftermath_until_ns, late_ns);
	KUNIT_EXPECT_TRUE(test, oe_domain_machine_in_aftermath());
	/* One that ends sooner does not last longer because of this. */
	machine_slot()->aftermath_until_ns = soon_ns;
	oe_domain_machine_settles();
	KUNIT_EXPECT_EQ(test, soon_ns, machine_slot()->aftermath_until_ns);
}

struct sequel_case {
	bool is_closed;
	bool is_late;
	struct oe_call last;
	struct oe_call now;
	bool goes_on;
};

static void call_goes_on(struct kunit *test)
{
	static const struct sequel_case cases[] = {
		{ .goes_on = true },
		{ .is_closed = true },
		{ .is_late = true },
		{ .now.kind = OE_KIND_CPUSET },
		/* Userspace was not told of what is quiet. */
		{ .last.quiet = true },
		{ .last.quiet = true, .now.quiet = true, .goes_on = true },
		{ .now.quiet = true, .goes_on = true },
		{ .last.kind = OE_KIND_EARLY, .now.kind = OE_KIND_EARLY },
		{ .last.kind = OE_KIND_EARLY,
		  .now = { .kind = OE_KIND_EARLY, .insists = true },
		  .goes_on = true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_domain_state *state = machine_slot();

		state->open = !cases[i].is_closed;
		state->reopen_until_ns = U64_MAX;
		if (cases[i].is_late)
			state->reopen_until_ns = 0;
		state->episode.call = cases[i].last;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].goes_on,
				    oe_sequel_goes_on(state, &cases[i].now),
				    "case %u", i);
	}
}

struct remember_case {
	enum oe_outcome outcome;
	bool open;
	u64 reopen_ms;
	u64 aftermath_ms;
	unsigned int nr_retries;
	bool marked;
};

static void outcome_is_remembered(struct kunit *test)
{
	enum {
		TERM_MS = 700,
		ENDED_NS = 1000,
	};
	static const struct remember_case cases[] = {
		{ OE_OUTCOME_KILLED, false, REOPEN_MS, OE_AFTERMATH_MS, 0 },
		{ OE_OUTCOME_AVOIDED, false, REOPEN_MS, 0, 4 },
		{ OE_OUTCOME_NOT_KILLED, true, REOPEN_MS, 0, 4 },
		/* A caller that was ending anyway: its memory is on its way. */
		{ OE_OUTCOME_NOT_KILLED, true, REOPEN_MS, OE_AFTERMATH_MS, 4,
		  true },
		{ OE_OUTCOME_NO_VICTIM, true, REOPEN_NO_VICTIM_MS, 0, 4 },
		{ OE_OUTCOME_SIGTERM, true, REOPEN_SIGTERM_MS,
		  OE_AFTERMATH_MS + TERM_MS, 4 },
	};
	unsigned int i;

	oe_config.early_term_ms = TERM_MS;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_domain_state *state = machine_slot();
		u64 since_ns = 0;

		if (cases[i].aftermath_ms)
			since_ns = ENDED_NS;
		*state = (struct oe_domain_state){ .nr_retries = 3 };
		state->episode.ended_ns = ENDED_NS;
		state->episode.acked_ns = 1;
		nr_renewed = 0;
		oe_sequel_remember(state, cases[i].outcome, cases[i].marked);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].open, state->open, "%u", i);
		KUNIT_EXPECT_EQ_MSG(
			test, ENDED_NS + cases[i].reopen_ms * NSEC_PER_MSEC,
			state->reopen_until_ns, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(
			test, since_ns + cases[i].aftermath_ms * NSEC_PER_MSEC,
			state->aftermath_until_ns, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].nr_retries,
				    state->nr_retries, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, !!cases[i].aftermath_ms, !!nr_renewed,
				    "case %u", i);
	}
	oe_config.early_term_ms = 0;
}

static struct kunit_case domain_cases[] = {
	KUNIT_CASE(one_task_is_inside),
	KUNIT_CASE(hurry_is_for_others),
	KUNIT_CASE(requests_preempt_nobody),
	KUNIT_CASE(aftermath_is_cut_short),
	KUNIT_CASE(call_goes_on),
	KUNIT_CASE(outcome_is_remembered),
	{},
};

struct kunit_suite oe_domain_suite = {
	.name = "oom_embedded_domain",
	.init = begin_case,
	.test_cases = domain_cases,
};
