/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of rank_kunit.c: the tracepoints of fork and exit, and work that is queued.
 */
#ifndef OE_WATCH_CASES_H
#define OE_WATCH_CASES_H

static void empty_table_is_not_watched(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, fork_stub.ready);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	KUNIT_EXPECT_TRUE(test, fork_stub.watched);
	oe_rank_table_drop(pid_of(0));
	flush_delayed_work(&rank.retire);
	KUNIT_EXPECT_FALSE(test, fork_stub.watched);
	/* Nor for a change that leaves it empty, or fails. */
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	failing_alloc.at = 1;
	KUNIT_EXPECT_EQ(test, -ENOMEM, rank_set(0, 7));
	flush_delayed_work(&rank.retire);
	KUNIT_EXPECT_FALSE(test, fork_stub.watched);
	/* Neither needs an entry. */
	failing_alloc.at = 1;
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_LEAVE, 3));
}

/* A fork's handler has added an entry while the tracepoints were given back. */
static void entry_of_a_late_fork_is_watched(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	mutex_lock(&oe_rank_table_lock);
	stop_watching();
	mutex_unlock(&oe_rank_table_lock);
	fork_stub.err = -ENOMEM;
	retire_tracepoints(NULL);
	KUNIT_EXPECT_FALSE(test, fork_stub.watched);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&rank.retire));
	fork_stub.err = 0;
	flush_delayed_work(&rank.retire);
	KUNIT_EXPECT_TRUE(test, fork_stub.watched);
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
}

/* Looked at by tear_down(). */
static void exit_leaves_no_work(struct kunit *test)
{
	queue_delayed_work(system_wq, &inherit.repair, HZ);
	retire_later();
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&inherit.repair));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&rank.retire));
}

/* A fork takes a spare entry; there are never few of them for long. */
static void spare_entries_are_made_again(struct kunit *test)
{
	static struct oe_rank_entry *taken[POOL_TARGET];
	unsigned int nr = 0;
	bool low = false;

	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	flush_delayed_work(&inherit.repair);
	while (!low && nr < ARRAY_SIZE(taken))
		taken[nr++] = oe_rank_table_take(&low);
	KUNIT_EXPECT_TRUE(test, low);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&inherit.repair));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	flush_delayed_work(&inherit.repair);
	KUNIT_EXPECT_EQ(test, (unsigned int)POOL_TARGET,
			READ_ONCE(rank_table.pool.size));
	while (nr)
		oe_rank_table_free(taken[--nr]);
}

/* Before a process is ranked there are few, of which a manager may have half. */
static void few_are_spare_without_rankings(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (unsigned int)POOL_FIRST,
			READ_ONCE(rank_table.pool.size));
	failing_alloc.at = 1;
	failing_alloc.with_spare = true;
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
	flush_delayed_work(&inherit.repair);
	KUNIT_EXPECT_EQ(test, (unsigned int)POOL_TARGET,
			READ_ONCE(rank_table.pool.size));
}

/* Later a manager may have the other half of them: the rest is for forks. */
static void forks_keep_half_of_the_spare_entries(struct kunit *test)
{
	static struct oe_rank_entry *taken[POOL_TARGET / 2];
	unsigned int i;
	bool low;

	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	flush_delayed_work(&inherit.repair);
	for (i = 0; i < ARRAY_SIZE(taken); i++)
		taken[i] = oe_rank_table_take(&low);
	failing_alloc.at = 1;
	failing_alloc.with_spare = true;
	KUNIT_EXPECT_EQ(test, -ENOMEM, rank_set(1, 7));
	oe_rank_table_free(taken[--i]);
	failing_alloc.at = 1;
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 7));
	while (i)
		oe_rank_table_free(taken[--i]);
}

/* The table grows while it is empty, and finds what it has in either shape. */
static void table_grows_once_it_is_used(struct kunit *test)
{
	struct oe_pid_table *table = &oe_rank_entries;
	struct hlist_bl_head *many;
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, table->many);
	for (i = 0; i < NR_PROCESSES; i++)
		KUNIT_EXPECT_EQ(test, 0, rank_set(i, i));
	many = table->many;
	KUNIT_EXPECT_TRUE(test, many);
	/* A bucket for each 64 pages, within bounds. */
	KUNIT_EXPECT_GE(test, 1UL << table->many_bits,
			min(totalram_pages() / 64, 1UL << 18));
	KUNIT_EXPECT_LE(test, 1UL << table->many_bits,
			max(totalram_pages() / 32, 1UL << 10));
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_PROCESSES, oe_rank_count());
	/* It is not empty: nothing changes. */
	oe_pid_table_grow(table);
	KUNIT_EXPECT_PTR_EQ(test, many, table->many);
	for (i = 0; i < NR_PROCESSES; i++) {
		rank_expect(test, i, i, OE_SOURCE_EXPLICIT);
		KUNIT_EXPECT_EQ(test, 0, rank_change(i, OE_RANK_CLEAR, 0));
	}
	KUNIT_EXPECT_EQ(test, 0U, oe_rank_count());
}

/* The same without the memory for it. */
static void small_table_finds_all(struct kunit *test)
{
	struct oe_pid_table *table = &oe_rank_entries;
	const struct oe_heritage first = {
		.ranking = oe_rank_pack(7, OE_SOURCE_EXPLICIT),
	};
	unsigned int i;

	for (i = 0; i < NR_PROCESSES; i++)
		KUNIT_EXPECT_EQ(test, 0,
				oe_rank_table_insert(oe_rank_table_alloc(),
						     pid_of(i), &first));
	oe_pid_table_grow(table);
	KUNIT_EXPECT_FALSE(test, table->many);
	for (i = 0; i < NR_PROCESSES; i++) {
		rank_expect(test, i, 7, OE_SOURCE_EXPLICIT);
		oe_rank_table_drop(pid_of(i));
		rank_expect(test, i, 500, OE_SOURCE_DEFAULT);
	}
	oe_pid_table_grow(table);
	KUNIT_EXPECT_TRUE(test, table->many);
	KUNIT_EXPECT_EQ(test, 0, rank_set(3, 9));
	rank_expect(test, 3, 9, OE_SOURCE_EXPLICIT);
}

#define WATCH_CASES                                               \
	KUNIT_CASE(empty_table_is_not_watched),                   \
		KUNIT_CASE(entry_of_a_late_fork_is_watched),      \
		KUNIT_CASE(exit_leaves_no_work),                  \
		KUNIT_CASE(spare_entries_are_made_again),         \
		KUNIT_CASE(few_are_spare_without_rankings),       \
		KUNIT_CASE(forks_keep_half_of_the_spare_entries), \
		KUNIT_CASE(table_grows_once_it_is_used),          \
		KUNIT_CASE(small_table_finds_all)

#endif /* OE_WATCH_CASES_H */
