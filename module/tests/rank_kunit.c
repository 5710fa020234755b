// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the ranking table, with real processes' pids and without the
 * tracepoints, so that every step is the test's own.
 */
#include <kunit/test.h>
#include <linux/kthread.h>

#include "failing_alloc.h"

#include "../lib/pid_table.c"
static void count_destroyed(struct kmem_cache *cache);
#define kmem_cache_destroy count_destroyed
#include "../lib/pool.c"
#undef kmem_cache_destroy
#include "../lib/retired.c"

static void *alloc_or_fail(struct oe_pool *pool);
static void *take_or_fail(struct oe_pool *pool, bool *low);
static bool any_stub_rule(void);
#define oe_pool_alloc alloc_or_fail
#define oe_pool_take take_or_fail
#include "../rank/rank_table.c"
#undef oe_pool_alloc
#undef oe_pool_take
#include "../rank/version.c"
#include "../rank/inherit.c"
static void remove_under_lock(struct oe_rank_entry *entry);
static void unlock_and_retire(struct mutex *lock);
#define oe_rank_table_remove_if_empty remove_under_lock
#define mutex_unlock unlock_and_retire
#include "../rank/rank.c"
#undef oe_rank_table_remove_if_empty
#undef mutex_unlock
#define oe_group_any_rule any_stub_rule
#include "../rank/ranking.c"
#undef oe_group_any_rule
#include "../rank/offer.c"

/* Stubs of the files that these call. */
struct oe_config oe_config = { .default_rank = 500, .allow_offers = 1 };
atomic64_t oe_stats[OE_NR_STATS];

static struct {
	bool ready;
	bool watched;
	bool lacking;
	int err;
} fork_stub;

void oe_fork_init(void)
{
	fork_stub.ready = true;
}

bool oe_fork_available(void)
{
	return !fork_stub.lacking;
}

int oe_fork_watch(void)
{
	if (!fork_stub.err)
		fork_stub.watched = true;
	return fork_stub.err;
}

void oe_fork_unwatch(void)
{
	fork_stub.watched = false;
}

/*
 * 0: none fails; N: the Nth from now, and there is no spare entry unless
 * @with_spare. @drops is gone by then, and its entry freed.
 */
static struct {
	unsigned int at;
	bool with_spare;
	bool now;
	struct pid *drops;
} failing_alloc;

static unsigned int destroyed_caches;

static void count_destroyed(struct kmem_cache *cache)
{
	destroyed_caches++;
	kmem_cache_destroy(cache);
}

static void *alloc_or_fail(struct oe_pool *pool)
{
	if (!failing_alloc.at || --failing_alloc.at)
		return oe_pool_alloc(pool);
	oe_rank_table_drop(failing_alloc.drops);
	oe_retired_drain(&rank_table.out);
	failing_alloc.now = !failing_alloc.with_spare;
	return NULL;
}

static void *take_or_fail(struct oe_pool *pool, bool *low)
{
	if (!failing_alloc.now)
		return oe_pool_take(pool, low);
	failing_alloc.now = false;
	*low = true;
	return NULL;
}

/* Retirement comes just when the lock is free again. */
static bool retire_at_unlock;

static void unlock_and_retire(struct mutex *lock)
{
	bool retires = retire_at_unlock;

	retire_at_unlock = false;
	mutex_unlock(lock);
	if (retires) {
		mod_delayed_work(system_wq, &rank.retire, 0);
		flush_delayed_work(&rank.retire);
	}
}

/* Calls without the lock that keeps oe_rank_apply()'s empty entries. */
static unsigned int removals_without_lock;

static void remove_under_lock(struct oe_rank_entry *entry)
{
	if (!mutex_is_locked(&oe_rank_table_lock))
		removals_without_lock++;
	oe_rank_table_remove_if_empty(entry);
}

#include "rule_stub.h"

enum {
	NR_PROCESSES = 40,
};

/* Kernel threads: thread groups with pids that live as long as the test needs. */
static struct task_struct *processes[NR_PROCESSES];

static int wait_for_stop(void *unused)
{
	while (!kthread_should_stop())
		schedule_timeout_interruptible(HZ);
	return 0;
}

static struct pid *pid_of(unsigned int i)
{
	return task_tgid(processes[i]);
}

static int set_up(struct kunit *test)
{
	unsigned int i;

	memset(&fork_stub, 0, sizeof(fork_stub));
	memset(&failing_alloc, 0, sizeof(failing_alloc));
	memset(&rule_stub, 0, sizeof(rule_stub));
	removals_without_lock = 0;
	for (i = 0; i < NR_PROCESSES; i++) {
		processes[i] =
			kthread_run(wait_for_stop, NULL, "oe_kunit/%u", i);
		if (IS_ERR(processes[i]))
			return PTR_ERR(processes[i]);
		get_task_struct(processes[i]);
	}
	return oe_rank_init();
}

static void tear_down(struct kunit *test)
{
	unsigned int i;

	oe_rank_exit();
	KUNIT_EXPECT_FALSE(test, fork_stub.watched);
	KUNIT_EXPECT_EQ(test, 0u, removals_without_lock);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&inherit.repair));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&rank.retire));
	for (i = 0; i < NR_PROCESSES; i++) {
		kthread_stop(processes[i]);
		put_task_struct(processes[i]);
	}
}

static int rank_change(unsigned int i, enum oe_rank_action action, u16 value)
{
	struct oe_rank_change change = {
		.pid = pid_of(i),
		.action = action,
		.value = value,
	};

	return oe_rank_apply(&change, 1);
}

static int rank_set(unsigned int i, u16 value)
{
	return rank_change(i, OE_RANK_SET, value);
}

static void rank_expect(struct kunit *test, unsigned int i, u16 value,
			enum oe_source source)
{
	struct oe_ranking ranking;

	rcu_read_lock();
	ranking = oe_rank_of(processes[i]);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, value, ranking.rank);
	KUNIT_EXPECT_EQ(test, (int)source, (int)ranking.source);
}

static void set_find_clear(struct kunit *test)
{
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
	KUNIT_EXPECT_TRUE(test, fork_stub.watched);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 1000));
	rank_expect(test, 0, 1000, OE_SOURCE_EXPLICIT);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	/* Clearing a ranking that does not exist is no error. */
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
}

/* tear_down() looks whether forks are still watched. */
static void exit_beside_retirement_watches_no_fork(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	KUNIT_EXPECT_TRUE(test, fork_stub.watched);
	retire_at_unlock = true;
}

static void same_pid_twice_in_one_write(struct kunit *test)
{
	struct oe_rank_change changes[] = {
		{ .pid = pid_of(0), .value = 1 },
		{ .pid = pid_of(0), .value = 2 },
		{ .pid = pid_of(1), .value = 3 },
		{ .pid = pid_of(1), .action = OE_RANK_CLEAR },
	};

	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(changes, ARRAY_SIZE(changes)));
	rank_expect(test, 0, 2, OE_SOURCE_EXPLICIT);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
}

/* One who looks at both rankings sees that they changed, or the same again. */
static void several_changes_are_one(struct kunit *test)
{
	const struct oe_rank_change changes[] = {
		{ .pid = pid_of(0), .value = 1 },
		{ .pid = pid_of(1), .value = 2 },
	};
	struct oe_version before = oe_version_now();
	struct oe_version amidst;

	KUNIT_EXPECT_TRUE(test, oe_version_is(before));
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(changes, ARRAY_SIZE(changes)));
	KUNIT_EXPECT_FALSE(test, oe_version_is(before));
	before = oe_version_now();
	KUNIT_EXPECT_TRUE(test, oe_version_is(before));
	oe_version_begin_change();
	amidst = oe_version_now();
	KUNIT_EXPECT_FALSE(test, oe_version_is(before));
	KUNIT_EXPECT_FALSE(test, oe_version_is(amidst));
	oe_version_begin_change();
	oe_version_end_change();
	KUNIT_EXPECT_FALSE(test, oe_version_is(oe_version_now()));
	oe_version_end_change();
	KUNIT_EXPECT_FALSE(test, oe_version_is(amidst));
	KUNIT_EXPECT_TRUE(test, oe_version_is(oe_version_now()));
	oe_rank_table_drop(pid_of(0));
	oe_rank_table_drop(pid_of(1));
}

static void failing_change_changes_nothing(struct kunit *test)
{
	fork_stub.err = -ENOMEM;
	KUNIT_EXPECT_EQ(test, -ENOMEM, rank_set(0, 7));
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
}

/* The second allocation fails; meanwhile the first process is gone for good. */
static void failing_change_meets_an_exit(struct kunit *test)
{
	const struct oe_rank_change changes[] = {
		{ .pid = pid_of(0), .value = 1 },
		{ .pid = pid_of(1), .value = 2 },
	};

	KUNIT_EXPECT_EQ(test, 0, rank_set(2, 7));
	failing_alloc.at = 2;
	failing_alloc.drops = pid_of(0);
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			oe_rank_apply(changes, ARRAY_SIZE(changes)));
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	rank_expect(test, 2, 7, OE_SOURCE_EXPLICIT);
	KUNIT_EXPECT_EQ(test, 1u, oe_rank_count());
}

/* A process that ends between the look-up of its pid and the write has no entry. */
static void ranked_too_late(struct kunit *test)
{
	struct task_struct *ended = processes[0];
	struct oe_rank_change change = {
		.pid = get_pid(pid_of(0)),
		.value = 7,
	};

	processes[0] = kthread_run(wait_for_stop, NULL, "oe_kunit/late");
	KUNIT_ASSERT_FALSE(test, IS_ERR(processes[0]));
	get_task_struct(processes[0]);
	kthread_stop(ended);
	put_task_struct(ended);
	KUNIT_EXPECT_EQ(test, 0, oe_rank_apply(&change, 1));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	put_pid(change.pid);
}

static void spare_entry_serves_without_memory(struct kunit *test)
{
	failing_alloc.at = 1;
	failing_alloc.with_spare = true;
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
	oe_rank_table_drop(pid_of(0));
}

/* A ranking of its own counts before a group, and outlives it. */
static void join_and_leave(struct kunit *test)
{
	oe_rank_open_group(3);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 3));
	rank_expect(test, 0, 3, OE_SOURCE_GROUP);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 7));
	rank_expect(test, 0, 7, OE_SOURCE_EXPLICIT);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	rank_expect(test, 0, 3, OE_SOURCE_GROUP);
	KUNIT_EXPECT_EQ(test, 0, rank_set(0, 8));
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_LEAVE, 3));
	rank_expect(test, 0, 8, OE_SOURCE_EXPLICIT);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_CLEAR, 0));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	/* Leaving where one is not is no error. */
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_LEAVE, 3));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	oe_rank_close_group(3);
}

static void closed_group_is_empty(struct kunit *test)
{
	unsigned int i;

	oe_rank_open_group(3);
	oe_rank_open_group(255);
	for (i = 0; i < NR_PROCESSES; i++)
		KUNIT_EXPECT_EQ(test, 0, rank_change(i, OE_RANK_JOIN, 255));
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 3));
	KUNIT_EXPECT_EQ(test, 0, rank_set(1, 7));
	oe_rank_close_group(255);
	rank_expect(test, 0, 3, OE_SOURCE_GROUP);
	rank_expect(test, 1, 7, OE_SOURCE_EXPLICIT);
	rank_expect(test, 2, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 2u, oe_rank_count());
	oe_rank_close_group(3);
	rank_expect(test, 0, 500, OE_SOURCE_DEFAULT);
	oe_rank_table_drop(pid_of(1));
}

static void group_is_inherited_while_it_is_open(struct kunit *test)
{
	oe_rank_open_group(3);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 3));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rank_expect(test, 1, 3, OE_SOURCE_GROUP);
	/* As a fork does that meets the removal half-way. */
	clear_bit(3, inherit.open_groups);
	oe_inherit_fork(pid_of(0), pid_of(2), 1);
	rank_expect(test, 2, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 2u, oe_rank_count());
	oe_rank_close_group(3);
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
	/* And as one that meets it later. */
	oe_rank_open_group(4);
	oe_rank_close_group(4);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_JOIN, 4));
	oe_inherit_fork(pid_of(0), pid_of(1), 1);
	rank_expect(test, 1, 500, OE_SOURCE_DEFAULT);
	KUNIT_EXPECT_EQ(test, 0, rank_change(0, OE_RANK_LEAVE, 4));
}

static int count_member(struct pid *tgid, void *arg)
{
	++*(unsigned int *)arg;
	return 0;
}

static int stop_at_once(struct pid *tgid, void *arg)
{
	return -EINTR;
}

static void rank_many(struct kunit *test)
{
	unsigned int nr_members = 0;
	unsigned int i;

	oe_rank_open_group(9);
	for (i = 0; i < NR_PROCESSES; i++)
		KUNIT_EXPECT_EQ(test, 0, rank_set(i, i));
	for (i = 0; i < NR_PROCESSES; i += 2)
		KUNIT_EXPECT_EQ(test, 0, rank_change(i, OE_RANK_JOIN, 9));
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_PROCESSES, oe_rank_count());
	KUNIT_EXPECT_EQ(test, 0,
			oe_rank_visit_members(9, count_member, &nr_members));
	KUNIT_EXPECT_EQ(test, NR_PROCESSES / 2u, nr_members);
	KUNIT_EXPECT_EQ(test, -EINTR,
			oe_rank_visit_members(9, stop_at_once, NULL));
	oe_rank_close_group(9);
	for (i = 0; i < NR_PROCESSES; i++)
		oe_rank_table_drop(pid_of(i));
	KUNIT_EXPECT_EQ(test, 0u, oe_rank_count());
}

#include "heritage_cases.h"
#include "watch_cases.h"
#include "offer_cases.h"

static struct kunit_case cases[] = {
	KUNIT_CASE(set_find_clear),
	KUNIT_CASE(same_pid_twice_in_one_write),
	KUNIT_CASE(several_changes_are_one),
	KUNIT_CASE(failing_change_changes_nothing),
	KUNIT_CASE(failing_change_meets_an_exit),
	KUNIT_CASE(ranked_too_late),
	KUNIT_CASE(spare_entry_serves_without_memory),
	KUNIT_CASE(inherit_and_drop),
	KUNIT_CASE(self_is_not_inherited),
	KUNIT_CASE(exit_beside_retirement_watches_no_fork),
	KUNIT_CASE(what_is_not_inherited_is_not_lost),
	KUNIT_CASE(entry_without_a_use_holds_no_process),
	KUNIT_CASE(self_is_not_lost),
	KUNIT_CASE(heritage_gives_way_to_exact_rule),
	KUNIT_CASE(name_alone_decides),
	KUNIT_CASE(signals_are_of_the_groups),
	KUNIT_CASE(lost_inheritance_is_repaired),
	KUNIT_CASE(lost_child_gets_what_its_parent_has),
	KUNIT_CASE(new_child_is_judged_as_its_parent),
	KUNIT_CASE(lost_child_waits_for_memory),
	KUNIT_CASE(lost_meanwhile_is_lost),
	KUNIT_CASE(orphan_gains_nothing),
	KUNIT_CASE(ranked_child_loses_nothing),
	KUNIT_CASE(join_and_leave),
	KUNIT_CASE(closed_group_is_empty),
	KUNIT_CASE(group_is_inherited_while_it_is_open),
	KUNIT_CASE(rank_many),
	WATCH_CASES,
	OFFER_CASES,
	{},
};

struct kunit_suite oe_rank_suite = {
	.name = "oom_embedded_rank",
	.init = set_up,
	.exit = tear_down,
	.test_cases = cases,
};
