/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of rank_kunit.c: the rankings of children, and the rules that win.
 */
#ifndef OE_HERITAGE_CASES_H
#define OE_HERITAGE_CASES_H

static void inherit_and_drop(struct kunit *test)
{
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rank_expect(test, 1, 7, OE_SOURCE_INHERITED);
	/* A copy: it does not follow, and is not followed. */
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 8));
	rank_expect(test, 1, 7, OE_SOURCE_INHERITED);
	oe_inherit_fork(pid_of(1), pid_of(2), 1);
	rank_expect(test, 2, 7, OE_SOURCE_INHERITED);
	oe_rank_table_drop(pid_of(1));
	oe_rank_table_drop(pid_of(1));
	oe_rank_table_drop(NULL);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	rank_expect(test, 2, 7, OE_SOURCE_INHERITED);
	/* Written once, an inherited ranking is explicit. */
	KUNIT_EXPECT_EQ(test, 0, rank_set(2, 9));
	rank_expect(test, 2, 9, OE_SOURCE_EXPLICIT);
}

/* A manager was quicker than the fork's handler. */
static void ranked_child_loses_nothing(struct kunit *test)
{
	u64 failed = atomic64_read(&oe_stats[OE_STAT_inherit_failed]);

	oe_rank_open_group(3);
	oe_rank_open_group(4);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 3));
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 9));
	KUNIT_EXPECT_EQ(test, 0, rank_change(2, OE_RANK_JOIN, 4));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	oe_inherit_fork(pid_of(0), pid_of(2), 1);
	rank_expect(test, 1, 9, OE_SOURCE_EXPLICIT);
	rank_expect(test, 2, 7, OE_SOURCE_INHERITED);
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(
		test, test_bit(3, oe_rank_table_find(pid_of(1))->told.groups));
	KUNIT_EXPECT_TRUE(
		test, test_bit(4, oe_rank_table_find(pid_of(2))->told.groups));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, failed,
			(u64)atomic64_read(&oe_stats[OE_STAT_inherit_failed]));
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
	oe_rank_close_group(4);
	oe_rank_close_group(3);
}

static void self_is_not_inherited(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_SET_SELF, 7));
	rank_expect(test, 0, 7, OE_SOURCE_SELF);
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
	/* Its groups are: their names are for families. */
	oe_rank_open_group(3);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 3));
	oe_inherit_fork(pid_of(0), pid_of(2), 1);
	rank_expect(test, 0, 7, OE_SOURCE_SELF);
	rank_expect(test, 2, 3, OE_SOURCE_GROUP);
	oe_rank_close_group(3);
	/* Written again without the word, it is inherited as before. */
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 8));
	oe_inherit_fork(pid_of(0), pid_of(4), 1);
	rank_expect(test, 4, 8, OE_SOURCE_INHERITED);
}

static void what_is_not_inherited_is_not_lost(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_SET_SELF, 7));
	failing_alloc.now = true;
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	KUNIT_EXPECT_FALSE(test, failing_alloc.now);
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
}

/* A spare entry may have been another process's. */
static void entry_without_a_use_holds_no_process(struct kunit *test)
{
	struct pid *other = pid_of(5);
	unsigned int count = refcount_read(&other->count);
	unsigned int size, target;

	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_SET_SELF, 7));
	KUNIT_EXPECT_EQ(test, 0, rank_set(5, 7));
	flush_delayed_work(&inherit.repair); /* fills the pool */
	KUNIT_EXPECT_EQ(test, count + 1, refcount_read(&other->count));
	KUNIT_EXPECT_EQ(test, 0, rank_change(5, OE_RANK_CLEAR, 0));
	oe_retired_drain(&rank_table.out);
	size = READ_ONCE(rank_table.pool.size);
	target = rank_table.pool.target;
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	/* It is spare again at once, and not freed in a fork if there are enough. */
	KUNIT_EXPECT_EQ(test, size, READ_ONCE(rank_table.pool.size));
	rank_table.pool.target = 0;
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	KUNIT_EXPECT_EQ(test, size - 1, READ_ONCE(rank_table.pool.size));
	oe_retired_drain(&rank_table.out);
	KUNIT_EXPECT_EQ(test, size - 1, READ_ONCE(rank_table.pool.size));
	rank_table.pool.target = target;
	KUNIT_EXPECT_EQ(test, count, refcount_read(&other->count));
}

/* Without a ranking that could have been lost nothing changes. */
static void lost_inheritance_is_repaired(struct kunit *test)
{
	u64 failed = atomic64_read(&oe_stats[OE_STAT_inherit_failed]);

	note_lost(processes[1]->start_time);
	KUNIT_EXPECT_EQ(test, failed + 1,
			(u64)atomic64_read(&oe_stats[OE_STAT_inherit_failed]));
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	flush_delayed_work(&inherit.repair);
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
}

/*
 * All of these are children of kthreadd. Two forks on two CPUs tell of their loss
 * in the other order.
 */
static void lost_child_gets_what_its_parent_has(struct kunit *test)
{
	struct oe_rank_change of_parent = { .value = 7 };

	rcu_read_lock();
	of_parent.pid = get_pid(parent_of(processes[0]));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(&of_parent, 1));
	KUNIT_EXPECT_EQ(test, 0, rank_set(2, 9));
	mutex_lock(&oe_rank_table_lock); /* holds the repair back */
	note_lost(processes[3]->start_time);
	note_lost(processes[1]->start_time);
	rank_expect(test, 1, 7, OE_SOURCE_LOST);
	rank_expect(test, 2, 9, OE_SOURCE_EXPLICIT);
	mutex_unlock(&oe_rank_table_lock);
	flush_delayed_work(&inherit.repair);
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
	rank_expect(test, 1, 7, OE_SOURCE_INHERITED);
	rank_expect(test, 2, 9, OE_SOURCE_EXPLICIT);
	rank_expect(test, NR_PROCESSES - 1, 7, OE_SOURCE_INHERITED);
	put_pid(of_parent.pid);
}

/*
 * Between its appearance and the handler of the fork. A wake-up that is missed
 * meanwhile is made up for by the end of the case.
 */
static void new_child_is_judged_as_its_parent(struct kunit *test)
{
	struct oe_rank_change of_parent = { .value = 7 };
	unsigned int state = READ_ONCE(processes[1]->__state);

	rcu_read_lock();
	of_parent.pid = get_pid(parent_of(processes[1]));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(&of_parent, 1));
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	WRITE_ONCE(processes[1]->__state, TASK_NEW);
	rank_expect(test, 1, 7, OE_SOURCE_INHERITED);
	WRITE_ONCE(processes[1]->__state, state);
	put_pid(of_parent.pid);
}

/* First the spare entries cannot be made again, then that of the child. */
static void lost_child_waits_for_memory(struct kunit *test)
{
	struct oe_rank_change of_parent = { .value = 7 };
	struct oe_rank_entry *taken;
	bool low;

	rcu_read_lock();
	of_parent.pid = get_pid(parent_of(processes[0]));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(&of_parent, 1));
	flush_delayed_work(&inherit.repair);
	taken = oe_rank_table_take(&low);
	allocs_left = 0;
	failing_alloc.now = true;
	oe_inherit_fork(of_parent.pid, pid_of(1), processes[1]->start_time);
	flush_delayed_work(&inherit.repair);
	rank_expect(test, 1, 7, OE_SOURCE_LOST);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&inherit.repair));
	allocs_left = UINT_MAX;
	failing_alloc.at = 1;
	flush_delayed_work(&inherit.repair);
	rank_expect(test, 1, 7, OE_SOURCE_LOST);
	flush_delayed_work(&inherit.repair);
	rank_expect(test, 1, 7, OE_SOURCE_INHERITED);
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
	oe_rank_table_free(taken);
	put_pid(of_parent.pid);
}

/* A repair that has not seen all of them does not end what it began. */
static void lost_meanwhile_is_lost(struct kunit *test)
{
	u64 start = processes[1]->start_time;

	mutex_lock(&oe_rank_table_lock); /* holds the repair back */
	note_lost(start);
	note_lost(start + 1);
	KUNIT_EXPECT_EQ(test, start, READ_ONCE(inherit.lost_since));
	KUNIT_EXPECT_FALSE(test, close_lost(inherit.nr_lost - 1));
	KUNIT_EXPECT_EQ(test, start, READ_ONCE(inherit.lost_since));
	mutex_unlock(&oe_rank_table_lock);
	flush_delayed_work(&inherit.repair);
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
}

/* Process 1 has lost the copy of its parent's ranking, and is to get none. */
static void expect_nothing_by_repair(struct kunit *test)
{
	mutex_lock(&oe_rank_table_lock); /* holds the repair back */
	note_lost(processes[1]->start_time);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	mutex_unlock(&oe_rank_table_lock);
	flush_delayed_work(&inherit.repair);
	KUNIT_EXPECT_EQ(test, 0ULL, READ_ONCE(inherit.lost_since));
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
}

/* A child that has lost its copy has none of a ranking that is not inherited. */
static void self_is_not_lost(struct kunit *test)
{
	struct oe_rank_change of_parent = {
		.action = OE_RANK_SET_SELF,
		.value = 7,
	};

	rcu_read_lock();
	of_parent.pid = get_pid(parent_of(processes[0]));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(&of_parent, 1));
	expect_nothing_by_repair(test);
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
	put_pid(of_parent.pid);
}

/* Only what was said about another process gives way, and not to a user's rule. */
static void heritage_gives_way_to_exact_rule(struct kunit *test)
{
	rule_stub.ranking =
		(struct oe_ranking){ .rank = 300, .source = OE_SOURCE_GROUP };
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rule_stub.exact = OE_ASKS_UID;
	rank_expect(test, 1, 7, OE_SOURCE_INHERITED);
	rank_expect(test, 2, 300, OE_SOURCE_GROUP);
	rule_stub.exact = OE_ASKS_COMM;
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
	rank_expect(test, 1, 300, OE_SOURCE_GROUP);
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 9));
	rank_expect(test, 1, 9, OE_SOURCE_EXPLICIT);
	KUNIT_EXPECT_EQ(test, 0, rank_change(1, OE_RANK_SET_SELF, 8));
	rank_expect(test, 1, 8, OE_SOURCE_SELF);
}

static bool is_by_name(unsigned int i)
{
	bool is;

	rcu_read_lock();
	is = oe_rank_is_by_name(processes[i]);
	rcu_read_unlock();
	return is;
}

/* A ranking of its own is no name, and that of another process is not its own. */
static void name_alone_decides(struct kunit *test)
{
	rule_stub.exact = OE_ASKS_COMM;
	KUNIT_EXPECT_TRUE(test, is_by_name(1));
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	oe_inherit_fork(pid_of(0), pid_of(2), 1);
	KUNIT_EXPECT_FALSE(test, is_by_name(0));
	KUNIT_EXPECT_TRUE(test, is_by_name(1));
	KUNIT_EXPECT_TRUE(test, is_by_name(2));
	rule_stub.exact = OE_ASKS_COMM | OE_ASKS_UID;
	KUNIT_EXPECT_FALSE(test, is_by_name(1));
}

static u64 signals_of(unsigned int i)
{
	u64 signals;

	rcu_read_lock();
	signals = oe_rank_signals(processes[i]);
	rcu_read_unlock();
	return signals;
}

/* That of group 0, by the pid or by a rule. */
static void signals_are_of_the_groups(struct kunit *test)
{
	rule_stub.signal = 15;
	oe_rank_open_group(0);
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 7));
	KUNIT_EXPECT_EQ(test, 0, rank_change(2, OE_RANK_JOIN, 0));
	KUNIT_EXPECT_EQ(test, 0ULL, signals_of(0));
	KUNIT_EXPECT_EQ(test, 0ULL, signals_of(1));
	KUNIT_EXPECT_EQ(test, 1ULL << 14, signals_of(2));
	rule_stub.matches = true;
	KUNIT_EXPECT_EQ(test, 1ULL << 14, signals_of(0));
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, oe_rank_in_group(NULL, processes[0]));
	rcu_read_unlock();
	rule_stub.signal = 0;
	KUNIT_EXPECT_EQ(test, 0ULL, signals_of(0));
	oe_rank_close_group(0);
}

/* Their parent may be the adopter of orphans: they get nothing of its own. */
static void orphan_gains_nothing(struct kunit *test)
{
	struct oe_rank_change of_parent = { .value = 7 };
	struct task_struct *parent;

	rcu_read_lock();
	parent = rcu_dereference(processes[0]->real_parent);
	of_parent.pid = get_pid(parent_of(processes[0]));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(&of_parent, 1));
	KUNIT_EXPECT_FALSE(test, oe_inherit_adopts(parent));
	KUNIT_EXPECT_TRUE(test, oe_inherit_adopts(init_pid_ns.child_reaper));
	parent->signal->is_child_subreaper = 1;
	expect_nothing_by_repair(test);
	parent->signal->is_child_subreaper = 0;
	oe_rank_table_drop(of_parent.pid);
	put_pid(of_parent.pid);
}

#endif /* OE_HERITAGE_CASES_H */
