// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steering: oom_evaluate_task() prefers a task with oom_flag_origin to all
 * others. swapoff and KSM use the flag, too.
 */
#include "core.h"

#include <linux/oom.h>
#include <linux/sched/signal.h>

#include "oom/steer.h"

/**
 * oe_steer - let the kernel choose our victim
 * @victim: its group leader; the caller holds a reference, which keeps
 *	victim->signal
 * @was_origin: keeps the flag that swapoff or KSM may have set
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
