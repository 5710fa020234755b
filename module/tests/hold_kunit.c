// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: who is stopped, for which emergency, and when it goes on, with processes that
 * are not run.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "core.h"

#include "oom/hold.h"
#include "oom/watchdog.h"
#include "tasks.h"
#include "tasks/kill_set.h"

enum {
	NR_TASKS = 2,
};

static struct stub_task {
	struct signal_struct signal;
	struct pid pid;
	unsigned int nr_stops;
	unsigned int nr_conts;
	struct task_struct task;
} tasks[NR_TASKS];

static unsigned int nr_walked; /* processes of the domain */

static int walk_or_stub(const struct oe_domain *domain, enum oe_group_pass user,
			oe_task_visitor visit, void *arg)
{
	unsigned int i;

	for (i = 0; i < nr_walked; i++) {
		const struct oe_candidate c = {
			.task = &tasks[i].task,
			.pid = i + 1,
			.rank = 500,
			.set_rank = 500,
		};

		visit(&c, arg);
	}
	return 0;
}

static int kill_or_stub(struct pid *pid, int signal, int priv)
{
	struct stub_task *stub = container_of(pid, struct stub_task, pid);

	stub->nr_stops += signal == SIGSTOP;
	stub->nr_conts += signal == SIGCONT;
	if (signal == SIGSTOP)
		stub->signal.flags |= SIGNAL_STOP_STOPPED;
	else
		stub->signal.flags &= ~SIGNAL_STOP_STOPPED;
	return 0;
}

static bool fed_or_stub(struct task_struct *leader, unsigned int *total)
{
	return false;
}

static void judge_or_stub(struct oe_candidate *c,
			  const struct oe_domain *domain,
			  struct oe_kill_cache *cache)
{
}

#define oe_tasks_for_each walk_or_stub
#define oe_kill_set_judge judge_or_stub
#define oe_watchdog_may_be_fed_by fed_or_stub
#define kill_pid kill_or_stub
/* Tested in part. */
#include "../oom/hold.c"

static const struct oe_policy policy = { .threshold = 100 };
static const struct oe_domain whole = {};
static const struct oe_domain part = {
	.memcg = (struct mem_cgroup *)tasks, /* compared only */
};
static const char of_machine, of_cgroup;

static int begin_case(struct kunit *test)
{
	unsigned int i;

	memset(tasks, 0, sizeof(tasks));
	for (i = 0; i < NR_TASKS; i++) {
		tasks[i].task.signal = &tasks[i].signal;
		tasks[i].signal.pids[PIDTYPE_TGID] = &tasks[i].pid;
		refcount_set(&tasks[i].pid.count, 1);
	}
	hold.ready = true;
	oe_config.grace_hold = 1;
	return oe_hold_prepare(1);
}

static void end_case(struct kunit *test)
{
	oe_config.grace_hold = 0;
	oe_hold_exit();
	hold.held = NULL;
	hold.sets = NULL;
}

static void expect_signals(struct kunit *test, unsigned int i,
			   unsigned int nr_stops, unsigned int nr_conts)
{
	KUNIT_EXPECT_EQ_MSG(test, nr_stops, tasks[i].nr_stops, "task %u", i);
	KUNIT_EXPECT_EQ_MSG(test, nr_conts, tasks[i].nr_conts, "task %u", i);
}

/* It goes on when the last of them has ended. */
static void machine_keeps_what_a_cgroup_held(struct kunit *test)
{
	nr_walked = 1;
	oe_hold_begin(&part, &policy, &of_cgroup);
	expect_signals(test, 0, 1, 0);
	nr_walked = 2;
	oe_hold_begin(&whole, &policy, &of_machine);
	expect_signals(test, 0, 1, 0);
	expect_signals(test, 1, 1, 0);
	oe_hold_end(&of_cgroup);
	expect_signals(test, 0, 1, 0);
	expect_signals(test, 1, 1, 0);
	oe_hold_end(&of_machine);
	expect_signals(test, 0, 1, 1);
	expect_signals(test, 1, 1, 1);
	KUNIT_EXPECT_EQ(test, 0U, hold.nr_held);
}

static void cgroup_holds_its_own(struct kunit *test)
{
	nr_walked = 1;
	oe_hold_begin(&whole, &policy, &of_machine);
	nr_walked = 2;
	oe_hold_begin(&part, &policy, &of_cgroup);
	oe_hold_end(&of_machine);
	expect_signals(test, 0, 1, 1);
	expect_signals(test, 1, 1, 0);
	oe_hold_end(&of_cgroup);
	expect_signals(test, 0, 1, 1);
	expect_signals(test, 1, 1, 1);
}

/* Somebody else has stopped it, or is about to: it is not ours to let go on. */
static void stopped_by_others_stays_so(struct kunit *test)
{
	unsigned int i;

	nr_walked = 1;
	for (i = 0; i < 5; i++) {
		begin_case(test);
		switch (i) {
		case 0:
			tasks[0].task.ptrace = 1;
			break;
		case 1:
			tasks[0].signal.group_stop_count = 1;
			break;
		case 2:
			tasks[0].signal.flags = SIGNAL_STOP_STOPPED;
			break;
		case 3:
			sigaddset(&tasks[0].signal.shared_pending.signal,
				  SIGSTOP);
			break;
		case 4:
			sigaddset(&tasks[0].task.pending.signal, SIGSTOP);
			break;
		}
		oe_hold_begin(&whole, &policy, &of_machine);
		oe_hold_end(&of_machine);
		KUNIT_EXPECT_EQ_MSG(test, 0U, tasks[0].nr_stops, "case %u", i);
		KUNIT_EXPECT_EQ_MSG(test, 0U, tasks[0].nr_conts, "case %u", i);
	}
}

static struct kunit_case hold_cases[] = {
	KUNIT_CASE(machine_keeps_what_a_cgroup_held),
	KUNIT_CASE(cgroup_holds_its_own),
	KUNIT_CASE(stopped_by_others_stays_so),
	{},
};

struct kunit_suite oe_hold_suite = {
	.name = "oom_embedded_hold",
	.init = begin_case,
	.exit = end_case,
	.test_cases = hold_cases,
};
