// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: which processes go because they make, or were made, anew, with processes that
 * are not run.
 */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "core.h"

#include "limits/measure.h"
#include "limits/storm.h"
#include "limits/victims.h"
#include "rank/ranking.h"

enum {
	NR_TASKS = 3,
	ALICE = 1001,
	BOB = 1002,
};

/* The answers of the other files to questions about a process. */
static struct stub_task {
	struct signal_struct signal;
	struct cred cred;
	union {
		struct pid pid;
		/* The number is behind the end of newer ones. */
		char room[sizeof(struct pid) + sizeof(struct upid)];
	};
	struct oe_ranking ranking;
	bool by_name;
	bool elsewhere; /* the limit is not about it */
	bool spared;
	bool refuses; /* no signal can be sent to it */
	unsigned int nr_signals;
	struct task_struct task;
} tasks[NR_TASKS];

static struct stub_task *stub_of(struct task_struct *p)
{
	return container_of(p, struct stub_task, task);
}

static struct oe_ranking ranking_or_stub(struct task_struct *p)
{
	return stub_of(p)->ranking;
}

static bool by_name_or_stub(struct task_struct *p)
{
	return stub_of(p)->by_name;
}

static bool about_or_stub(const struct oe_limit *limit, struct task_struct *p)
{
	return !stub_of(p)->elsewhere;
}

static bool may_end_or_stub(struct oe_limit *limit, struct task_struct *p)
{
	return !stub_of(p)->spared;
}

static bool visit_or_stub(int *nr,
			  void (*visit)(struct task_struct *p, void *arg),
			  void *arg)
{
	if (*nr > NR_TASKS)
		return false;
	visit(&tasks[(*nr)++ - 1].task, arg);
	return true;
}

static void replace_or_stub(struct pid **slot, struct pid *pid)
{
	*slot = pid;
}

static struct oe_limit_slot remembered;

static struct oe_limit_slot *find_or_stub(struct oe_limit_victims *victims,
					  const struct pid *pid)
{
	return remembered.pid == pid ? &remembered : NULL;
}

static void drop_or_stub(struct oe_limit_victims *victims,
			 struct oe_limit_slot *slot)
{
	slot->pid = NULL;
}

static int kill_or_stub(struct pid *pid, int signal, int priv)
{
	struct stub_task *stub = container_of(pid, struct stub_task, pid);

	if (stub->refuses)
		return -ESRCH;
	stub->nr_signals += signal == SIGKILL;
	return 0;
}

#define oe_rank_of ranking_or_stub
#define oe_rank_is_by_name by_name_or_stub
#define oe_limit_is_about about_or_stub
#define oe_limit_may_end may_end_or_stub
#define oe_limit_visit visit_or_stub
#define oe_limit_replace_pid replace_or_stub
#define oe_victims_find find_or_stub
#define oe_victims_drop drop_or_stub
#define kill_pid kill_or_stub
/* Tested in part. */
#include "../limits/storm.c"

static const struct oe_limit users_of_a_group = { .who.kind = OE_LIMIT_GID };
static const struct oe_limit one_user = {
	.who = {
		.kind = OE_LIMIT_UID,
		.ranges[0] = { ALICE, ALICE },
	},
};
static const struct oe_limit many_users = {
	.who = {
		.kind = OE_LIMIT_UID,
		.ranges[0] = { ALICE, BOB },
	},
};

/* All of one user, and each the child of the one before. */
static int begin_case(struct kunit *test)
{
	unsigned int i;

	memset(tasks, 0, sizeof(tasks));
	memset(&remembered, 0, sizeof(remembered));
	for (i = 0; i < NR_TASKS; i++) {
		struct stub_task *stub = &tasks[i];

		stub->task.group_leader = &stub->task;
		stub->task.signal = &stub->signal;
		rcu_assign_pointer(stub->task.real_parent,
				   &tasks[i ? i - 1 : 0].task);
		rcu_assign_pointer(stub->task.real_cred, &stub->cred);
		stub->cred.uid = KUIDT_INIT(ALICE);
		stub->signal.pids[PIDTYPE_TGID] = &stub->pid;
		refcount_set(&stub->pid.count, 1);
		stub->pid.numbers[0].nr = 100 + i;
	}
	return 0;
}

static void own_choice_keeps_no_parent(struct kunit *test)
{
	struct stub_task *stub = &tasks[0];

	stub->ranking = (struct oe_ranking){
		.rank = 700,
		.source = OE_SOURCE_INHERITED,
	};
	KUNIT_EXPECT_EQ(test, 700, (int)trusted_rank(&stub->task));
	stub->by_name = true;
	KUNIT_EXPECT_EQ(test, 0, (int)trusted_rank(&stub->task));
	stub->by_name = false;
	stub->ranking.source = OE_SOURCE_OFFERED;
	KUNIT_EXPECT_EQ(test, 0, (int)trusted_rank(&stub->task));
}

/* A limit of one user is about its subordinate users, too, who are not others. */
static void users_are_told_apart(struct kunit *test)
{
	const kuid_t alice = KUIDT_INIT(ALICE);
	const kuid_t bob = KUIDT_INIT(BOB);

	KUNIT_EXPECT_TRUE(test, is_same_user(&users_of_a_group, alice, alice));
	KUNIT_EXPECT_FALSE(test, is_same_user(&users_of_a_group, alice, bob));
	KUNIT_EXPECT_TRUE(test, is_same_user(&one_user, alice, bob));
	KUNIT_EXPECT_FALSE(test, is_same_user(&many_users, alice, bob));
	KUNIT_EXPECT_TRUE(test, is_same_user(&many_users, bob, bob));
}

static bool has_parent(const struct oe_limit *limit)
{
	struct pid *pid;

	rcu_read_lock();
	pid = parent_of(limit, &tasks[1].task);
	rcu_read_unlock();
	put_pid(pid);
	return pid == &tasks[0].pid;
}

static void only_some_are_parents(struct kunit *test)
{
	struct stub_task *parent = &tasks[0];

	KUNIT_EXPECT_TRUE(test, has_parent(&many_users));
	parent->cred.uid = KUIDT_INIT(BOB);
	KUNIT_EXPECT_FALSE(test, has_parent(&many_users));
	KUNIT_EXPECT_FALSE(test, has_parent(&users_of_a_group));
	KUNIT_EXPECT_TRUE(test, has_parent(&one_user));
	parent->elsewhere = true;
	KUNIT_EXPECT_FALSE(test, has_parent(&one_user));
	parent->elsewhere = false;
	/* Those that adopt orphans. */
	parent->signal.is_child_subreaper = 1;
	KUNIT_EXPECT_FALSE(test, has_parent(&one_user));
	parent->signal.is_child_subreaper = 0;
	parent->pid.numbers[0].nr = 1;
	KUNIT_EXPECT_FALSE(test, has_parent(&one_user));
}

static void sweep_is_of_one_user(struct kunit *test)
{
	struct oe_limit limit = users_of_a_group;

	limit.storm_uid = KUIDT_INIT(ALICE);
	tasks[1].cred.uid = KUIDT_INIT(BOB);
	remembered.pid = &tasks[0].pid;
	KUNIT_EXPECT_EQ(test, 2U, oe_storm_sweep(&limit));
	KUNIT_EXPECT_EQ(test, 1U, tasks[0].nr_signals);
	KUNIT_EXPECT_EQ(test, 0U, tasks[1].nr_signals);
	KUNIT_EXPECT_EQ(test, 1U, tasks[2].nr_signals);
	KUNIT_EXPECT_FALSE(test, remembered.pid);
}

static void sweep_counts_whom_it_kills(struct kunit *test)
{
	struct oe_limit limit = one_user;

	tasks[0].elsewhere = true;
	tasks[1].spared = true;
	tasks[2].refuses = true;
	remembered.pid = &tasks[2].pid;
	KUNIT_EXPECT_EQ(test, 0U, oe_storm_sweep(&limit));
	KUNIT_EXPECT_EQ(test, 0U, tasks[0].nr_signals + tasks[1].nr_signals);
	KUNIT_EXPECT_TRUE(test, remembered.pid);
}

static struct kunit_case storm_cases[] = {
	KUNIT_CASE(own_choice_keeps_no_parent),
	KUNIT_CASE(users_are_told_apart),
	KUNIT_CASE(only_some_are_parents),
	KUNIT_CASE(sweep_is_of_one_user),
	KUNIT_CASE(sweep_counts_whom_it_kills),
	{},
};

struct kunit_suite oe_storm_suite = {
	.name = "oom_embedded_storm",
	.init = begin_case,
	.test_cases = storm_cases,
};
