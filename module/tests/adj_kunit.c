// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: rankings as values of oom_score_adj, and whose value it is.
 */
#include <kunit/test.h>
#include <linux/kernel.h>

#include "../rules/adj_rule.c"

static void value_of_ranking(struct kunit *test)
{
	static const struct {
		unsigned int threshold, default_rank, rank, set_rank;
		s16 own;
		s16 value;
	} rows[] = {
		/* never, protected, as before, expendable */
		{ 100, 500, 0, 0, 0, -1000 },
		{ 0, 500, 0, 0, 300, -1000 },
		{ 100, 500, 1, 1, 0, -999 },
		{ 100, 500, 99, 99, 1000, -999 },
		{ 100, 500, 100, 100, 7, 7 },
		{ 100, 500, 500, 500, -7, -7 },
		{ 100, 500, 501, 501, 0, 2 },
		{ 100, 500, 750, 750, 0, 500 },
		{ 100, 500, 900, 900, 0, 800 },
		{ 100, 500, 1000, 1000, 0, 1000 },
		/* never less expendable than it is, never killable by a ranking */
		{ 100, 500, 900, 900, 801, 801 },
		{ 100, 500, 900, 900, -500, 800 },
		{ 100, 500, 1000, 1000, -1000, -1000 },
		{ 100, 500, 50, 50, -1000, -1000 },
		/* with the most protected one that dies with it */
		{ 100, 500, 900, 99, 0, -999 },
		{ 100, 500, 900, 0, 0, -1000 },
		{ 100, 500, 900, 100, 0, 800 },
		/* the ends of default_rank and of the threshold */
		{ 0, 1000, 1000, 1000, 3, 3 },
		{ 0, 0, 1000, 1000, 0, 1000 },
		{ 0, 0, 1, 1, 0, 1 },
		{ 0, 999, 1000, 1000, 0, 1000 },
		{ 1000, 500, 999, 999, 0, -999 },
		{ 1000, 500, 1000, 1000, 0, 1000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct oe_adj_policy policy = { rows[i].threshold,
						      rows[i].default_rank };

		KUNIT_EXPECT_EQ_MSG(
			test,
			(int)oe_adj_rule_value(&policy, rows[i].rank,
					       rows[i].set_rank, rows[i].own),
			(int)rows[i].value, "row %u", i);
	}
}

static void others_win(struct kunit *test)
{
	struct oe_adj_record record;

	oe_adj_rule_begin(&record, 5);
	KUNIT_EXPECT_EQ(test, (int)oe_adj_rule_own(&record, 5), 5);
	/* Nothing was given, so nothing is lost. */
	KUNIT_EXPECT_FALSE(test, oe_adj_rule_lost(&record, 6));
	KUNIT_EXPECT_FALSE(test, record.left);
	oe_adj_rule_gave(&record, OE_ADJ_NEVER);
	KUNIT_EXPECT_EQ(test, (int)oe_adj_rule_own(&record, OE_ADJ_NEVER), 6);
	KUNIT_EXPECT_EQ(test, (int)oe_adj_rule_own(&record, 7), 7);
	KUNIT_EXPECT_TRUE(test, oe_adj_rule_lost(&record, 7));
	KUNIT_EXPECT_TRUE(test, record.left);
	KUNIT_EXPECT_EQ(test, (int)oe_adj_rule_own(&record, 7), 7);
	KUNIT_EXPECT_EQ(test, (int)oe_adj_rule_own(&record, OE_ADJ_NEVER),
			OE_ADJ_NEVER);
	/* Once more: it was lost before. */
	KUNIT_EXPECT_FALSE(test, oe_adj_rule_lost(&record, 8));
	KUNIT_EXPECT_TRUE(test, record.left);
}

/* The value of a child with a copy of @value; its parent has @parent now. */
static int of_child(const struct oe_adj_record *record, s16 parent, s16 value)
{
	return oe_adj_rule_of_child(record, parent, value);
}

static void children_get_the_own(struct kunit *test)
{
	struct oe_adj_record record;

	oe_adj_rule_begin(&record, 5);
	KUNIT_EXPECT_EQ(test, of_child(&record, 5, 5), 5);
	/* -999 is not ours as long as we have not given it. */
	KUNIT_EXPECT_EQ(test, of_child(&record, -999, -999), -999);
	oe_adj_rule_gave(&record, OE_ADJ_PROTECTED);
	KUNIT_EXPECT_EQ(test, of_child(&record, -999, -999), 5);
	/* The copy is older than the value of the parent. */
	KUNIT_EXPECT_EQ(test, of_child(&record, -999, 5), 5);
	oe_adj_rule_gave(&record, OE_ADJ_NEVER);
	KUNIT_EXPECT_EQ(test, of_child(&record, -1000, -999), 5);
	oe_adj_rule_gave(&record, 800);
	KUNIT_EXPECT_EQ(test, of_child(&record, 800, -1000), 5);
	oe_adj_rule_gave(&record, 5); /* taken back */
	KUNIT_EXPECT_EQ(test, of_child(&record, 5, -999), 5);
	KUNIT_EXPECT_EQ(test, of_child(&record, 5, 800), 5);
	KUNIT_EXPECT_EQ(test, of_child(&record, 5, -500), -500);
	/* Somebody else writes to the parent, which forks then. */
	KUNIT_EXPECT_EQ(test, of_child(&record, 900, 900), 900);
	KUNIT_EXPECT_EQ(test, of_child(&record, -1000, -1000), -1000);
	oe_adj_rule_lost(&record, 900);
	KUNIT_EXPECT_EQ(test, of_child(&record, 900, 900), 900);
	KUNIT_EXPECT_EQ(test, of_child(&record, 900, -999), 900);
}

static struct kunit_case cases[] = { KUNIT_CASE(value_of_ranking),
				     KUNIT_CASE(others_win),
				     KUNIT_CASE(children_get_the_own),
				     {} };

struct kunit_suite oe_adj_suite = {
	.name = "oom_embedded_adj",
	.test_cases = cases,
};
