// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the table of kill sets, also when it is full.
 */
#include <kunit/test.h>
#include <linux/sched.h>

#include "../tasks/kill_table.c"

enum {
	NR_KEYS = 40,
};

static char keys[2 * NR_KEYS]; /* their addresses are the keys */

static struct task_struct *fake_task(struct kunit *test, pid_t tgid)
{
	struct task_struct *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->tgid = tgid;
	return p;
}

static void add_member(struct oe_kill_table *table, const void *key,
		       struct task_struct *p, u16 rank)
{
	const struct oe_kill_member member = { p, p->tgid, rank, 1 };

	oe_kill_table_add(table, key, &member);
}

static int found_rank(struct oe_kill_table *table, const void *key)
{
	struct oe_kill_member member = {};

	if (!oe_kill_table_find(table, key, &member))
		return -ENOENT;
	return member.task ? member.rank : OE_RANK_MAX + 1;
}

static void most_protected_stays(struct kunit *test)
{
	struct oe_kill_table *table = oe_kill_table_new(NR_KEYS, GFP_KERNEL);
	struct task_struct *older = fake_task(test, 10);
	struct task_struct *younger = fake_task(test, 11);
	struct oe_kill_member member = {};

	KUNIT_ASSERT_NOT_NULL(test, table);
	add_member(table, &keys[0], younger, 50);
	add_member(table, &keys[0], older, 60);
	KUNIT_EXPECT_EQ(test, found_rank(table, &keys[0]), 50);
	add_member(table, &keys[0], older, 50);
	KUNIT_EXPECT_TRUE(test, oe_kill_table_find(table, &keys[0], &member));
	KUNIT_EXPECT_PTR_EQ(test, member.task, older);
	/* No tie at all adds nothing, and finds nothing. */
	add_member(table, NULL, older, 0);
	KUNIT_EXPECT_EQ(test, found_rank(table, NULL), OE_RANK_MAX + 1);
	KUNIT_EXPECT_EQ(test, found_rank(table, &keys[1]), OE_RANK_MAX + 1);
	/* A search through several ties keeps the lowest. */
	add_member(table, &keys[1], younger, 70);
	KUNIT_EXPECT_TRUE(test, oe_kill_table_find(table, &keys[1], &member));
	KUNIT_EXPECT_EQ(test, (int)member.rank, 50);
	oe_kill_table_free(table);
}

static void full_table_says_so(struct kunit *test)
{
	struct oe_kill_table *table = oe_kill_table_new(NR_KEYS, GFP_KERNEL);
	struct task_struct *p = fake_task(test, 10);
	unsigned int nr_unknown = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, table);
	for (i = 0; i < 2 * NR_KEYS; i++)
		add_member(table, &keys[i], p, 100 + i);
	for (i = 0; i < 2 * NR_KEYS; i++) {
		int rank = found_rank(table, &keys[i]);

		if (rank == -ENOENT)
			nr_unknown++;
		else
			KUNIT_EXPECT_EQ(test, rank, 100 + i);
	}
	KUNIT_EXPECT_GT(test, nr_unknown, 0U);
	KUNIT_EXPECT_LE(test, nr_unknown, (unsigned int)NR_KEYS);
	/* The keys that it has are still updated. */
	add_member(table, &keys[0], p, 7);
	KUNIT_EXPECT_EQ(test, found_rank(table, &keys[0]), 7);
	oe_kill_table_clear(table);
	for (i = 0; i < NR_KEYS; i++)
		add_member(table, &keys[i], p, i);
	for (i = 0; i < NR_KEYS; i++)
		KUNIT_EXPECT_EQ(test, found_rank(table, &keys[i]), i);
	KUNIT_EXPECT_EQ(test, found_rank(table, &keys[NR_KEYS]),
			OE_RANK_MAX + 1);
	oe_kill_table_free(table);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(most_protected_stays),
	KUNIT_CASE(full_table_says_so),
	{},
};

struct kunit_suite oe_kill_table_suite = {
	.name = "oom_embedded_kill_table",
	.test_cases = cases,
};
