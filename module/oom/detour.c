// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function of the kernel, wrapped.
 *
 * A probe on its entry sends the CPU to the wrapper, which therefore runs in its
 * stead, in the caller's process context, with the caller's arguments and return
 * address. To go on, the wrapper calls a function of ours, whose own probe sends
 * the CPU back to the original. The first probe knows the task and lets it pass.
 * No indirect call, so nothing for CFI or IBT to object to, and the wrapper sees
 * the result.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "oom/detour.h"

enum {
	LEAVE_POLL_MS = 20,
};

/*
 * Only current sets or clears its own entry; the exchange keeps it from taking
 * one that another task is just about to use.
 */
static bool exchange_pass(struct oe_detour *detour, struct task_struct *from,
			  struct task_struct *to)
{
	unsigned int i;

	for (i = 0; i < OE_DETOUR_PASSES; i++)
		if (READ_ONCE(detour->passes[i]) == from &&
		    cmpxchg(&detour->passes[i], from, to) == from)
			return true;
	return false;
}
NOKPROBE_SYMBOL(exchange_pass);

static int on_detour_enter(struct kprobe *probe, struct pt_regs *regs)
{
	struct oe_detour *detour = container_of(probe, struct oe_detour, enter);

	if (exchange_pass(detour, current, NULL))
		return 0;
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF)
		return 0;
	atomic_inc(&detour->nr_inside); /* pairs with oe_detour_unregister() */
	instruction_pointer_set(regs, (unsigned long)detour->wrapper);
	return 1;
}
NOKPROBE_SYMBOL(on_detour_enter);

static int on_detour_back(struct kprobe *probe, struct pt_regs *regs)
{
	struct oe_detour *detour = container_of(probe, struct oe_detour, back);

	instruction_pointer_set(regs, detour->original);
	return 1;
}
NOKPROBE_SYMBOL(on_detour_back);

/**
 * oe_detour_pass - the next call of the original by current is let by
 * @detour: whose
 *
 * Context: in the wrapper, directly before its call of detour->resume; may
 * sleep.
 */
void oe_detour_pass(struct oe_detour *detour)
{
	/* A pass is used within the next instructions, so one is free soon. */
	while (!exchange_pass(detour, NULL, current))
		usleep_range(50, 100);
}

/**
 * oe_detour_passed - the call of the original has come back
 * @detour: whose
 *
 * If the probes were switched off meanwhile the pass was never used.
 *
 * Context: in the wrapper.
 */
void oe_detour_passed(struct oe_detour *detour)
{
	exchange_pass(detour, current, NULL);
}

/**
 * oe_detour_leave - current is about to return from the wrapper
 * @detour: whose
 *
 * Context: in the wrapper.
 */
void oe_detour_leave(struct oe_detour *detour)
{
	atomic_dec(&detour->nr_inside); /* pairs with oe_detour_unregister() */
}

/**
 * oe_detour_register - wrap a function
 * @detour: the owner's fields are filled in, the others are zero
 *
 * Context: module init, may sleep; after oe_redirect_init().
 * Return: 0, or the errno that says why it cannot be done here.
 */
int oe_detour_register(struct oe_detour *detour)
{
	int err;

	detour->back = (struct kprobe){
		.addr = (kprobe_opcode_t *)detour->resume,
		.pre_handler = on_detour_back,
	};
	err = oe_redirect_register(&detour->back);
	if (err)
		return err;
	detour->enter = (struct kprobe){
		.symbol_name = detour->symbol,
		.pre_handler = on_detour_enter,
		/* Enabled below, when it is known where to resume. */
		.flags = KPROBE_FLAG_DISABLED,
	};
	err = oe_redirect_register(&detour->enter);
	if (err)
		goto err_unregister_back;
	detour->original = (unsigned long)detour->enter.addr;
	err = enable_kprobe(&detour->enter);
	if (err)
		goto err_unregister_enter;
	WRITE_ONCE(detour->active, true);
	return 0;

err_unregister_enter:
	unregister_kprobe(&detour->enter);
err_unregister_back:
	unregister_kprobe(&detour->back);
	return err;
}

/**
 * oe_detour_unregister - unwrap a function, also while tasks are inside
 * @detour: whose; not active: nothing is done
 *
 * Unregistering a probe does not wait for a task that it has sent to the
 * wrapper. Such tasks are counted. After the last one has counted itself out it
 * may still have its last instructions in the wrapper before it, which
 * synchronize_rcu_tasks() waits for.
 *
 * Context: module exit, may sleep.
 */
void oe_detour_unregister(struct oe_detour *detour)
{
	if (!detour->active)
		return;
	WRITE_ONCE(detour->active, false);
	unregister_kprobe(&detour->enter);
	/* Every wait inside is bounded. */
	while (atomic_read(&detour->nr_inside))
		msleep(LEAVE_POLL_MS);
	synchronize_rcu_tasks();
	unregister_kprobe(&detour->back);
}
