// SPDX-License-Identifier: GPL-2.0-only
/*
 * The conductor: the seven steps between the kernel's running out of memory and
 * the death of a process.
 *
 *	1 record	the asking task, and why it asks
 *	2 make room	hold the expendable, release the reserve
 *	3 announce	count, wake the pollers, uevent, signals
 *	4 window	wait for userspace, or for memory
 *	5 choose	under the policy of this moment
 *	6 kill		the kernel kills, or no_victim_action
 *	7 end		record how it ended
 *
 * All of it runs in the process that failed to allocate. For the machine all
 * seven steps are oe_episode_run(), with oom_lock held. A memory cgroup takes
 * the first four before it asks for oom_lock (oe_episode_prepare()), so that its
 * window holds up nobody else.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "lib/gate.h"
#include "memory/headroom.h"
#include "memory/reserve.h"
#include "notify.h"
#include "oom/announce.h"
#include "oom/choose.h"
#include "oom/domain.h"
#include "oom/episode.h"
#include "oom/grace.h"
#include "oom/hold.h"
#include "oom/outcome.h"
#include "oom/purpose.h"
#include "oom/request.h"
#include "oom/quiet.h"
#include "oom/sequel.h"
#include "oom/signal.h"
#include "oom/victim.h"
#include "record/decisions.h"
#include "record/memory_report.h"
#include "tasks.h"

#include "trace.h"

enum {
	/* Between two tries of a caller in a cgroup that nobody can leave. */
	RETRY_MAX_MS = 100,
	RETRY_SHORT_MS = 4,
};

static struct oe_domain_state *state_of(struct oe_episode *episode)
{
	return container_of(episode, struct oe_domain_state, episode);
}

/* With thrash kswapd wants a victim although memory can be had. */
static bool needs_victim(const struct oe_episode *episode)
{
	return oe_episode_is_global(episode) &&
	       episode->call.kind != OE_KIND_THRASH;
}

/*
 * On the way into suspend the allocation fails instead: userspace, which asks
 * for memory, is about to be frozen.
 */
static bool is_fatal(const struct oe_episode *episode)
{
	return needs_victim(episode) && !oe_quiet_for(episode);
}

/* Step 1: record the caller and the reason. */
static void record_call(struct oe_episode *episode, const struct oe_call *call)
{
	memset(episode, 0, sizeof(*episode));
	episode->call = *call;
	episode->entered_ns = ktime_get_ns();
	episode->trigger_pid = current->tgid;
	/* The leader's name, as in every list; a torn read is still terminated. */
	strscpy(episode->trigger_comm, current->group_leader->comm,
		sizeof(episode->trigger_comm));
	oe_count_call(call);
}

/*
 * Step 2: stop the expendable first, and only then release memory. The reserve
 * is of no use to a memory cgroup that is at its own limit.
 */
static void make_room(struct oe_domain_state *state)
{
	struct oe_episode *episode = &state->episode;
	const struct oe_call *call = &episode->call;
	const struct oe_policy policy = oe_config_policy();

	episode->swap_room = oe_memory_swap_room(call);
	/* In quiet mode, too: this refills the budget, which step 4 charges. */
	episode->grace_ms = oe_grace_grant(&state->budget, call);
	/* The reserve is for programs that are told. */
	if (call->quiet)
		return;
	if (episode->grace_ms)
		oe_hold_begin(&call->domain, &policy, state);
	if (!oe_call_is_of_cgroup(call))
		episode->released = oe_reserve_release();
	oe_grace_unboost(episode);
}

static void open_episode(struct oe_domain_state *state,
			 const struct oe_call *call)
{
	enum oe_mode mode = READ_ONCE(oe_config.mode);
	bool enforce = mode == OE_MODE_ENFORCE;

	record_call(&state->episode, call);
	state->episode.mode = mode;
	if (enforce)
		make_room(state);
	oe_announce(&state->episode);
	if (enforce && !call->quiet)
		oe_signal_groups(&call->domain);
	state->fresh = enforce;
	state->open = false;
	state->nr_retries = 0;
}

/* Steps 1 to 3, unless userspace has been told of this emergency already. */
static void begin_episode(struct oe_domain_state *state,
			  const struct oe_call *call)
{
	if (oe_sequel_goes_on(state, call)) {
		state->episode.call = *call;
	} else {
		oe_gate_enter();
		open_episode(state, call);
		oe_gate_leave();
	}
	state->chosen = false;
	state->ended = false;
}

/*
 * Step 4: wait for userspace, and for what it gives back. An episode that goes
 * on has had its window. True if memory is back: the episode has ended, and the
 * kernel shall try to allocate again.
 */
static bool spend_window(struct oe_domain_state *state)
{
	bool avoided;

	if (!state->fresh)
		return false;
	state->fresh = false;
	avoided = oe_grace_spend(state);
	oe_hold_end(state);
	if (avoided)
		oe_episode_end(&state->episode, OE_OUTCOME_AVOIDED);
	return avoided;
}

static bool may_unprotect(const struct oe_domain_state *state)
{
	const struct oe_episode *episode = &state->episode;

	if (state->in_aftermath)
		return false;
	if (episode->call.kind == OE_KIND_MEMCG)
		return READ_ONCE(oe_config.memcg_no_victim_action) ==
		       OE_MEMCG_UNPROTECT;
	return needs_victim(episode) &&
	       state->no_victim_action == OE_NO_VICTIM_UNPROTECT;
}

/*
 * Step 5: choose. All that is said about who may die, and about the case that
 * nobody may, is read here, and holds until the end.
 */
static void choose_victim(struct oe_domain_state *state)
{
	bool may_refuse;

	oe_gate_enter();
	state->in_aftermath = oe_sequel_in_aftermath(state);
	state->episode.mode = READ_ONCE(oe_config.mode);
	state->no_victim_action = READ_ONCE(oe_config.no_victim_action);
	/* A memory cgroup's OOM ends only with a victim. */
	may_refuse = is_fatal(&state->episode) &&
		     state->no_victim_action != OE_NO_VICTIM_UNPROTECT;
	oe_choose_victim(state, may_unprotect(state), may_refuse);
	oe_gate_leave();
	oe_victim_expect(state->episode.decision.task);
	if (!oe_call_is_of_cgroup(&state->episode.call))
		oe_memreport_victim(&state->episode.decision.victim);
}

/* The kernel did not ask: there is nothing to leave to it. */
static bool only_observes(const struct oe_episode *episode)
{
	return episode->mode != OE_MODE_ENFORCE &&
	       oe_kind_is_asked(episode->call.kind) &&
	       episode->call.kind != OE_KIND_SYSRQ;
}

/* Step 6: kill, or leave it to the kernel, or find that nobody may die. */
static bool kill_victim(struct oe_episode *episode, const struct oe_way *way,
			void *ctx, struct oe_episode **to_kill)
{
	if (only_observes(episode)) {
		oe_episode_end(episode, OE_OUTCOME_NOT_KILLED);
		return true;
	}
	if (episode->mode != OE_MODE_ENFORCE)
		return way->leave(ctx, episode);
	if (episode->decision.task && episode->call.term_first) {
		oe_request_terminate(episode);
		oe_episode_end(episode, OE_OUTCOME_SIGTERM);
		return true;
	}
	if (episode->decision.task) {
		*to_kill = episode;
		return false;
	}
	return way->kill_nobody(ctx, episode);
}

/* Of the process that died; the command line also of one that is to end by SIGTERM. */
static void record_end(const struct oe_episode *episode)
{
	bool killed = episode->outcome == OE_OUTCOME_KILLED;
	bool said = killed || episode->outcome == OE_OUTCOME_SIGTERM;

	oe_events_record(episode, killed ? oe_victim_cgroup() : "",
			 said ? oe_victim_arguments() : "");
}

/* An OOM of a memory cgroup has no report. */
static void take_report(const struct oe_episode *episode)
{
	if (oe_call_is_of_cgroup(&episode->call))
		return;
	if (episode->killed.pid)
		oe_memreport_victim(&episode->killed);
	oe_memreport_take(OE_MEMREPORT_OOM);
}

/**
 * oe_episode_end - step 7: record how it ended
 * @episode: handed to a way in by oe_episode_run()
 * @outcome: as far as the caller knows; a victim that was killed overrules it
 *
 * Context: OOM path, or the settling worker in its place; allocates nothing.
 */
void oe_episode_end(struct oe_episode *episode, enum oe_outcome outcome)
{
	struct oe_domain_state *state = state_of(episode);
	struct oe_decision *decision = &episode->decision;
	bool was_open = state->open;
	bool marked = state->chosen && oe_victim_is_marked(decision->task);

	if (marked && oe_victim_take(decision->task, &episode->killed,
				     &episode->marked_ns))
		outcome = OE_OUTCOME_KILLED;
	take_report(episode);
	if (decision->task) {
		put_task_struct(decision->task);
		decision->task = NULL;
	}
	episode->ended_ns = ktime_get_ns();
	state->ended = true;
	oe_sequel_remember(state, outcome, marked);
	/* Memory of a process was asked for: it comes, whoever has ended that one. */
	oe_request_ended(marked ? OE_OUTCOME_KILLED : outcome);
	/* Already reported with this outcome. */
	if (was_open && outcome == episode->outcome)
		return;
	episode->outcome = outcome;
	trace_oom_embedded_done(episode);
	record_end(episode);
	oe_count_outcome(episode);
	/* A slow console must not hold up those who wait for oom_lock. */
	if (episode->call.followed)
		state->unreported = true;
	else
		oe_report_outcome(episode);
}

/**
 * oe_episode_no_victim - no process may be chosen: take the configured action
 * @episode: handed to a way in by oe_episode_run()
 *
 * Returns from an OOM of the machine only if a victim has just died, if it was
 * for thrash, or if the machine is about to be suspended.
 *
 * Context: OOM path, oom_lock held.
 * Return: the result of out_of_memory(): true if the allocation is to be
 * tried again, false if it fails.
 */
bool oe_episode_no_victim(struct oe_episode *episode)
{
	if (episode->call.kind != OE_KIND_SYSRQ &&
	    state_of(episode)->in_aftermath) {
		oe_episode_end(episode, OE_OUTCOME_NOT_KILLED);
		return true;
	}
	oe_episode_end(episode, OE_OUTCOME_NO_VICTIM);
	/*
	 * As the kernel does with its OOM killer off. It warns if a
	 * __GFP_NOFAIL allocation fails.
	 */
	if (oe_quiet_for(episode))
		return !!(episode->call.gfp & __GFP_NOFAIL);
	if (!is_fatal(episode))
		return false;
	if (state_of(episode)->no_victim_action == OE_NO_VICTIM_REBOOT) {
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

/* Steps 5 to 7. */
static bool decide_and_kill(struct oe_domain_state *state,
			    const struct oe_way *way, void *ctx,
			    struct oe_episode **to_kill)
{
	choose_victim(state);
	return kill_victim(&state->episode, way, ctx, to_kill);
}

/* All seven steps. */
static bool conduct_episode(struct oe_domain_state *state,
			    const struct oe_call *call,
			    const struct oe_way *way, void *ctx,
			    struct oe_episode **to_kill)
{
	begin_episode(state, call);
	return spend_window(state) || decide_and_kill(state, way, ctx, to_kill);
}

/**
 * oe_episode_run - a call of the kernel for a victim, from entry to result
 * @call: the call; its domain stays valid until the episode has ended
 * @way: how it came in
 * @ctx: for @way
 * @to_kill: set to the episode whose decision.task the caller has to have
 *	killed, before oe_episode_leave(); it ends the episode, at once or when
 *	it is known how it went. NULL: nothing is left to do
 *
 * The caller itself kills: the kernel's report has a line for each function on
 * the stack, and the kernel searches all symbols of the module for each line.
 * If @call is followed by oe_episode_finish(), the end is reported there.
 *
 * Context: OOM path, oom_lock held; sleeps, bounded; allocates nothing.
 * Return: without @to_kill the result of out_of_memory(): true if the kernel is
 * to try the allocation again.
 */
bool oe_episode_run(const struct oe_call *call, const struct oe_way *way,
		    void *ctx, struct oe_episode **to_kill)
{
	enum oe_purpose purpose = oe_purpose_of(call);
	struct oe_domain_state *state;
	bool ret;

	*to_kill = NULL;
	if (purpose != OE_PURPOSE_KILL && way->pass_on(ctx, purpose, &ret))
		return ret;
	state = oe_domain_owned(call);
	if (state) /* oe_episode_prepare() has taken the first four steps. */
		return decide_and_kill(state, way, ctx, to_kill);
	/*
	 * The victim that the caller was to wait for has ended. The caller tries
	 * again, and has its window before it takes oom_lock.
	 */
	if (call->followed && !call->quiet)
		return true;
	if (way->ask_others && way->ask_others(ctx))
		return true;
	state = oe_domain_claim(call);
	if (!state) /* Another member is in its window: bounded, so try again. */
		return true;
	ret = conduct_episode(state, call, way, ctx, to_kill);
	if (!*to_kill)
		oe_episode_leave(call, &state->episode);
	return ret;
}

/**
 * oe_episode_leave - give the domain up after a kill
 * @call: the call
 * @episode: that of oe_episode_run(); it has ended, or is settled later
 *
 * Context: OOM path, oom_lock held.
 */
void oe_episode_leave(const struct oe_call *call, struct oe_episode *episode)
{
	if (!call->followed)
		oe_domain_release(state_of(episode));
}

/* Sleeps a little longer with each try, as long as nobody may be chosen. */
static void pause_caller(const struct oe_call *call, unsigned int nr_retries)
{
	unsigned int most = call->may_wait ? RETRY_MAX_MS : RETRY_SHORT_MS;
	unsigned int ms = min(1U << min(nr_retries, 16U), most);

	schedule_timeout_killable(msecs_to_jiffies(ms));
}

static void leave_followed(struct oe_domain_state *state)
{
	if (state->unreported)
		oe_report_outcome(&state->episode);
	state->unreported = false;
	oe_domain_release(state);
}

/**
 * oe_episode_prepare - steps 1 to 4 of a memory cgroup's OOM
 * @call: the call
 *
 * One member of the cgroup goes through them; others that come meanwhile wait
 * for it. A caller that cannot wait, because of what it holds, ends the window
 * of the one that is inside.
 *
 * Context: a memory cgroup's OOM, before oom_lock is taken; sleeps, bounded;
 * allocates nothing.
 * Return: true if memory is back, and oom_lock need not be taken. Otherwise the
 * kernel's own function is to be called, and then oe_episode_finish().
 */
bool oe_episode_prepare(const struct oe_call *call)
{
	struct oe_domain_state *state;

	if (oe_purpose_of(call) != OE_PURPOSE_KILL)
		return false;
	state = oe_domain_claim(call);
	if (!state) {
		if (!call->may_wait)
			oe_domain_hurry(call);
		oe_domain_wait(call,
			       READ_ONCE(oe_config.grace_ms) + OE_ANNOUNCE_MS);
		return false;
	}
	/* The last owner may have killed since we looked. */
	if (oe_purpose_of(call) != OE_PURPOSE_KILL) {
		oe_domain_release(state);
		return false;
	}
	begin_episode(state, call);
	if (!spend_window(state))
		return false;
	leave_followed(state);
	return true;
}

/* The kernel found memory, or a signal, and did not call for a victim. */
static enum oe_outcome outcome_without_call(const struct oe_call *call)
{
	return oe_memory_is_back(call, 0) ? OE_OUTCOME_AVOIDED :
					    OE_OUTCOME_NOT_KILLED;
}

/**
 * oe_episode_finish - the kernel's own function has come back
 * @call: the same as for oe_episode_prepare()
 *
 * Context: as oe_episode_prepare(), oom_lock not held; sleeps for at most
 * 100 ms if nobody may be chosen in the cgroup.
 */
void oe_episode_finish(const struct oe_call *call)
{
	struct oe_domain_state *state = oe_domain_owned(call);
	unsigned int nr_retries;

	if (!state)
		return;
	if (!state->ended)
		oe_episode_end(&state->episode, outcome_without_call(call));
	nr_retries = state->nr_retries;
	leave_followed(state);
	if (nr_retries)
		pause_caller(call, nr_retries);
}
