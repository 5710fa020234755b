// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function of the kernel, wrapped.
 *
 * A redirect at its entry sends the CPU to the wrapper, which therefore runs in
 * its stead, in the caller's process context, with the caller's arguments and
 * return address. To go on, the wrapper calls a function of ours, whose own
 * redirect sends the CPU back to the original. The first redirect knows the task
 * and lets it pass. No indirect call, so nothing for CFI or IBT to object to, and
 * the wrapper sees the result.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "oom/detour.h"

enum {
	LEAVE_POLL_MS = 20,
	/* Time is told in ticks of about a second: no division, and no wrap. */
	TICK_SHIFT = 30,
	/* Beside the windows of those who hold the lock meanwhile. */
	LET_BY_TICKS = 10,
};

/* The task whose calls come to the wrapper even with mode=off, or NULL. */
static struct task_struct *kept;

/*
 * Only current sets or clears its own entry; the exchange keeps it from taking
 * one that another task is just about to use.
 */
static bool notrace exchange_pass(struct oe_detour *detour,
				  struct task_struct *from,
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

static unsigned int notrace ticks_now(void)
{
	return ktime_get_mono_fast_ns() >> TICK_SHIFT;
}
NOKPROBE_SYMBOL(ticks_now);

static unsigned long notrace where_wrapper(struct oe_redirect *redirect)
{
	struct oe_detour *detour =
		container_of(redirect, struct oe_detour, enter);

	if (exchange_pass(detour, current, NULL))
		return 0;
	if (READ_ONCE(oe_config.mode) == OE_MODE_OFF &&
	    READ_ONCE(kept) != current) {
		/* Read by oe_detour_has_let_by(). */
		WRITE_ONCE(detour->let_by, ticks_now());
		return 0;
	}
	return (unsigned long)detour->wrapper;
}
NOKPROBE_SYMBOL(where_wrapper);

static unsigned long notrace where_original(struct oe_redirect *redirect)
{
	struct oe_detour *detour =
		container_of(redirect, struct oe_detour, back);

	return detour->enter.address;
}
NOKPROBE_SYMBOL(where_original);

/**
 * oe_detour_pass - the next call of the original by current is let by
 * @detour: the detour
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
 * @detour: the detour
 *
 * If the redirects were switched off meanwhile the pass was never used.
 *
 * Context: in the wrapper.
 */
void oe_detour_passed(struct oe_detour *detour)
{
	exchange_pass(detour, current, NULL);
}

/**
 * oe_detour_keep - no call of a task is let by, whatever the mode
 * @task: current, or NULL for no task
 *
 * Context: process context; one caller at a time.
 */
void oe_detour_keep(struct task_struct *task)
{
	WRITE_ONCE(kept, task);
}

/**
 * oe_detour_enter - current has come to the wrapper
 * @detour: the detour
 *
 * The count is taken here and not by the redirect, after which another redirect
 * may send the CPU elsewhere.
 *
 * Context: in the wrapper, before anything that sleeps.
 */
void oe_detour_enter(struct oe_detour *detour)
{
	atomic_inc(&detour->nr_inside); /* pairs with oe_detour_unregister() */
}

/**
 * oe_detour_leave - current is about to return from the wrapper
 * @detour: the detour
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

	detour->back = (struct oe_redirect){
		.function = detour->resume,
		.where = where_original,
	};
	err = oe_redirect_register(&detour->back);
	if (err)
		return err;
	detour->enter = (struct oe_redirect){
		.symbol = detour->symbol,
		.where = where_wrapper,
	};
	err = oe_redirect_register(&detour->enter);
	if (err) {
		oe_redirect_unregister(&detour->back);
		return err;
	}
	detour->active = true;
	return 0;
}

/**
 * oe_detour_has_let_by - may a call from the time of mode=off be in the original?
 * @detour: the detour
 *
 * The caller may wait for oom_lock there while the mode is changed. Its calls
 * after that have not passed the wrapper, although the redirect is registered.
 *
 * Context: any.
 * Return: true if it may.
 */
bool oe_detour_has_let_by(const struct oe_detour *detour)
{
	unsigned int let_by = READ_ONCE(detour->let_by);
	unsigned int window = READ_ONCE(oe_config.grace_ms) / MSEC_PER_SEC;

	return let_by && ticks_now() - let_by <= LET_BY_TICKS + window;
}

/**
 * oe_detour_unregister - unwrap a function, also while tasks are inside
 * @detour: the detour; not active: nothing is done
 *
 * Removing a redirect does not wait for a task that it has sent to the wrapper.
 * Such a task counts itself there before it sleeps, and synchronize_rcu_tasks()
 * waits until it has. After the last one has counted itself out it may still
 * have its last instructions in the wrapper before it: hence the second time.
 *
 * Context: module exit, may sleep.
 */
void oe_detour_unregister(struct oe_detour *detour)
{
	if (!detour->active)
		return;
	detour->active = false;
	oe_redirect_unregister(&detour->enter);
	synchronize_rcu_tasks();
	/* Every wait inside is bounded. */
	while (atomic_read(&detour->nr_inside))
		msleep(LEAVE_POLL_MS);
	synchronize_rcu_tasks();
	oe_redirect_unregister(&detour->back);
}
