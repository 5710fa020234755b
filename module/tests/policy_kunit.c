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

static struct oe_candidate policy_candidate(s32 pid, u16 rank, s64 badness)
{
	return (struct oe_candidate){
		.pid = pid,
		.rank = rank,
		.set_rank = rank,
		.badness = badness,
	};
}

static struct oe_candidate policy_sized(s32 pid, u16 rank, unsigned long gain)
{
	struct oe_candidate c = policy_candidate(pid, rank, gain);

	c.gain = gain;
	return c;
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
		struct oe_candidate c = policy_candidate(1, cases[i].rank, 1);

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
		{ OE_ORDER_RANK, policy_candidate(9, 2, -huge),
		  policy_candidate(1, 1, huge) },
		/* more than 32 bits of badness do not wrap */
		{ OE_ORDER_RANK, policy_candidate(9, 5, 1LL << 33),
		  policy_candidate(1, 5, (1LL << 33) - 1) },
		{ OE_ORDER_BADNESS, policy_candidate(9, 5, 1LL << 40),
		  policy_candidate(1, 900, 1) },
		/* ties by the lowest pid */
		{ OE_ORDER_RANK, policy_candidate(1, 5, 7),
		  policy_candidate(2, 5, 7) },
		{ OE_ORDER_BADNESS, policy_candidate(1, 5, 7),
		  policy_candidate(2, 900, 7) },
		{ OE_ORDER_BADNESS, policy_candidate(1, 5, 7),
		  policy_candidate(S32_MAX, 5, 7) },
		/* negative badness is less than none */
		{ OE_ORDER_BADNESS, policy_candidate(9, 5, 0),
		  policy_candidate(1, 5, -1) },
		{ OE_ORDER_BADNESS, policy_candidate(9, 5, -1),
		  policy_candidate(1, 5, S64_MIN) },
		{ OE_ORDER_RANK, policy_candidate(9, 1000, 0),
		  policy_candidate(1, 999, 0) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct order_case *c = &cases[i];
		const struct oe_policy policy = { .order = c->order };

		KUNIT_EXPECT_TRUE_MSG(
			test, oe_policy_before(&policy, &c->first, &c->second),
			"case %u", i);
		KUNIT_EXPECT_FALSE_MSG(
			test, oe_policy_before(&policy, &c->second, &c->first),
			"case %u, the other way", i);
	}
}

static void policy_nobody(struct kunit *test)
{
	const struct oe_policy policy = { .threshold = 500 };
	struct oe_candidate never = policy_candidate(1, 0, 1000);
	struct oe_choice choice = {};

	KUNIT_EXPECT_EQ(test, 0, choice.declared.victim.pid);
	oe_policy_consider(&policy, &choice, &never);
	never.unkillable = true;
	oe_policy_consider(&policy, &choice, &never);
	KUNIT_EXPECT_EQ(test, 0, choice.declared.victim.pid);
	KUNIT_EXPECT_EQ(test, 0, choice.declared.runner_up.pid);
	KUNIT_EXPECT_EQ(test, 0u, choice.nr_eligible);
	KUNIT_EXPECT_EQ(test, 1u, choice.nr_protected);
	KUNIT_EXPECT_EQ(test, 1u, choice.nr_unkillable);
}

/* The process is as protected as the most protected one that dies with it. */
static void set_is_protected_as_one(struct kunit *test)
{
	const struct oe_policy policy = { .threshold = 100 };
	struct oe_candidate c = policy_candidate(1, 900, 1);

	KUNIT_EXPECT_EQ(test, (int)OE_ELIGIBLE,
			(int)oe_policy_verdict(&policy, &c));
	c.set_rank = 99;
	KUNIT_EXPECT_EQ(test, (int)OE_PROTECTED,
			(int)oe_policy_verdict(&policy, &c));
	c.set_rank = 100;
	KUNIT_EXPECT_EQ(test, (int)OE_ELIGIBLE,
			(int)oe_policy_verdict(&policy, &c));
	c.set_rank = OE_RANK_NEVER;
	KUNIT_EXPECT_EQ(test, (int)OE_PROTECTED,
			(int)oe_policy_verdict(&policy, &c));
}

static void origin_goes_first(struct kunit *test)
{
	const struct oe_policy policies[] = {
		{ 0, OE_ORDER_BADNESS, 0 },
		{ 0, OE_ORDER_RANK, 0 },
		/* also where it would be too small */
		{ 0, OE_ORDER_RANK, 100 },
	};
	struct oe_candidate origin = policy_sized(9, 1, 1);
	struct oe_candidate smaller = policy_sized(8, 1, 1);
	const struct oe_candidate none = {};
	const struct oe_candidate other = policy_sized(1, 1000, 1000);
	unsigned int i;

	origin.origin = 1;
	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		KUNIT_EXPECT_TRUE(test, oe_policy_before(&policies[i], &origin,
							 &other));
		KUNIT_EXPECT_FALSE(test, oe_policy_before(&policies[i], &other,
							  &origin));
		KUNIT_EXPECT_EQ(test, (int)OE_WHY_ORIGIN,
				(int)oe_policy_why(&policies[i], &origin,
						   &other));
	}
	KUNIT_EXPECT_EQ(test, (int)OE_WHY_ORIGIN,
			(int)oe_policy_why(&policies[0], &origin, &none));
	/* what decides between two of them is told */
	smaller.origin = 1;
	origin.badness++;
	KUNIT_EXPECT_EQ(test, (int)OE_WHY_BADNESS,
			(int)oe_policy_why(&policies[0], &origin, &smaller));
	/* but not if it is protected */
	origin.set_rank = 0;
	KUNIT_EXPECT_EQ(test, (int)OE_PROTECTED,
			(int)oe_policy_verdict(&policies[0], &origin));
}

struct gain_case {
	unsigned long wanted;
	unsigned long memory;
	unsigned long biggest;
	unsigned long min_gain;
};

static void min_gain_table(struct kunit *test)
{
	static const struct gain_case cases[] = {
		/* no hog, up to exactly a quarter */
		{ 1000, 10000, 2500, 0 },
		{ 1000, 10000, 0, 0 },
		/* a hog: at most one hundredth */
		{ 1000, 10000, 2501, 100 },
		{ 99, 10000, 2501, 99 },
		{ 0, 10000, 9999, 0 },
		/* nothing overflows */
		{ ULONG_MAX, ULONG_MAX, ULONG_MAX, ULONG_MAX / 100 },
		{ 1000, 0, 0, 0 },
		{ 1000, 3, 1, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].min_gain,
				    oe_policy_min_gain(cases[i].wanted,
						       cases[i].memory,
						       cases[i].biggest),
				    "case %u", i);
}

static void small_goes_last(struct kunit *test)
{
	const struct oe_policy policy = { 0, OE_ORDER_RANK, 100 };
	const struct oe_candidate small = policy_sized(1, 900, 99);
	const struct oe_candidate enough = policy_sized(2, 500, 100);
	const struct oe_candidate smaller = policy_sized(3, 901, 1);

	KUNIT_EXPECT_TRUE(test, oe_policy_before(&policy, &enough, &small));
	KUNIT_EXPECT_FALSE(test, oe_policy_before(&policy, &small, &enough));
	KUNIT_EXPECT_EQ(test, (int)OE_WHY_GAIN,
			(int)oe_policy_why(&policy, &enough, &small));
	/* among the small ones the ranking counts as ever */
	KUNIT_EXPECT_TRUE(test, oe_policy_before(&policy, &smaller, &small));
	KUNIT_EXPECT_EQ(test, (int)OE_WHY_RANK,
			(int)oe_policy_why(&policy, &smaller, &small));
}

struct elsewhere_case {
	unsigned long used;
	u64 pages;
	u64 eligible;
	unsigned long first;
	bool elsewhere;
};

static void elsewhere_table(struct kunit *test)
{
	static const struct elsewhere_case cases[] = {
		{ 3200, 300, 200, 50, true },
		/* not known, or nothing in use */
		{ 0, 0, 0, 0, false },
		/* a protected process has it */
		{ 3200, 1600, 200, 50, false },
		{ 3200, 1599, 200, 50, true },
		/* together, or one alone, they bring enough */
		{ 3200, 900, 800, 50, false },
		{ 3200, 900, 799, 50, true },
		{ 3200, 300, 200, 100, false },
		{ 3200, 300, 200, 99, true },
		{ ULONG_MAX, U64_MAX, U64_MAX, ULONG_MAX, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct oe_choice choice = {
			.pages = cases[i].pages,
			.eligible_pages = cases[i].eligible,
		};
		const struct oe_candidate first = { .gain = cases[i].first };

		KUNIT_EXPECT_EQ_MSG(test, cases[i].elsewhere,
				    oe_policy_is_elsewhere(&choice, &first,
							   cases[i].used),
				    "case %u", i);
	}
}

static void given_up_by_set_and_rank(struct kunit *test)
{
	struct oe_candidate all[] = {
		policy_candidate(4, 20, 2),   policy_candidate(3, 20, 1),
		policy_candidate(5, 19, 700), policy_candidate(2, 10, 800),
		policy_candidate(6, 900, 1),
	};
	unsigned int i, j;

	/* expendable, but somebody of ranking 5 dies with it */
	all[4].set_rank = 5;
	for (i = 0; i < ARRAY_SIZE(all); i++)
		for (j = 0; j < ARRAY_SIZE(all); j++)
			KUNIT_EXPECT_EQ(test, i < j,
					oe_policy_given_up_before(&all[i],
								  &all[j]));
}

enum {
	NR_MANY = 60,
	NR_SHUFFLES = 100,
	HOG_GAIN = 50,
};

static void fill_many(struct oe_candidate *all)
{
	unsigned int i;

	/* Few values, so that there are many ties. */
	for (i = 0; i < NR_MANY; i++)
		all[i] = policy_sized(i + 1, i % 7 * 150, i % 5 * 10);
	/* One that is the only one of some size, and one with the kernel's mark. */
	all[NR_MANY / 2].gain = HOG_GAIN;
	all[NR_MANY / 3].origin = true;
}

static void policy_shuffle(struct oe_candidate *all)
{
	unsigned int i;

	for (i = NR_MANY - 1; i > 0; i--) {
		unsigned int other = get_random_u32() % (i + 1);

		swap(all[i], all[other]);
	}
}

/* The two best by looking at every pair: slow, and obviously right. */
static s32 best_except(const struct oe_policy *policy,
		       const struct oe_candidate *all, s32 except)
{
	const struct oe_candidate *best = NULL;
	unsigned int i;

	for (i = 0; i < NR_MANY; i++) {
		if (all[i].pid == except || all[i].rank == 0 ||
		    all[i].rank < policy->threshold)
			continue;
		if (!best || oe_policy_before(policy, &all[i], best))
			best = &all[i];
	}
	return best ? best->pid : 0;
}

static void any_order_of_arrival(struct kunit *test)
{
	static const unsigned int thresholds[] = { 0, 1, 150, 450, 901, 1000 };
	static const unsigned long gains[] = { 0, 1, 20, 40, HOG_GAIN };
	static struct oe_candidate all[NR_MANY];
	unsigned int round, i;

	fill_many(all);
	for (round = 0; round < NR_SHUFFLES; round++) {
		struct oe_policy policy = {
			.threshold = thresholds[round % ARRAY_SIZE(thresholds)],
			.order = round & 1 ? OE_ORDER_RANK : OE_ORDER_BADNESS,
			.min_gain = gains[round % ARRAY_SIZE(gains)],
		};
		struct oe_choice choice = {};
		struct oe_first_two two;
		s32 victim;

		policy_shuffle(all);
		for (i = 0; i < NR_MANY; i++)
			oe_policy_consider(&policy, &choice, &all[i]);
		/* Without a hog min_gain would be 0. */
		if (choice.biggest.gain < policy.min_gain)
			policy.min_gain = 0;
		oe_policy_put_small_last(&policy, &choice, &two);
		victim = best_except(&policy, all, 0);
		KUNIT_EXPECT_EQ(test, victim, two.victim.pid);
		KUNIT_EXPECT_EQ(test, best_except(&policy, all, victim),
				two.runner_up.pid);
		KUNIT_EXPECT_EQ(test, (unsigned int)NR_MANY,
				choice.nr_eligible + choice.nr_protected);
	}
}

static void equals_differ_by_badness_and_pid(struct kunit *test)
{
	const struct oe_policy policy = { .order = OE_ORDER_RANK };
	const struct oe_candidate a = { .pid = 1, .rank = 7, .badness = 10 };
	const struct oe_candidate less = { .pid = 2, .rank = 7, .badness = 9 };
	const struct oe_candidate same = { .pid = 2, .rank = 7, .badness = 10 };
	const struct oe_candidate none = {};

	KUNIT_EXPECT_EQ(test, (int)OE_WHY_BADNESS,
			(int)oe_policy_why(&policy, &a, &less));
	KUNIT_EXPECT_EQ(test, (int)OE_WHY_PID,
			(int)oe_policy_why(&policy, &a, &same));
	KUNIT_EXPECT_EQ(test, (int)OE_WHY_ONLY,
			(int)oe_policy_why(&policy, &a, &none));
}

static void order_is_total(struct kunit *test)
{
	static struct oe_candidate all[NR_MANY];
	unsigned int i, j, order;

	fill_many(all);
	for (order = OE_ORDER_BADNESS; order <= OE_ORDER_RANK; order++) {
		const struct oe_policy policy = { 0, order, 20 };

		for (i = 0; i < NR_MANY; i++)
			for (j = 0; j < NR_MANY; j++)
				KUNIT_EXPECT_EQ(
					test, i == j,
					oe_policy_before(&policy, &all[i],
							 &all[j]) ==
						oe_policy_before(&policy,
								 &all[j],
								 &all[i]));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(verdict_table),
	KUNIT_CASE(order_table),
	KUNIT_CASE(policy_nobody),
	KUNIT_CASE(set_is_protected_as_one),
	KUNIT_CASE(origin_goes_first),
	KUNIT_CASE(min_gain_table),
	KUNIT_CASE(small_goes_last),
	KUNIT_CASE(elsewhere_table),
	KUNIT_CASE(given_up_by_set_and_rank),
	KUNIT_CASE(any_order_of_arrival),
	KUNIT_CASE(order_is_total),
	KUNIT_CASE(equals_differ_by_badness_and_pid),
	{},
};

struct kunit_suite oe_policy_suite = {
	.name = "oom_embedded_policy",
	.test_cases = cases,
};
