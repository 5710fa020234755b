// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the choice of the victim.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/random.h>
#include <linux/string.h>

#include "../rules/policy.c"

static struct oe_candidate candidate(s32 pid, u16 rank, s64 badness)
{
	return (struct oe_candidate){
		.pid = pid,
		.rank = rank,
		.badness = badness,
	};
}

struct verdict_case {
	unsigned int threshold;
	u16 rank;
	bool unkillable;
	enum oe_verdict verdict;
};

static void verdict_table(struct kunit *test)
{
	static const struct verdict_case cases[] = {
		{ 0, 0, false, OE_PROTECTED },
		{ 0, 1, false, OE_ELIGIBLE },
		{ 0, 1000, false, OE_ELIGIBLE },
		{ 500, 499, false, OE_PROTECTED },
		{ 500, 500, false, OE_ELIGIBLE },
		{ 500, 501, false, OE_ELIGIBLE },
		{ 1000, 999, false, OE_PROTECTED },
		{ 1000, 1000, false, OE_ELIGIBLE },
		{ 1, 0, false, OE_PROTECTED },
		{ 0, 1000, true, OE_UNKILLABLE },
		{ 1000, 0, true, OE_UNKILLABLE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_policy policy = { .threshold = cases[i].threshold };
		struct oe_candidate c = candidate(1, cases[i].rank, 1);

		c.unkillable = cases[i].unkillable;
		KUNIT_EXPECT_EQ_MSG(test, (int)cases[i].verdict,
				    (int)oe_policy_verdict(&policy, &c),
				    "case %u", i);
	}
}

struct order_case {
	enum oe_order order;
	struct oe_candidate first;
	struct oe_candidate second;
};

static void order_table(struct kunit *test)
{
	const s64 huge = S64_MAX;
	const struct order_case cases[] = {
		/* rank: the ranking beats any badness */
		{ OE_ORDER_RANK, candidate(9, 2, -huge),
		  candidate(1, 1, huge) },
		/* more than 32 bits of badness do not wrap */
		{ OE_ORDER_RANK, candidate(9, 5, 1LL << 33),
		  candidate(1, 5, (1LL << 33) - 1) },
		{ OE_ORDER_BADNESS, candidate(9, 5, 1LL << 40),
		  candidate(1, 900, 1) },
		/* ties by the lowest pid */
		{ OE_ORDER_RANK, candidate(1, 5, 7), candidate(2, 5, 7) },
		{ OE_ORDER_BADNESS, candidate(1, 5, 7), candidate(2, 900, 7) },
		{ OE_ORDER_BADNESS, candidate(1, 5, 7),
		  candidate(S32_MAX, 5, 7) },
		/* negative badness is less than none */
		{ OE_ORDER_BADNESS, candidate(9, 5, 0), candidate(1, 5, -1) },
		{ OE_ORDER_BADNESS, candidate(9, 5, -1),
		  candidate(1, 5, S64_MIN) },
		{ OE_ORDER_RANK, candidate(9, 1000, 0), candidate(1, 999, 0) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct order_case *c = &cases[i];

		KUNIT_EXPECT_TRUE_MSG(
			test, oe_policy_before(c->order, &c->first, &c->second),
			"case %u", i);
		KUNIT_EXPECT_FALSE_MSG(
			test, oe_policy_before(c->order, &c->second, &c->first),
			"case %u, the other way", i);
	}
}

static void nobody(struct kunit *test)
{
	const struct oe_policy policy = { .threshold = 500 };
	struct oe_candidate never = candidate(1, 0, 1000);
	struct oe_choice choice = {};

	KUNIT_EXPECT_EQ(test, 0, choice.victim.pid);
	oe_policy_consider(&policy, &choice, &never);
	never.unkillable = true;
	oe_policy_consider(&policy, &choice, &never);
	KUNIT_EXPECT_EQ(test, 0, choice.victim.pid);
	KUNIT_EXPECT_EQ(test, 0, choice.runner_up.pid);
	/* ranking 0 is not given up either */
	KUNIT_EXPECT_EQ(test, 0, choice.spare.pid);
	KUNIT_EXPECT_EQ(test, 0u, choice.nr_eligible);
	KUNIT_EXPECT_EQ(test, 1u, choice.nr_protected);
	KUNIT_EXPECT_EQ(test, 1u, choice.nr_unkillable);
}

static void spare_is_highest_ranked(struct kunit *test)
{
	/* In badness order, too, the most expendable process is given up. */
	const struct oe_policy policy = { 1000, OE_ORDER_BADNESS };
	const struct oe_candidate all[] = {
		candidate(1, 0, 900),  candidate(2, 10, 800),
		candidate(3, 20, 1),   candidate(4, 20, 2),
		candidate(5, 19, 700),
	};
	struct oe_choice choice = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		oe_policy_consider(&policy, &choice, &all[i]);
	KUNIT_EXPECT_EQ(test, 0, choice.victim.pid);
	KUNIT_EXPECT_EQ(test, 4, choice.spare.pid);
}

enum {
	NR_MANY = 60,
	NR_SHUFFLES = 50,
};

static void fill_many(struct oe_candidate *all)
{
	unsigned int i;

	/* Few values, so that there are many ties. */
	for (i = 0; i < NR_MANY; i++)
		all[i] = candidate(i + 1, i % 7 * 150, i % 5 * 10);
}

static void shuffle(struct oe_candidate *all)
{
	unsigned int i;

	for (i = NR_MANY - 1; i > 0; i--) {
		unsigned int other = get_random_u32() % (i + 1);

		swap(all[i], all[other]);
	}
}

/* The two best by looking at every pair: slow, and obviously right. */
static s32 best_except(enum oe_order order, const struct oe_policy *policy,
		       const struct oe_candidate *all, s32 except)
{
	const struct oe_candidate *best = NULL;
	unsigned int i;

	for (i = 0; i < NR_MANY; i++) {
		if (all[i].pid == except || all[i].rank == 0 ||
		    all[i].rank < policy->threshold)
			continue;
		if (!best || oe_policy_before(order, &all[i], best))
			best = &all[i];
	}
	return best ? best->pid : 0;
}

static void any_order_of_arrival(struct kunit *test)
{
	static const unsigned int thresholds[] = { 0, 1, 450, 900, 901, 1000 };
	struct oe_candidate all[NR_MANY];
	unsigned int round, i;

	fill_many(all);
	for (round = 0; round < NR_SHUFFLES; round++) {
		struct oe_policy policy = {
			.threshold = thresholds[round % ARRAY_SIZE(thresholds)],
			.order = round & 1 ? OE_ORDER_RANK : OE_ORDER_BADNESS,
		};
		struct oe_choice choice = {};
		s32 victim;

		shuffle(all);
		for (i = 0; i < NR_MANY; i++)
			oe_policy_consider(&policy, &choice, &all[i]);
		victim = best_except(policy.order, &policy, all, 0);
		KUNIT_EXPECT_EQ(test, victim, choice.victim.pid);
		KUNIT_EXPECT_EQ(test,
				best_except(policy.order, &policy, all, victim),
				choice.runner_up.pid);
		KUNIT_EXPECT_EQ(test, (unsigned int)NR_MANY,
				choice.nr_eligible + choice.nr_protected);
	}
}

static void order_is_total(struct kunit *test)
{
	struct oe_candidate all[NR_MANY];
	unsigned int i, j, order;

	fill_many(all);
	for (order = OE_ORDER_BADNESS; order <= OE_ORDER_RANK; order++)
		for (i = 0; i < NR_MANY; i++)
			for (j = 0; j < NR_MANY; j++)
				KUNIT_EXPECT_EQ(
					test, i == j,
					oe_policy_before(order, &all[i],
							 &all[j]) ==
						oe_policy_before(order, &all[j],
								 &all[i]));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(verdict_table),
	KUNIT_CASE(order_table),
	KUNIT_CASE(nobody),
	KUNIT_CASE(spare_is_highest_ranked),
	KUNIT_CASE(any_order_of_arrival),
	KUNIT_CASE(order_is_total),
	{},
};

struct kunit_suite oe_policy_suite = {
	.name = "oom_embedded_policy",
	.test_cases = cases,
};
