// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in on kernels with kprobes: out_of_memory() is wrapped.
 *
 * A probe on its entry sends the CPU to wrapped(), which therefore runs in its
 * stead, in the caller's process context, with the caller's argument and return
 * address: for global, memory cgroup and SysRq OOM alike. To go on, it calls
 * resume_original(), whose own probe sends the CPU back to out_of_memory();
 * the first probe recognises the caller and lets it pass. No indirect call, so
 * nothing for CFI or IBT to object to, and wrapped() sees the result.
 */
#include "core.h"

#include <linux/cpuset.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "oom/guard.h"
#include "oom/episode.h"
#include "oom/intercept.h"
#include "oom/redirect.h"
#include "tasks.h"

enum {
	LEAVE_POLL_MS = 20,
};

static bool wrapped(struct oom_control *oc);

static struct {
	bool active;
	struct kprobe enter;
	struct kprobe resume;
	unsigned long original; /* where resume_original() really goes */
	/* Who is in wrapped(): one is enough, callers hold oom_lock. */
	struct task_struct *caller;
	/*
	 * Tasks that were sent to wrapped() and have not left it. Counted
	 * where they are sent, so that a task on its way is not overlooked.
	 */
	atomic_t nr_inside;
} kprobe;

/* Never runs: its probe sends the CPU to out_of_memory() with the same argument. */
static OE_REDIRECTED bool resume_original(struct oom_control *oc)
{
	int ret = 0;

	oe_opaque(oc);
	oe_opaque(ret);
	return ret;
}

static int on_enter(struct kprobe *probe, struct pt_regs *regs)
{
	if (READ_ONCE(kprobe.caller) == current)
		return 0;
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF)
		return 0;
	atomic_inc(
		&kprobe.nr_inside); /* pairs with oe_intercept_kprobe_exit() */
	instruction_pointer_set(regs, (unsigned long)wrapped);
	return 1;
}
NOKPROBE_SYMBOL(on_enter);

static int on_resume(struct kprobe *probe, struct pt_regs *regs)
{
	instruction_pointer_set(regs, kprobe.original);
	return 1;
}
NOKPROBE_SYMBOL(on_resume);

static enum oe_kind kind_of(const struct oom_control *oc,
			    const struct oe_domain *domain)
{
	if (oc->order == -1)
		return OE_KIND_SYSRQ;
	if (oc->memcg)
		return OE_KIND_MEMCG;
	if (domain->nodemask)
		return OE_KIND_MEMPOLICY;
	return domain->cpuset ? OE_KIND_CPUSET : OE_KIND_GLOBAL;
}

/*
 * What constrained_alloc() will find, as far as its result matters to us. A
 * cpuset is assumed where the caller may not use all nodes, which can only
 * leave out processes that have nothing to give to it.
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

static void fill_call(const struct oom_control *oc, struct oe_call *call)
{
	fill_domain(oc, &call->domain);
	call->kind = kind_of(oc, &call->domain);
	call->order = oc->order;
	call->gfp = oc->gfp_mask;
}

/*
 * Nobody may die in this call. The original is called all the same: other OOM
 * notifiers may find memory, a dying caller gets access to the reserves. True
 * if the guard had to hold it back, and the result is therefore not *ret.
 */
static bool wants_to_kill(struct oom_control *oc, enum oe_guard_mode mode,
			  bool *ret)
{
	const struct oe_policy policy = oe_config_policy();

	oe_guard_arm(oc, mode, &policy, NULL);
	*ret = resume_original(oc);
	if (!oe_guard_disarm())
		return false;
	oc->chosen = NULL;
	return true;
}

static enum oe_outcome outcome_of(const struct oom_control *oc, bool ret)
{
	if (oc->chosen == (void *)-1UL)
		return OE_OUTCOME_VICTIM_PENDING;
	return ret ? OE_OUTCOME_NOT_KILLED : OE_OUTCOME_NO_VICTIM;
}

static bool kill_ours(struct oom_control *oc, struct oe_episode *episode)
{
	struct task_struct *victim = episode->decision.task;
	bool was_origin;
	bool ret;

	oe_steer(victim, &was_origin);
	oe_guard_arm(oc, OE_GUARD_VICTIM, &episode->policy, victim);
	ret = resume_original(oc);
	oe_guard_disarm();
	oe_unsteer(victim, was_origin);
	oe_handle_end(episode, outcome_of(oc, ret));
	return ret;
}

static bool kill_nobody(struct oom_control *oc, struct oe_episode *episode)
{
	bool ret = false;

	if (oe_guard_available() && !wants_to_kill(oc, OE_GUARD_NOBODY, &ret) &&
	    ret) {
		oe_handle_end(episode, outcome_of(oc, ret));
		return ret;
	}
	return oe_handle_no_victim(episode);
}

/* The call is not an episode. False if it is one after all. */
static bool pass_on(struct oom_control *oc, enum oe_purpose purpose, bool *ret)
{
	oe_stat_inc(OE_STAT_victim_pending);
	if (READ_ONCE(oe_config.mode) != OE_MODE_ENFORCE) {
		*ret = resume_original(oc);
		return true;
	}
	if (!oe_guard_available()) {
		/*
		 * The kernel would try again, too, unless the victim is through
		 * before it looks: then it would select without us.
		 */
		*ret = purpose == OE_PURPOSE_WAIT || resume_original(oc);
		return true;
	}
	return !wants_to_kill(oc,
			      purpose == OE_PURPOSE_WAIT ? OE_GUARD_PENDING :
							   OE_GUARD_NOBODY,
			      ret);
}

static bool handle_call(struct oom_control *oc)
{
	struct oe_episode *episode;
	enum oe_purpose purpose;
	struct oe_call call;
	bool ret;

	oe_intercept_settle();
	fill_call(oc, &call);
	purpose = oe_handle_classify(&call);
	if (purpose != OE_PURPOSE_KILL && pass_on(oc, purpose, &ret))
		return ret;

	episode = oe_handle_begin(&call);
	if (oe_handle_grace(episode))
		return true;
	oe_handle_decide(episode);
	if (episode->mode != OE_MODE_ENFORCE) {
		ret = resume_original(oc);
		oe_handle_end(episode, outcome_of(oc, ret));
		return ret;
	}
	if (episode->decision.task)
		return kill_ours(oc, episode);
	return kill_nobody(oc, episode);
}

/* Runs instead of out_of_memory(), in the caller's process context; may sleep. */
static bool wrapped(struct oom_control *oc)
{
	bool ret;

	WRITE_ONCE(kprobe.caller, current); /* read by on_enter() */
	if (oe_intercept_is_silent())
		ret = resume_original(oc);
	else
		ret = handle_call(oc);
	WRITE_ONCE(kprobe.caller, NULL);
	/* Pairs with oe_intercept_kprobe_exit(). */
	atomic_dec(&kprobe.nr_inside);
	return ret;
}

/**
 * oe_intercept_kprobe_active - is out_of_memory() wrapped?
 *
 * Return: true if it is.
 */
bool oe_intercept_kprobe_active(void)
{
	return READ_ONCE(kprobe.active);
}

/**
 * oe_intercept_kprobe_handles - has current's OOM call been wrapped?
 *
 * Context: OOM path.
 * Return: true inside the original that wrapped() has called.
 */
bool oe_intercept_kprobe_handles(void)
{
	return READ_ONCE(kprobe.caller) == current;
}

/**
 * oe_intercept_kprobe_init - wrap out_of_memory()
 *
 * Context: module init, may sleep.
 * Return: 0, or the errno that says why it cannot be done here.
 */
int oe_intercept_kprobe_init(void)
{
	int err;

	err = oe_redirect_init();
	if (err)
		return err;
	kprobe.resume = (struct kprobe){
		.addr = (kprobe_opcode_t *)resume_original,
		.pre_handler = on_resume,
	};
	err = oe_redirect_register(&kprobe.resume);
	if (err)
		return err;
	oe_guard_register();
	kprobe.enter = (struct kprobe){
		.symbol_name = "out_of_memory",
		.pre_handler = on_enter,
		/* Enabled below, when it is known where to resume. */
		.flags = KPROBE_FLAG_DISABLED,
	};
	err = oe_redirect_register(&kprobe.enter);
	if (err)
		goto err_unregister_guard;
	kprobe.original = (unsigned long)kprobe.enter.addr;
	err = enable_kprobe(&kprobe.enter);
	if (err)
		goto err_unregister_enter;
	WRITE_ONCE(kprobe.active, true);
	return 0;

err_unregister_enter:
	unregister_kprobe(&kprobe.enter);
err_unregister_guard:
	oe_guard_unregister();
	unregister_kprobe(&kprobe.resume);
	return err;
}

/**
 * oe_intercept_kprobe_exit - unwrap out_of_memory(), also in the middle of an OOM
 *
 * Unregistering a probe does not wait for a task that it has sent to us. Such
 * tasks are counted, and after the last one has counted itself out it may
 * still have its last instructions in wrapped() before it, which
 * synchronize_rcu_tasks() waits for.
 *
 * Context: module exit, may sleep.
 */
void oe_intercept_kprobe_exit(void)
{
	if (!kprobe.active)
		return;
	WRITE_ONCE(kprobe.active, false);
	unregister_kprobe(&kprobe.enter);
	/* Every wait inside is bounded. */
	while (atomic_read(&kprobe.nr_inside))
		msleep(LEAVE_POLL_MS);
	synchronize_rcu_tasks();
	oe_guard_unregister();
	unregister_kprobe(&kprobe.resume);
}
