// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: objects that wait for a grace period together, with an RCU whose grace
 * periods end when a case says so.
 */
#include <kunit/test.h>
#include <linux/rcupdate.h>

static void queue_callback(struct rcu_head *head, rcu_callback_t func);
static void run_callbacks(void);
static void come_at_last_moment(void);

#undef call_rcu
#define call_rcu queue_callback
#define rcu_barrier run_callbacks
#undef smp_mb
#define smp_mb come_at_last_moment
/* The suite of rankings has the real ones. */
#define oe_retired_add add_retiree
#define oe_retired_drain drain_retired
#include "../lib/retired.c"
#undef call_rcu
#undef rcu_barrier

enum { NR_OBJECTS = MOST_TOGETHER + 2 };

static struct {
	struct oe_retiree retiree;
	unsigned int nr_freed;
} objects[NR_OBJECTS];

static struct {
	struct rcu_head *heads[4];
	unsigned int nr_heads;
	unsigned int nr_queued; /* ever */
	struct oe_retiree *late; /* comes while others are freed */
	struct oe_retiree
		*last; /* has seen the callback busy, which is not any more */
} fake;

static void free_objects(struct llist_node *retirees);
static struct oe_retired retired = { .free = free_objects };

static void queue_callback(struct rcu_head *head, rcu_callback_t func)
{
	head->func = func;
	fake.nr_queued++;
	if (fake.nr_heads < ARRAY_SIZE(fake.heads))
		fake.heads[fake.nr_heads++] = head;
}

/* Those that are queued; not those that they queue. */
static void run_callbacks(void)
{
	struct rcu_head *heads[ARRAY_SIZE(fake.heads)];
	unsigned int nr = fake.nr_heads;
	unsigned int i;

	memcpy(heads, fake.heads, sizeof(heads));
	fake.nr_heads = 0;
	for (i = 0; i < nr; i++)
		heads[i]->func(heads[i]);
}

static void come_at_last_moment(void)
{
	if (fake.last)
		llist_add(&fake.last->node, &retired.added);
	fake.last = NULL;
}

static void free_object_alone(struct rcu_head *rcu)
{
	struct oe_retiree *retiree = container_of(rcu, struct oe_retiree, rcu);

	retiree->node.next = NULL;
	free_objects(&retiree->node);
}

static void retire_object(unsigned int i)
{
	oe_retired_add(&retired, &objects[i].retiree, free_object_alone);
}

static void free_objects(struct llist_node *retirees)
{
	struct oe_retiree *late = fake.late;
	struct oe_retiree *retiree;

	llist_for_each_entry(retiree, retirees, node)
		container_of(retiree, typeof(objects[0]), retiree)->nr_freed++;
	fake.late = NULL;
	if (late)
		oe_retired_add(&retired, late, free_object_alone);
}

static unsigned int count_freed(unsigned int from, unsigned int to)
{
	unsigned int nr = 0;

	for (; from < to; from++)
		nr += objects[from].nr_freed;
	return nr;
}

static int forget_all(struct kunit *test)
{
	memset(objects, 0, sizeof(objects));
	memset(&fake, 0, sizeof(fake));
	memset(&retired, 0, sizeof(retired));
	retired.free = free_objects;
	return 0;
}

static void one_callback_serves_many(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 100; i++)
		retire_object(i);
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_queued);
	oe_retired_drain(&retired);
	KUNIT_EXPECT_EQ(test, 100U, count_freed(0, NR_OBJECTS));
	KUNIT_EXPECT_EQ(test, 2U, fake.nr_queued);
}

static void a_late_one_has_a_period_of_its_own(struct kunit *test)
{
	retire_object(0);
	run_callbacks();
	/* The period that is under way began before this one came. */
	retire_object(1);
	run_callbacks();
	KUNIT_EXPECT_EQ(test, 1U, count_freed(0, 1));
	KUNIT_EXPECT_EQ(test, 0U, count_freed(1, 2));
	run_callbacks();
	KUNIT_EXPECT_EQ(test, 1U, count_freed(1, 2));
}

static void one_that_comes_at_the_end_is_not_forgotten(struct kunit *test)
{
	retire_object(0);
	run_callbacks();
	fake.late = &objects[1].retiree;
	run_callbacks();
	KUNIT_EXPECT_EQ(test, 0U, count_freed(1, 2));
	run_callbacks();
	KUNIT_EXPECT_EQ(test, 1U, count_freed(1, 2));
}

static void one_that_saw_the_callback_busy_is_not_forgotten(struct kunit *test)
{
	retire_object(0);
	run_callbacks();
	fake.last = &objects[1].retiree;
	run_callbacks();
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_heads);
	oe_retired_drain(&retired);
	KUNIT_EXPECT_EQ(test, 1U, count_freed(1, 2));
}

static void rest_is_followed_by_a_new_beginning(struct kunit *test)
{
	retire_object(0);
	oe_retired_drain(&retired);
	KUNIT_EXPECT_EQ(test, 0U, fake.nr_heads);
	retire_object(1);
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_heads);
	oe_retired_drain(&retired);
	KUNIT_EXPECT_EQ(test, 2U, count_freed(0, 2));
}

static void a_flood_is_left_to_rcu(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_OBJECTS; i++)
		retire_object(i);
	KUNIT_EXPECT_EQ(test, 3U, fake.nr_queued);
	run_callbacks();
	KUNIT_EXPECT_EQ(test, 0U, count_freed(0, MOST_TOGETHER));
	KUNIT_EXPECT_EQ(test, 2U, count_freed(MOST_TOGETHER, NR_OBJECTS));
	oe_retired_drain(&retired);
	KUNIT_EXPECT_EQ(test, NR_OBJECTS + 0U, count_freed(0, NR_OBJECTS));
	/* Afterwards there is room again. */
	retire_object(0);
	retire_object(1);
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_heads);
	oe_retired_drain(&retired);
}

static struct kunit_case retired_cases[] = {
	KUNIT_CASE(one_callback_serves_many),
	KUNIT_CASE(a_late_one_has_a_period_of_its_own),
	KUNIT_CASE(one_that_comes_at_the_end_is_not_forgotten),
	KUNIT_CASE(one_that_saw_the_callback_busy_is_not_forgotten),
	KUNIT_CASE(rest_is_followed_by_a_new_beginning),
	KUNIT_CASE(a_flood_is_left_to_rcu),
	{}
};

struct kunit_suite oe_retired_suite = {
	.name = "oom_embedded_retired",
	.init = forget_all,
	.test_cases = retired_cases,
};
