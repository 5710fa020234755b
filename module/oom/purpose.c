// SPDX-License-Identifier: GPL-2.0-only
/*
 * The purpose of a call of the kernel for a victim: is it to kill one?
 */
#include "core.h"

#include <linux/gfp.h>
#include <linux/sched.h>

#include "oom/domain.h"
#include "oom/pending.h"
#include "oom/purpose.h"
#include "tasks.h"

/**
 * oe_purpose_of - the purpose of a call
 * @call: the call
 *
 * Not each call leads to a kill: the kernel waits for an earlier victim, lets a
 * dying caller finish, or may not kill on behalf of this allocation.
 *
 * Context: OOM path; takes task locks only.
 * Return: &enum oe_purpose.
 */
enum oe_purpose oe_purpose_of(const struct oe_call *call)
{
	bool may_not_kill = call->gfp && !(call->gfp & __GFP_FS) &&
			    call->kind != OE_KIND_MEMCG;

	if (may_not_kill || oe_tasks_is_dying(current))
		return OE_PURPOSE_NONE;
	/* SysRq asks for one more victim, whatever is going on. */
	if (call->kind != OE_KIND_SYSRQ && !call->past_victims &&
	    oe_pending_in(&call->domain))
		return OE_PURPOSE_WAIT;
	/*
	 * These ask again before they have seen what the last kill brought; but
	 * not a call that has waited for its victim to end by itself.
	 */
	if ((call->kind == OE_KIND_THRASH || call->kind == OE_KIND_EARLY) &&
	    !call->insists && oe_domain_machine_in_aftermath())
		return OE_PURPOSE_WAIT;
	return call->quiet ? OE_PURPOSE_ASK : OE_PURPOSE_KILL;
}
