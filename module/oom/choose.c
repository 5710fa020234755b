// SPDX-License-Identifier: GPL-2.0-only
/*
 * Step 5 of an episode: choose, under the policy of this moment. Userspace may
 * have changed rankings and ended processes since it was told.
 */
#include "core.h"

#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "memory/available.h"
#include "oom/choose.h"
#include "oom/domain.h"
#include "oom/victim.h"
#include "tasks/decide.h"
#include "trace.h"

enum {
	/*
	 * Victims in a row that are allowed while the memory is in no process.
	 */
	IN_VAIN_MAX = 2,
	/* After this long without such a victim, counting begins anew. */
	IN_VAIN_MS = 10000,
};

/*
 * SysRq asks for a victim, not for memory. The kernel does not tell how much of a
 * subset of the nodes is in use.
 */
static unsigned long used_pages(const struct oe_call *call)
{
#ifdef CONFIG_MEMCG
	if (call->domain.memcg)
		return page_counter_read(&call->domain.memcg->memory);
#endif
	return call->kind == OE_KIND_GLOBAL ? oe_used_pages() : 0;
}

/* Would one more process die for memory that its end does not free? */
static bool is_in_vain(struct oe_domain_state *state)
{
	const struct oe_decision *decision = &state->episode.decision;
	u64 now_ns = ktime_get_ns();

	if (!decision->elsewhere || now_ns > state->in_vain_until_ns)
		state->nr_in_vain = 0;
	if (!decision->elsewhere || !decision->task ||
	    decision->victim.pid == current->tgid)
		return false;
	state->in_vain_until_ns = now_ns + IN_VAIN_MS * (u64)NSEC_PER_MSEC;
	return state->nr_in_vain++ >= IN_VAIN_MAX;
}

static void choose_nobody(struct oe_decision *decision)
{
	put_task_struct(decision->task);
	decision->task = NULL;
	decision->victim = (struct oe_process){};
	decision->runner_up = (struct oe_process){};
	decision->why = OE_WHY_ELSEWHERE;
}

/**
 * oe_choose_victim - step 5 of an episode
 * @state: the domain of the episode
 * @unprotect: give up a protected process if no other may be chosen
 * @may_refuse: choose nobody, rather than one more process in vain
 *
 * Context: OOM path, oom_lock held; allocates nothing.
 */
void oe_choose_victim(struct oe_domain_state *state, bool unprotect,
		      bool may_refuse)
{
	struct oe_episode *episode = &state->episode;
	struct oe_decision *decision = &episode->decision;

	episode->policy = oe_config_policy();
	episode->call.domain.used = used_pages(&episode->call);
	oe_decide_victim(&episode->call.domain, &episode->policy, unprotect,
			 decision);
	if (is_in_vain(state) && may_refuse)
		choose_nobody(decision);
	episode->decided_ns = ktime_get_ns();
	trace_oom_embedded_decide(episode);
	oe_victim_arm();
	state->chosen = true;
}
