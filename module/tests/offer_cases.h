/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of rank_kunit.c: processes that make themselves more expendable.
 */
#ifndef OE_OFFER_CASES_H
#define OE_OFFER_CASES_H

static int offer_as(unsigned int i, unsigned int rank, kuid_t user)
{
	const struct oe_offer offer = { rank, user };
	struct oe_rank_entry *entry = oe_rank_table_alloc_no_spare();

	if (!entry)
		return -ENOMEM;
	mutex_lock(&request.lock);
	request.task = processes[i];
	request.offer = offer;
	request.entry = entry;
	make_offer(&request.work);
	mutex_unlock(&request.lock);
	if (request.err)
		oe_rank_table_free(entry);
	return request.err;
}

static int root_offers(unsigned int i, unsigned int rank)
{
	return offer_as(i, rank, GLOBAL_ROOT_UID);
}

/* Groups and root may say more or less; the higher one counts. */
static void offer_never_protects(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EPERM, root_offers(0, 499));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	KUNIT_EXPECT_EQ(test, 0, root_offers(0, 600));
	rank_expect(test, 0, 600, OE_SOURCE_OFFERED);
	KUNIT_EXPECT_EQ(test, -EPERM, root_offers(0, 599));
	KUNIT_EXPECT_EQ(test, 0, root_offers(0, 700));
	rank_expect(test, 0, 700, OE_SOURCE_OFFERED);
	oe_config.default_rank = 800;
	rank_expect(test, 0, 800, OE_SOURCE_DEFAULT);
	oe_config.default_rank = 500;
	oe_rank_open_group(3);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 3));
	rank_expect(test, 0, 700, OE_SOURCE_OFFERED);
	oe_rank_close_group(3);
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
	/* A process that root protects may give that up for itself. */
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 0));
	KUNIT_EXPECT_EQ(test, 0, root_offers(1, 1));
	rank_expect(test, 1, 1, OE_SOURCE_OFFERED);
	KUNIT_EXPECT_EQ(test, 0, rank_set(2, 900));
	KUNIT_EXPECT_EQ(test, -EPERM, root_offers(2, 899));
	rank_expect(test, 2, 900, OE_SOURCE_EXPLICIT);
}

static void root_has_the_last_word(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, root_offers(0, 600));
	oe_config.allow_offers = 0;
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	oe_config.allow_offers = 1;
	rank_expect(test, 0, 600, OE_SOURCE_OFFERED);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
	KUNIT_EXPECT_EQ(test, 0, root_offers(0, 8));
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
}

static void offer_is_inherited(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, root_offers(0, 600));
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 7));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	oe_inherit_fork(pid_of(0), pid_of(2), 1);
	/* The ranking that was there stays, and the offer is above it. */
	rank_expect(test, 1, 600, OE_SOURCE_OFFERED);
	rank_expect(test, 2, 600, OE_SOURCE_OFFERED);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	rank_expect(test, 2, 600, OE_SOURCE_OFFERED);
}

/* These processes run as root: as a setuid program that a user has started. */
static void offer_of_another_user_does_not_count(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, offer_as(0, 600, KUIDT_INIT(1000)));
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 7));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rank_expect(test, 1, 7, OE_SOURCE_EXPLICIT);
}

static void offers_leave_the_spare_entries(struct kunit *test)
{
	unsigned int size = READ_ONCE(rank_table.pool.size);

	failing_alloc.at = 1;
	failing_alloc.with_spare = true;
	KUNIT_EXPECT_EQ(test, -ENOMEM, root_offers(0, 600));
	KUNIT_EXPECT_EQ(test, size, READ_ONCE(rank_table.pool.size));
	fork_stub.err = -ENOMEM;
	KUNIT_EXPECT_EQ(test, -ENOMEM, root_offers(0, 600));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
}

/* As a process does by a write: here that is the thread of the test. */
static void process_offers_itself(struct kunit *test)
{
	struct oe_ranking ranking;

	KUNIT_EXPECT_EQ(test, 0, oe_offer_make(600));
	KUNIT_EXPECT_EQ(test, -EPERM, oe_offer_make(599));
	rcu_read_lock();
	ranking = oe_rank_of(current);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 600, ranking.rank);
	KUNIT_EXPECT_EQ(test, (int)OE_SOURCE_OFFERED, (int)ranking.source);
	oe_config.allow_offers = 0;
	KUNIT_EXPECT_EQ(test, -EPERM, oe_offer_make(700));
	oe_config.allow_offers = 1;
	oe_rank_table_drop(task_tgid(current));
}

/* No tracepoint would tell of the end of the process. */
static void no_offers_without_tracepoints(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, oe_rank_inherits());
	fork_stub.lacking = true;
	KUNIT_EXPECT_FALSE(test, oe_rank_inherits());
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, root_offers(0, 600));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
}

static void pool_tells_when_it_is_low(struct kunit *test)
{
	struct oe_pool pool;
	void *taken[8];
	void *extra;
	unsigned int i;
	bool low;

	KUNIT_ASSERT_EQ(test, 0,
			oe_pool_init(&pool, "oe_kunit_pool", sizeof(void *),
				     ARRAY_SIZE(taken)));
	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		KUNIT_EXPECT_EQ(test, (unsigned int)ARRAY_SIZE(taken) - i,
				pool.size);
		taken[i] = oe_pool_take(&pool, &low);
		KUNIT_EXPECT_TRUE(test, taken[i]);
		/* Less than three quarters. */
		KUNIT_EXPECT_EQ(test, i >= 2, low);
	}
	/* A fork may still have one, if there is memory; PREEMPT_RT does not allocate there. */
	extra = oe_pool_take(&pool, &low);
	KUNIT_EXPECT_EQ(test, !IS_ENABLED(CONFIG_PREEMPT_RT), !!extra);
	allocs_left = 0;
	KUNIT_EXPECT_FALSE(test, oe_pool_take(&pool, &low));
	allocs_left = UINT_MAX;
	KUNIT_EXPECT_TRUE(test, low);
	if (extra)
		oe_pool_free(&pool, extra);
	KUNIT_EXPECT_EQ(test, 0, oe_pool_fill(&pool));
	KUNIT_EXPECT_EQ(test, (unsigned int)ARRAY_SIZE(taken), pool.size);
	/* It keeps what comes back, but no more than as much again. */
	extra = oe_pool_alloc(&pool);
	for (i = 0; i < ARRAY_SIZE(taken); i++)
		oe_pool_free(&pool, taken[i]);
	oe_pool_free(&pool, extra);
	KUNIT_EXPECT_EQ(test, 2 * (unsigned int)ARRAY_SIZE(taken), pool.size);
	oe_pool_exit(&pool);
}

static void pool_needs_memory(struct kunit *test)
{
	unsigned int before = destroyed_caches;
	struct oe_pool pool;

	allocs_left = 3;
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			oe_pool_init(&pool, "oe_kunit_pool", sizeof(void *),
				     8));
	allocs_left = UINT_MAX;
	KUNIT_EXPECT_EQ(test, before + 1, destroyed_caches);
}

static void entry_is_small(struct kunit *test)
{
	/* The goal of the benchmarks, with the bucket and the cache's rounding. */
	KUNIT_EXPECT_LE(test, sizeof(struct oe_rank_entry) + 2 * sizeof(void *),
			(size_t)128);
}

#define OFFER_CASES                                                           \
	KUNIT_CASE(offer_never_protects), KUNIT_CASE(root_has_the_last_word), \
		KUNIT_CASE(process_offers_itself),                            \
		KUNIT_CASE(offer_is_inherited),                               \
		KUNIT_CASE(offer_of_another_user_does_not_count),             \
		KUNIT_CASE(offers_leave_the_spare_entries),                   \
		KUNIT_CASE(no_offers_without_tracepoints),                    \
		KUNIT_CASE(pool_tells_when_it_is_low),                        \
		KUNIT_CASE(pool_needs_memory), KUNIT_CASE(entry_is_small)

#endif /* OE_OFFER_CASES_H */
