// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last word before a kill.
 *
 * We have chosen already when the kernel begins to select. A redirect of
 * oom_evaluate_task() ends its pass at the first process, with our victim as
 * the result: the kernel cannot come to another one, and does not look at all
 * processes again. If that function is inlined, the kernel makes its pass,
 * steered towards our victim (oe_steer()).
 *
 * A second redirect, of oom_kill_process(), sees which process the kernel is about
 * to kill, also when it has not selected (vm.oom_kill_allocating_task). If that is
 * protected, or not ours when a victim was asked for, our victim is put in its
 * place. If there is none, no process is killed: the kernel is told that a victim
 * is on its way, and calls again.
 */
#include "core.h"

#include <linux/kprobes.h>
#include <linux/limits.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "oom/coverage.h"
#include "oom/guard.h"
#include "rank/ranking.h"
#include "oom/redirect.h"
#include "tasks/kill_set.h"

/* All callers of out_of_memory() hold oom_lock, so one of each is enough. */
static struct {
	struct task_struct *caller; /* of the armed call; NULL = not armed */
	struct oom_control *oc;
	struct oe_policy policy;
	enum oe_guard_mode mode;
	struct task_struct *victim; /* with OE_GUARD_VICTIM, else NULL */
	struct task_struct *displaced; /* the guard holds a reference */
	bool hit;
} guard;

static bool is_alive(struct task_struct *p)
{
	return pid_alive(p) && atomic_read(&p->signal->live);
}

static bool has_victim(void)
{
	return guard.victim && is_alive(guard.victim);
}

/* In a probe handler: no lock may be taken. */
static bool is_protected(struct task_struct *p)
{
	const struct oe_domain domain = { .memcg = guard.oc->memcg };
	struct oe_candidate c = { .task = p->group_leader };

	rcu_read_lock();
	c.set_rank = oe_rank_peek(p, OE_EXE_TRY).rank;
	oe_kill_set_judge_atomic(&c, &domain);
	rcu_read_unlock();
	return oe_policy_verdict(&guard.policy, &c) != OE_ELIGIBLE;
}

/* "A victim is pending": out_of_memory() returns true, and nobody dies. */
static void choose_nobody(struct oom_control *oc)
{
	oc->chosen = (void *)-1UL;
	guard.hit = guard.mode != OE_GUARD_PENDING;
}

/* Runs instead of oom_evaluate_task(), under RCU; returning 1 ends the pass. */
static OE_REDIRECTED int end_selection(struct task_struct *task, void *arg)
{
	struct oom_control *oc = arg;

	if (has_victim()) {
		get_task_struct(guard.victim);
		oc->chosen = guard.victim;
		oc->chosen_points = LONG_MAX;
	} else {
		choose_nobody(oc);
	}
	return 1;
}

static unsigned long notrace where_evaluated(struct oe_redirect *redirect)
{
	if (READ_ONCE(guard.caller) != current)
		return 0;
	return (unsigned long)end_selection;
}
NOKPROBE_SYMBOL(where_evaluated);

/* Runs instead of oom_kill_process(), in the caller's context. */
static OE_REDIRECTED void let_go(struct oom_control *oc, const char *message)
{
	put_task_struct(oc->chosen);
	choose_nobody(oc);
}

/*
 * May the kernel kill another process than ours? Not if a victim was asked for:
 * current would be the process that asks.
 */
static bool may_differ(struct task_struct *chosen)
{
	return guard.oc->order != -1 && !is_protected(chosen);
}

static unsigned long notrace where_killed(struct oe_redirect *redirect)
{
	struct task_struct *chosen;

	if (READ_ONCE(guard.caller) != current)
		return 0;
	chosen = guard.oc->chosen;
	if (guard.mode == OE_GUARD_VICTIM &&
	    (chosen == guard.victim || may_differ(chosen)))
		return 0;
	if (has_victim()) {
		guard.hit = true;
		guard.displaced = chosen;
		get_task_struct(guard.victim);
		guard.oc->chosen = guard.victim;
		return 0;
	}
	return (unsigned long)let_go;
}
NOKPROBE_SYMBOL(where_killed);

static struct oe_redirect evaluate_redirect = {
	.symbol = "oom_evaluate_task",
	.where = where_evaluated,
};

static struct oe_redirect kill_redirect = {
	.symbol = "oom_kill_process",
	.where = where_killed,
};

static int register_unless_done(struct oe_redirect *redirect)
{
	return redirect->mechanism ? 0 : oe_redirect_register(redirect);
}

/**
 * oe_guard_register - put the guard in place, not armed
 *
 * Functions that this kernel lacks are named in the log, once; the rest works.
 *
 * Context: process context, may sleep; first before the first OOM is wrapped.
 * Return: 0, also if something cannot be had at all; -EAGAIN if somebody else
 * redirects one of the functions.
 */
int oe_guard_register(void)
{
	static bool said;
	int err = register_unless_done(&evaluate_redirect);
	int err_kill = register_unless_done(&kill_redirect);

	if (err && !said)
		pr_info("oom_evaluate_task() cannot be caught (%d): the kernel selects again after us\n",
			err);
	if (err_kill && !said)
		pr_warn("no guard: oom_kill_process() cannot be caught (%d)\n",
			err_kill);
	if (!err_kill)
		oe_coverage_provide(OE_COVER_GUARD, &kill_redirect);
	said = true;
	return err == -EBUSY || err_kill == -EBUSY ? -EAGAIN : 0;
}

/**
 * oe_guard_unregister - take the guard away
 *
 * Nobody is armed any more, and nobody is between a redirect and its return.
 *
 * Context: process context, may sleep.
 */
void oe_guard_unregister(void)
{
	oe_coverage_provide(OE_COVER_GUARD, NULL);
	if (kill_redirect.mechanism)
		oe_redirect_unregister(&kill_redirect);
	if (evaluate_redirect.mechanism)
		oe_redirect_unregister(&evaluate_redirect);
}

/**
 * oe_guard_available - is every kill guarded on this kernel?
 *
 * Return: true if it is.
 */
bool oe_guard_available(void)
{
	return oe_coverage_has(OE_COVER_GUARD);
}

/**
 * oe_guard_arm - watch the call that current is about to make
 * @oc: the call
 * @mode: the action that the kernel may take
 * @policy: decides which processes are protected; copied
 * @victim: with OE_GUARD_VICTIM the process that is to die; otherwise NULL
 *
 * Context: OOM path, oom_lock held. @oc and @victim stay valid until
 * oe_guard_disarm().
 */
void oe_guard_arm(struct oom_control *oc, enum oe_guard_mode mode,
		  const struct oe_policy *policy, struct task_struct *victim)
{
	guard.oc = oc;
	guard.mode = mode;
	guard.policy = *policy;
	guard.victim = victim;
	guard.displaced = NULL;
	guard.hit = false;
	/* Last: only current itself looks at the rest, in program order. */
	WRITE_ONCE(guard.caller, current);
}

/**
 * oe_guard_disarm - the call is over
 *
 * Context: as oe_guard_arm(), by the same task.
 * Return: true if the kernel wanted to kill and was prevented, or was given
 * another victim.
 */
bool oe_guard_disarm(void)
{
	WRITE_ONCE(guard.caller,
		   NULL); /* read by where_killed() of other tasks */
	if (guard.displaced)
		put_task_struct(guard.displaced);
	if (guard.hit && guard.mode == OE_GUARD_VICTIM)
		oe_stat_inc(OE_STAT_guard_hits);
	return guard.hit;
}
