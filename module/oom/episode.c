// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pre-kill sequence: what happens between the moment the kernel is out of
 * memory and the moment somebody dies. Runs in the process that failed to
 * allocate, with oom_lock held, so there is one episode at a time and its
 * state is static.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "record/decisions.h"
#include "oom/grace.h"
#include "oom/episode.h"
#include "oom/hold.h"
#include "levels/level.h"
#include "memory/headroom.h"
#include "record/memory_report.h"
#include "notify.h"
#include "oom/outcome.h"
#include "memory/reserve.h"
#include "oom/signal.h"
#include "oom/victim.h"
#include "tasks.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

enum {
	/* Longest wait for the uevent thread and for a poller to have run. */
	ANNOUNCE_MS = 200,
	/*
	 * An episode that ended without a kill is gone on with, instead of
	 * asking userspace again, if the same domain calls again so soon. When
	 * nobody may be killed in a memcg, the caller may come back for ever.
	 */
	REOPEN_MS = 100,
	REOPEN_NO_VICTIM_MS = 1000,
	/*
	 * A victim that is gone has left its memory a moment before the
	 * allocator sees it (per-CPU lists, work items). Who is the last one
	 * standing is not sacrificed for that moment.
	 */
	AFTERMATH_MS = 500,
};

static struct {
	struct oe_episode episode;
	bool open; /* no victim yet: see REOPEN_MS */
	bool fresh; /* the episode has not had its grace yet */
	/* CLOCK_MONOTONIC: jiffies may have wrapped since the last OOM. */
	u64 reopen_until_ns;
	u64 aftermath_until_ns; /* 0 before the first victim */
} handle;

/**
 * oe_handle_classify - what does the kernel want with this call?
 * @call: the call
 *
 * A call is not a kill: the kernel waits for an earlier victim, lets a dying
 * caller finish, or may not kill on behalf of this allocation. Userspace has
 * heard of the emergency already or will when it is one.
 *
 * Context: OOM path, oom_lock held; allocates nothing.
 * Return: &enum oe_purpose.
 */
enum oe_purpose oe_handle_classify(const struct oe_call *call)
{
	bool may_not_kill = call->gfp && !(call->gfp & __GFP_FS) &&
			    !call->domain.memcg;

	if (may_not_kill || oe_tasks_is_dying(current))
		return OE_PURPOSE_NONE;
	/* SysRq asks for one more victim, whatever is going on. */
	if (call->kind != OE_KIND_SYSRQ && oe_victim_is_pending(&call->domain))
		return OE_PURPOSE_WAIT;
	return OE_PURPOSE_KILL;
}

/**
 * oe_handle_is_global - is the whole machine in trouble?
 * @episode: the episode
 *
 * Return: false for a memory cgroup's OOM and for SysRq, where the machine can
 * go on without a victim.
 */
bool oe_handle_is_global(const struct oe_episode *episode)
{
	return episode->call.kind != OE_KIND_MEMCG &&
	       episode->call.kind != OE_KIND_SYSRQ;
}

static bool goes_on(const struct oe_call *call)
{
	const struct oe_call *last = &handle.episode.call;

	/* An operator who asks twice means two. */
	return handle.open && ktime_get_ns() < handle.reopen_until_ns &&
	       last->kind == call->kind && call->kind != OE_KIND_SYSRQ &&
	       last->domain.memcg == call->domain.memcg;
}

static void count_kind(enum oe_kind kind)
{
	if (kind == OE_KIND_MEMCG)
		oe_stat_inc(OE_STAT_oom_memcg);
	else if (kind == OE_KIND_SYSRQ)
		oe_stat_inc(OE_STAT_oom_sysrq);
	else
		oe_stat_inc(OE_STAT_oom_global);
}

/* The path as userspace knows it; takes no mutex, unlike cgroup_path_ns(). */
static void record_path(struct oe_episode *episode)
{
#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg = episode->call.domain.memcg;

	if (memcg)
		cgroup_path(memcg->css.cgroup, episode->memcg_path,
			    sizeof(episode->memcg_path));
#endif
}

/* Step 1: who asks, and why. */
static void record_call(struct oe_episode *episode, const struct oe_call *call)
{
	memset(episode, 0, sizeof(*episode));
	episode->call = *call;
	episode->entered_ns = ktime_get_ns();
	episode->trigger_pid = current->tgid;
	/* The leader's name, as in every list; a torn read is still terminated. */
	strscpy(episode->trigger_comm, current->group_leader->comm,
		sizeof(episode->trigger_comm));
	record_path(episode);
	count_kind(call->kind);
}

/*
 * Step 2: stop the expendable first, and only then release memory. The reserve
 * is of no use to a memory cgroup that is at its own limit.
 */
static void make_room(struct oe_episode *episode)
{
	const struct oe_call *call = &episode->call;
	const struct oe_policy policy = oe_config_policy();

	episode->swap_room = oe_memory_swap_room(call);
	episode->grace_ms = oe_grace_grant(call);
	if (episode->grace_ms)
		oe_hold_begin(&call->domain, &policy);
	if (call->kind != OE_KIND_MEMCG)
		episode->released = oe_reserve_release();
	oe_grace_unboost(episode);
}

static void take_report(const struct oe_episode *episode)
{
	oe_memreport_take(OE_MEMREPORT_OOM, episode->seq,
			  oe_handle_is_global(episode) ? OE_LEVEL_OOM :
							 oe_level_now());
}

/* Step 3: userspace hears before anybody is chosen. */
static void announce(struct oe_episode *episode)
{
	/* Of the machine: a memory cgroup that is full must not overwrite it. */
	bool reported = episode->call.kind != OE_KIND_MEMCG;
	unsigned long ticket;

	/* Ours is the only one that counts. Traced first: the wake-up is seen. */
	episode->seq = oe_notify_wanted() + 1;
	trace_oom_embedded_enter(episode);
	/* Whoever is woken and reads it waits for this one. */
	if (reported)
		oe_memreport_begin(OE_MEMREPORT_OOM);
	oe_notify_wake();
	ticket = oe_report_reconfigure(episode);
	oe_notify_wait(ticket, ANNOUNCE_MS);
	if (reported)
		take_report(episode);
	if (oe_handle_is_global(episode))
		oe_level_enter_oom();
	episode->announced_ns = ktime_get_ns();
}

static void open(struct oe_episode *episode, const struct oe_call *call)
{
	bool enforce = READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE;

	record_call(episode, call);
	if (enforce)
		make_room(episode);
	announce(episode);
	if (enforce)
		oe_signal_groups(&call->domain);
	handle.fresh = enforce;
	handle.open = false;
}

/**
 * oe_handle_begin - steps 1 to 3: record the call, make room, tell userspace
 * @call: the call; its domain stays valid until oe_handle_end()
 *
 * Context: OOM path, oom_lock held; sleeps, bounded; allocates nothing.
 * Return: the episode, to be handed to oe_handle_decide() and oe_handle_end().
 */
struct oe_episode *oe_handle_begin(const struct oe_call *call)
{
	struct oe_episode *episode = &handle.episode;

	if (goes_on(call))
		episode->call = *call;
	else
		open(episode, call);
	episode->mode = READ_ONCE(oe_config.mode);
	return episode;
}

/**
 * oe_handle_grace - step 4: wait for userspace, and for what it gives back
 * @episode: from oe_handle_begin()
 *
 * An episode that goes on has had its chance.
 *
 * Context: OOM path, oom_lock held; sleeps, bounded by grace_ms; allocates
 * nothing.
 * Return: true if memory is back: the episode has ended, and the kernel shall
 * try to allocate again.
 */
bool oe_handle_grace(struct oe_episode *episode)
{
	bool avoided;

	if (!handle.fresh)
		return false;
	handle.fresh = false;
	avoided = oe_grace_spend(episode);
	oe_hold_end();
	if (avoided)
		oe_handle_end(episode, OE_OUTCOME_AVOIDED);
	return avoided;
}

static bool may_unprotect(const struct oe_episode *episode)
{
	return oe_handle_is_global(episode) &&
	       READ_ONCE(oe_config.no_victim_action) == OE_NO_VICTIM_UNPROTECT;
}

/**
 * oe_handle_decide - step 5: choose
 * @episode: from oe_handle_begin()
 *
 * What is eligible may have changed since userspace was told, by its doing.
 *
 * Context: OOM path, oom_lock held; allocates nothing.
 */
void oe_handle_decide(struct oe_episode *episode)
{
	struct oe_decision *decision = &episode->decision;

	episode->policy = oe_config_policy();
	oe_tasks_decide(&episode->call.domain, &episode->policy,
			may_unprotect(episode), decision);
	if (decision->unprotected) {
		oe_stat_inc(OE_STAT_unprotected);
		/* For the guard: everybody below the one given up stays. */
		episode->policy.threshold = decision->victim.rank;
	}
	episode->decided_ns = ktime_get_ns();
	trace_oom_embedded_decide(episode);
	oe_victim_arm();
}

static u64 reopen_ns(enum oe_outcome outcome)
{
	u64 ms = outcome == OE_OUTCOME_NO_VICTIM ? REOPEN_NO_VICTIM_MS :
						   REOPEN_MS;

	return ms * NSEC_PER_MSEC;
}

/**
 * oe_handle_end - step 7: record how it ended
 * @episode: from oe_handle_begin()
 * @outcome: as far as the caller knows; a victim that was marked overrules it
 *
 * Context: OOM path with oom_lock held, or the settling worker in its place;
 * allocates nothing.
 */
void oe_handle_end(struct oe_episode *episode, enum oe_outcome outcome)
{
	struct oe_decision *decision = &episode->decision;
	bool was_open = handle.open;

	if (outcome != OE_OUTCOME_AVOIDED &&
	    oe_victim_marked(decision->task, &episode->killed,
			     &episode->marked_ns))
		outcome = OE_OUTCOME_KILLED;
	if (decision->task) {
		put_task_struct(decision->task);
		decision->task = NULL;
	}
	episode->ended_ns = ktime_get_ns();

	/* Who is short of memory once more after it was back is a new case. */
	handle.open = outcome != OE_OUTCOME_KILLED &&
		      outcome != OE_OUTCOME_AVOIDED;
	handle.reopen_until_ns = episode->ended_ns + reopen_ns(outcome);
	if (outcome == OE_OUTCOME_KILLED) {
		handle.aftermath_until_ns =
			episode->ended_ns + AFTERMATH_MS * (u64)NSEC_PER_MSEC;
		if (episode->acked_ns)
			oe_grace_renew();
	}
	/* The same end once more is no news. */
	if (was_open && outcome == episode->outcome)
		return;
	episode->outcome = outcome;
	trace_oom_embedded_done(episode);
	oe_events_record(episode);
	oe_report_outcome(episode);
}

static bool in_aftermath(void)
{
	return ktime_get_ns() < handle.aftermath_until_ns;
}

/**
 * oe_handle_no_victim - nobody may be chosen: do what the administrator said
 * @episode: from oe_handle_begin()
 *
 * Returns from a global OOM only if a victim has just died.
 *
 * Context: OOM path, oom_lock held.
 * Return: what out_of_memory() shall return: true if the allocation is to be
 * tried again, false if it fails.
 */
bool oe_handle_no_victim(struct oe_episode *episode)
{
	if (oe_handle_is_global(episode) && in_aftermath()) {
		oe_handle_end(episode, OE_OUTCOME_NOT_KILLED);
		return true;
	}
	oe_handle_end(episode, OE_OUTCOME_NO_VICTIM);
	if (!oe_handle_is_global(episode))
		return false;
	if (READ_ONCE(oe_config.no_victim_action) == OE_NO_VICTIM_REBOOT) {
		/*
		 * Not from a panic notifier: those run before kmsg_dump(), so
		 * the log would not reach pstore.
		 */
		panic_timeout = -1;
		panic("oom_embedded: out of memory and nobody may be killed: rebooting\n");
	}
	/* The kernel's own words for its own way out. */
	panic("System is deadlocked on memory\n");
}

/**
 * oe_steer - step 6: let the kernel choose our victim
 * @victim: its group leader; the caller holds a reference, which keeps
 *	victim->signal
 * @was_origin: where to keep what swapoff or KSM may have put there
 *
 * oom_evaluate_task() prefers such a task to all others.
 *
 * Context: OOM path, oom_lock held.
 */
void oe_steer(struct task_struct *victim, bool *was_origin)
{
	*was_origin = victim->signal->oom_flag_origin;
	victim->signal->oom_flag_origin = true;
}

/**
 * oe_unsteer - undo oe_steer()
 * @victim: the same
 * @was_origin: the same
 *
 * Context: any.
 */
void oe_unsteer(struct task_struct *victim, bool was_origin)
{
	victim->signal->oom_flag_origin = was_origin;
}
