// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last word before a kill.
 *
 * Steering makes the kernel prefer our victim, but the kernel looks again
 * after us: the victim may be gone by then, vm.oom_kill_allocating_task may
 * take the caller instead. A kprobe on oom_kill_process() sees whom it is
 * about to kill, once a kill and not once a process: a protected one is
 * exchanged for our victim, or, when there is none, let go: the kernel is told
 * that a victim is on its way, and calls again.
 */
#include "core.h"

#include <linux/kprobes.h>
#include <linux/oom.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "guard.h"
#include "rank.h"
#include "redirect.h"

/* All callers of out_of_memory() hold oom_lock, so one of each is enough. */
static struct {
	bool registered;
	struct task_struct *caller; /* of the armed call; NULL = not armed */
	struct oom_control *oc;
	struct oe_policy policy;
	struct task_struct *victim; /* ours, or NULL: nobody may be killed */
	struct task_struct *displaced; /* its reference is ours to drop */
	bool hit;
} guard;

static bool is_alive(struct task_struct *p)
{
	return pid_alive(p) && atomic_read(&p->signal->live);
}

static bool is_protected(struct task_struct *p)
{
	struct oe_candidate c = { .rank = oe_rank_of(p).rank };

	return oe_policy_verdict(&guard.policy, &c) != OE_ELIGIBLE;
}

/* Runs instead of oom_kill_process(), in the caller's context. */
static OE_REDIRECTED void let_go(struct oom_control *oc, const char *message)
{
	put_task_struct(oc->chosen);
	/* "A victim is pending": out_of_memory() returns true, nobody dies. */
	oc->chosen = (void *)-1UL;
}

static int on_kill(struct kprobe *probe, struct pt_regs *regs)
{
	struct task_struct *chosen;

	if (READ_ONCE(guard.caller) != current)
		return 0;
	chosen = guard.oc->chosen;
	if (guard.victim && (chosen == guard.victim || !is_protected(chosen)))
		return 0;
	guard.hit = true;
	if (guard.victim && is_alive(guard.victim)) {
		guard.displaced = chosen;
		get_task_struct(guard.victim);
		guard.oc->chosen = guard.victim;
		return 0;
	}
	instruction_pointer_set(regs, (unsigned long)let_go);
	return 1;
}
NOKPROBE_SYMBOL(on_kill);

static struct kprobe kill_probe;

/**
 * oe_guard_register - put the guard in place, not armed
 *
 * Context: process context, may sleep.
 * Return: 0, or the errno that says why this kernel has no guard.
 */
int oe_guard_register(void)
{
	int err;

	kill_probe = (struct kprobe){
		.symbol_name = "oom_kill_process",
		.pre_handler = on_kill,
	};
	err = oe_redirect_register(&kill_probe);
	guard.registered = !err;
	return err;
}

/**
 * oe_guard_unregister - take the guard away
 *
 * Nobody is armed any more, and nobody is between the probe and its return.
 *
 * Context: process context, may sleep.
 */
void oe_guard_unregister(void)
{
	if (guard.registered)
		unregister_kprobe(&kill_probe);
	guard.registered = false;
}

/**
 * oe_guard_available - is there a guard on this kernel?
 *
 * Return: true if there is.
 */
bool oe_guard_available(void)
{
	return guard.registered;
}

/**
 * oe_guard_arm - watch the kill of the call that current is about to make
 * @oc: the call
 * @policy: who is protected; copied
 * @victim: who may die instead of a protected one; NULL = nobody may die at all
 *
 * Context: OOM path, oom_lock held. @oc and @victim stay valid until
 * oe_guard_disarm().
 */
void oe_guard_arm(struct oom_control *oc, const struct oe_policy *policy,
		  struct task_struct *victim)
{
	guard.oc = oc;
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
 * Return: true if a kill was prevented or exchanged.
 */
bool oe_guard_disarm(void)
{
	WRITE_ONCE(guard.caller, NULL); /* read by on_kill() of other tasks */
	if (guard.displaced)
		put_task_struct(guard.displaced);
	if (guard.hit && guard.victim)
		oe_stat_inc(OE_STAT_guard_hits);
	return guard.hit;
}
