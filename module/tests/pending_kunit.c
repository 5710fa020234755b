// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: victims that still give their memory back.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "core.h"

#include "episode.h"
#include "tasks.h"
#include "tasks/part.h"

enum {
	NR_TASKS = 10, /* more than are remembered */
};

static struct {
	struct task_struct *tasks[NR_TASKS]; /* tasks[N - 1] has PID N */
	bool gone[NR_TASKS];
	bool elsewhere; /* those that are remembered are not in the domain */
	unsigned int nr_walks;
	bool walk_finds; /* a victim somewhere */
	bool in_domain; /* that one */
	void (*meanwhile)(void); /* during a walk */
} fake;

static struct task_struct *task_or_fake(pid_t nr)
{
	return fake.gone[nr - 1] ? NULL : fake.tasks[nr - 1];
}

static bool walk_or_stub(const struct oe_domain *domain, bool *anywhere)
{
	fake.nr_walks++;
	*anywhere = fake.walk_finds;
	if (fake.meanwhile)
		fake.meanwhile();
	return fake.walk_finds && fake.in_domain;
}

static bool part_or_stub(struct task_struct *p, const struct oe_domain *domain)
{
	return !fake.elsewhere;
}

#define find_pid_ns(nr, ns) (nr)
#define pid_task(nr, type) task_or_fake(nr)
#define oe_tasks_victim_pending walk_or_stub
#define oe_part_of_domain part_or_stub
#include "../oom/pending.c"

static const struct oe_domain machine;

static void mark_task(unsigned int i)
{
	struct task_struct *p = fake.tasks[i];

	p->signal->oom_mm = p->mm;
	oe_pending_add(p);
}

/* Its memory has been given back; the process may still be there. */
static void reap_task(unsigned int i)
{
	struct mm_struct *mm = fake.tasks[i]->mm;

#ifdef mm_flags_test
	set_bit(MMF_OOM_SKIP, &mm->flags);
#else
	mm_flags_set(MMF_OOM_SKIP, mm);
#endif
}

/* A walk has found no victim from before the load. */
static int settle_all(struct kunit *test)
{
	unsigned int i;

	memset(&fake, 0, sizeof(fake));
	for (i = 0; i < NR_TASKS; i++) {
		struct task_struct *p =
			kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		p->tgid = i + 1;
		p->signal = kunit_kzalloc(test, sizeof(*p->signal), GFP_KERNEL);
		p->mm = kunit_kzalloc(test, sizeof(*p->mm), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p->signal);
		KUNIT_ASSERT_NOT_NULL(test, p->mm);
		fake.tasks[i] = p;
	}
	memset(&pending, 0, sizeof(pending));
	oe_pending_begin();
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_walks);
	return 0;
}

static void a_victim_is_waited_for_without_a_walk(struct kunit *test)
{
	mark_task(3);
	KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
	reap_task(3);
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	mark_task(4);
	KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
	fake.gone[4] = true;
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_walks);
}

static void a_victim_elsewhere_is_kept_for_its_domain(struct kunit *test)
{
	mark_task(0);
	fake.elsewhere = true;
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	fake.elsewhere = false;
	KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
}

static void a_place_is_used_again(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_TASKS; i++) {
		mark_task(i);
		KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
		reap_task(i);
		KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	}
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_walks);
}

static void a_number_of_another_process_is_no_victim(struct kunit *test)
{
	mark_task(5);
	fake.tasks[5]->signal->oom_mm = NULL;
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
}

/* Each thread that asks for memory is marked. */
static void a_process_takes_one_place(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_VICTIMS; i++)
		mark_task(0);
	mark_task(1);
	reap_task(0);
	KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
	reap_task(1);
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 1U, fake.nr_walks);
}

static void fill_places(void)
{
	unsigned int i;

	for (i = 0; i < NR_VICTIMS; i++)
		mark_task(i);
}

static void reap_places(void)
{
	unsigned int i;

	for (i = 0; i < NR_VICTIMS; i++)
		reap_task(i);
}

static void a_victim_without_a_place_is_walked_for(struct kunit *test)
{
	fill_places();
	mark_task(NR_VICTIMS);
	reap_places();
	fake.walk_finds = true;
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	fake.in_domain = true;
	KUNIT_EXPECT_TRUE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 3U, fake.nr_walks);
	fake.walk_finds = false;
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 4U, fake.nr_walks);
}

static void a_victim_that_is_not_known_is_walked_for(struct kunit *test)
{
	oe_pending_add(NULL);
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 2U, fake.nr_walks);
}

static void mark_one_more(void)
{
	fake.meanwhile = NULL;
	mark_task(NR_VICTIMS + 1);
}

/* The walk may have passed it by before it was marked. */
static void a_mark_during_a_walk_asks_for_another(struct kunit *test)
{
	fill_places();
	mark_task(NR_VICTIMS);
	fake.elsewhere = true;
	fake.meanwhile = mark_one_more;
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 2U, fake.nr_walks);
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_FALSE(test, oe_pending_in(&machine));
	KUNIT_EXPECT_EQ(test, 3U, fake.nr_walks);
}

static void without_the_tracepoint_each_call_walks(struct kunit *test)
{
	pending.listens = false;
	oe_pending_in(&machine);
	oe_pending_in(&machine);
	KUNIT_EXPECT_EQ(test, 3U, fake.nr_walks);
}

static struct kunit_case pending_cases[] = {
	KUNIT_CASE(a_victim_is_waited_for_without_a_walk),
	KUNIT_CASE(a_victim_elsewhere_is_kept_for_its_domain),
	KUNIT_CASE(a_place_is_used_again),
	KUNIT_CASE(a_number_of_another_process_is_no_victim),
	KUNIT_CASE(a_process_takes_one_place),
	KUNIT_CASE(a_victim_without_a_place_is_walked_for),
	KUNIT_CASE(a_victim_that_is_not_known_is_walked_for),
	KUNIT_CASE(a_mark_during_a_walk_asks_for_another),
	KUNIT_CASE(without_the_tracepoint_each_call_walks),
	{}
};

struct kunit_suite oe_pending_suite = {
	.name = "oom_embedded_pending",
	.init = settle_all,
	.test_cases = pending_cases,
};
