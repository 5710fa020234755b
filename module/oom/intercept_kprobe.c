// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in on kernels with kprobes: out_of_memory() is wrapped, for the OOM of
 * the machine, of memory cgroups and by SysRq alike.
 */
#include "core.h"

#include <linux/cpuset.h>
#include <linux/memcontrol.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/swap.h>

#include "oom/console.h"
#include "oom/coverage.h"
#include "oom/detour.h"
#include "oom/episode.h"
#include "oom/grace.h"
#include "oom/guard.h"
#include "oom/intercept.h"
#include "oom/others.h"
#include "oom/quiet.h"
#include "oom/redirect.h"
#include "oom/request.h"
#include "oom/settle.h"
#include "tasks.h"
#include "oom/steer.h"

static bool wrapped_oom(struct oom_control *oc);

/* Never runs: its probe sends the CPU to out_of_memory() with the same argument. */
static OE_REDIRECTED bool resume_oom(struct oom_control *oc)
{
	bool ret = true; /* "try again", should the probe be switched off */

	oe_opaque(oc);
	oe_opaque(ret);
	return ret;
}

static struct oe_detour oom_detour = {
	.symbol = "out_of_memory",
	.wrapper = wrapped_oom,
	.resume = resume_oom,
};

/* Callers hold oom_lock, so one of each is enough. */
static struct {
	struct task_struct *caller; /* the task in wrapped_oom() */
	bool asking; /* see ask_others() */
	unsigned long freed; /* by the other OOM notifiers, in pages */
} inside;

static bool call_original(struct oom_control *oc)
{
	bool ret;

	oe_detour_pass(&oom_detour);
	ret = resume_oom(oc);
	oe_detour_passed(&oom_detour);
	return ret;
}

/* Has the module itself made the call that current is in? */
static bool is_module_request(void)
{
	enum oe_kind kind = oe_request_kind();

	return kind == OE_KIND_REQUEST || kind == OE_KIND_EARLY;
}

static enum oe_kind kind_of(const struct oom_control *oc,
			    const struct oe_domain *domain)
{
	if (oc->order == -1)
		return oe_request_kind();
	if (oc->memcg)
		return OE_KIND_MEMCG;
	/* Multi-gen LRU's min_ttl_ms: memory can be had, the working set cannot. */
	if (current_is_kswapd())
		return OE_KIND_THRASH;
	if (domain->nodemask)
		return OE_KIND_MEMPOLICY;
	return domain->cpuset ? OE_KIND_CPUSET : OE_KIND_GLOBAL;
}

/*
 * The result of constrained_alloc(), as far as the choice depends on it. A
 * cpuset is assumed where the caller may not use all nodes. This can only
 * exclude processes whose memory is of no use to the caller.
 */
static void fill_domain(const struct oom_control *oc, struct oe_domain *domain)
{
	*domain = (struct oe_domain){
		.memcg = oc->memcg,
		.totalpages = oe_tasks_totalpages(oc->memcg),
	};
	if (oc->memcg || !oc->zonelist || (oc->gfp_mask & __GFP_THISNODE))
		return;
	if (oc->nodemask && !nodes_subset(node_states[N_MEMORY], *oc->nodemask))
		domain->nodemask = oc->nodemask;
	else
		domain->cpuset = !nodes_subset(node_states[N_MEMORY],
					       cpuset_current_mems_allowed);
}

/*
 * A memory cgroup that comes here without having been prepared (there is no
 * probe on mem_cgroup_out_of_memory()) must not hold oom_lock for long.
 */
static bool may_wait(const struct oom_control *oc, enum oe_kind kind)
{
	return oe_kind_is_asked(kind) ||
	       (kind != OE_KIND_MEMCG && oe_grace_may_wait(oc->gfp_mask));
}

static void fill_call(const struct oom_control *oc, struct oe_call *call)
{
	*call = (struct oe_call){
		.order = oc->order,
		.gfp = oc->gfp_mask,
	};
	fill_domain(oc, &call->domain);
	call->kind = kind_of(oc, &call->domain);
	call->quiet = oe_quiet_now();
	call->may_wait = !call->quiet && may_wait(oc, call->kind);
	call->until_kb = READ_ONCE(oe_config.early_kb);
	if (oc->order == -1)
		oe_request_fill(call);
	call->followed = oc->memcg && oe_intercept_memcg_handles();
}

/*
 * No process may die in this call. The original is called nevertheless: other
 * OOM notifiers may find memory, a dying caller gets access to the reserves.
 * True if the guard had to hold it back, and the result is therefore not *ret.
 */
static bool wants_to_kill(struct oom_control *oc, enum oe_guard_mode mode,
			  bool *ret)
{
	const struct oe_policy policy = oe_config_policy();

	oe_guard_arm(oc, mode, &policy, NULL);
	*ret = call_original(oc);
	if (!oe_guard_disarm())
		return false;
	oc->chosen = NULL;
	return true;
}

/* Without a kill. A victim that was selected, and not killed, is ending anyway. */
static enum oe_outcome outcome_of(const struct oom_control *oc, bool ret)
{
	if (oc->chosen)
		return OE_OUTCOME_VICTIM_PENDING;
	return ret ? OE_OUTCOME_NOT_KILLED : OE_OUTCOME_NO_VICTIM;
}

/*
 * Without a guard the kernel is not asked: if its OOM killer is off it will not
 * follow the choice that is made for it.
 */
static bool ask_kernel(struct oom_control *oc, bool *ret)
{
	return READ_ONCE(oe_config.mode) == OE_MODE_ENFORCE &&
	       oe_guard_available() && !wants_to_kill(oc, OE_GUARD_NOBODY, ret);
}

static bool pass_on(void *ctx, enum oe_purpose purpose, bool *ret)
{
	enum oe_mode mode = READ_ONCE(oe_config.mode);
	struct oom_control *oc = ctx;

	if (purpose == OE_PURPOSE_ASK)
		return ask_kernel(oc, ret);
	oe_stat_inc(OE_STAT_victim_pending);
	/* The kernel did not ask, and is not to choose. */
	if (is_module_request()) {
		*ret = true;
		return true;
	}
	/*
	 * The victim may have gone by now, and the kernel would kill another
	 * process. In mode observe, too, userspace is told before that.
	 */
	if (mode == OE_MODE_OFF ||
	    (mode == OE_MODE_OBSERVE && purpose != OE_PURPOSE_WAIT)) {
		*ret = call_original(oc);
		return true;
	}
	if (!oe_guard_available()) {
		/*
		 * The kernel would also retry, unless the victim exits before
		 * it looks: then it would select on its own.
		 */
		*ret = purpose == OE_PURPOSE_WAIT || call_original(oc);
		return true;
	}
	return !wants_to_kill(oc,
			      purpose == OE_PURPOSE_WAIT ? OE_GUARD_PENDING :
							   OE_GUARD_NOBODY,
			      ret);
}

/*
 * Calls the original for its OOM notifiers only: the module's own, which is the
 * last, keeps it from going further (oe_intercept_kprobe_asked()). As in the
 * kernel, SysRq does not care what they find, and a memory cgroup does not ask.
 */
static bool ask_others(void *ctx)
{
	struct oom_control *oc = ctx;

	if (oc->memcg || oc->order == -1 || !oe_others_exist())
		return false;
	inside.freed = 0;
	inside.asking = true;
	call_original(oc);
	inside.asking = false;
	return inside.freed;
}

static bool leave_to_kernel(void *ctx, struct oe_episode *episode)
{
	struct oom_control *oc = ctx;
	bool ret = call_original(oc);

	oe_episode_end(episode, outcome_of(oc, ret));
	return ret;
}

/* Inline: a line less in the kernel's report, see Kbuild. */
static __always_inline bool kill_ours(struct oom_control *oc,
				      struct oe_episode *episode)
{
	struct task_struct *victim = episode->decision.task;
	struct oe_policy policy = episode->policy;
	int console_level;
	bool was_origin;
	bool ret;

	/* Rankings below the one given up stay protected. */
	if (episode->decision.unprotected)
		policy.threshold = episode->decision.set_rank;
	oe_steer(victim, &was_origin);
	oe_guard_arm(oc, OE_GUARD_VICTIM, &policy, victim);
	console_level = oe_console_hush();
	ret = call_original(oc);
	oe_console_restore(console_level);
	oe_guard_disarm();
	oe_unsteer(victim, was_origin);
	oe_episode_end(episode, outcome_of(oc, ret));
	return ret;
}

static bool kill_nobody(void *ctx, struct oe_episode *episode)
{
	struct oom_control *oc = ctx;
	bool ret = false;

	if (oe_guard_available() && !wants_to_kill(oc, OE_GUARD_NOBODY, &ret) &&
	    ret) {
		oe_episode_end(episode, outcome_of(oc, ret));
		return ret;
	}
	return oe_episode_no_victim(episode);
}

static const struct oe_way kprobe_way = {
	.pass_on = pass_on,
	.ask_others = ask_others,
	.leave = leave_to_kernel,
	.kill_nobody = kill_nobody,
};

/* A request of the module, made before the mode became off. */
static bool is_withdrawn(void)
{
	return READ_ONCE(oe_config.mode) == OE_MODE_OFF && is_module_request();
}

/* Inline, for the same reason. */
static __always_inline bool handle_oom(struct oom_control *oc)
{
	struct oe_episode *episode;
	struct oe_call call;
	bool ret;

	if (is_withdrawn())
		return true;
	oe_settle();
	fill_call(oc, &call);
	ret = oe_episode_run(&call, &kprobe_way, oc, &episode);
	if (episode) {
		ret = kill_ours(oc, episode);
		oe_episode_leave(&call, episode);
	}
	return ret;
}

/* Runs instead of out_of_memory(), in the caller's process context; may sleep. */
static bool wrapped_oom(struct oom_control *oc)
{
	bool ret;

	oe_detour_enter(&oom_detour);
	WRITE_ONCE(inside.caller, current);
	oe_coverage_saw(OE_COVER_OOM);
	if (oc->memcg && !oe_intercept_memcg_handles() &&
	    !oe_intercept_memcg_let_by())
		oe_coverage_missed(OE_COVER_WINDOW);
	ret = handle_oom(oc);
	WRITE_ONCE(inside.caller, NULL);
	oe_detour_leave(&oom_detour);
	return ret;
}

/**
 * oe_intercept_kprobe_handles - has current's OOM call been wrapped?
 *
 * Context: OOM path.
 * Return: true inside the original that wrapped_oom() has called.
 */
bool oe_intercept_kprobe_handles(void)
{
	return READ_ONCE(inside.caller) == current;
}

/**
 * oe_intercept_kprobe_let_by - may it have been let by, because of mode=off?
 *
 * Context: OOM path, if oe_intercept_kprobe_handles() is false.
 * Return: true if so; then it says nothing about the coverage.
 */
bool oe_intercept_kprobe_let_by(void)
{
	return oe_detour_has_let_by(&oom_detour);
}

/**
 * oe_intercept_kprobe_asked - the other OOM notifiers have been called
 * @freed: the pages that they found; raised if the kernel shall stop here, 0 if
 *	it shall go on
 *
 * Context: OOM notifier, in a call for which oe_intercept_kprobe_handles().
 */
void oe_intercept_kprobe_asked(unsigned long *freed)
{
	/* Before Linux 5.18 that would end the call of SysRq, too. */
	if (is_module_request())
		*freed = 0;
	if (!inside.asking)
		return;
	inside.freed = *freed;
	*freed = max(*freed, 1UL);
}

/**
 * oe_intercept_kprobe_init - wrap out_of_memory(), and guard its kills
 *
 * Redirects that are in place already stay.
 *
 * Context: module init, or a worker that tries again; may sleep.
 * Return: 0; -EAGAIN if more may be possible later, because something is switched
 * off or redirected by others; or the errno that says why it cannot be done here.
 */
int oe_intercept_kprobe_init(void)
{
	int err_guard;
	int err;

	if (oom_detour.active)
		return oe_guard_register();
	err = oe_redirect_init();
	if (err)
		return err;
	err_guard = oe_guard_register();
	err = oe_detour_register(&oom_detour);
	if (err) {
		oe_guard_unregister();
		oe_redirect_exit();
		return err == -EBUSY ? -EAGAIN : err;
	}
	oe_coverage_provide(OE_COVER_OOM, &oom_detour.enter);
	return err_guard;
}

/**
 * oe_intercept_kprobe_exit - unwrap out_of_memory(), also in the middle of an OOM
 *
 * Context: module exit, may sleep.
 */
void oe_intercept_kprobe_exit(void)
{
	if (!oom_detour.active)
		return;
	oe_coverage_provide(OE_COVER_OOM, NULL);
	oe_detour_unregister(&oom_detour);
	oe_guard_unregister();
	oe_redirect_exit();
}
