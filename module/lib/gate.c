// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate between an emergency, which looks at many settings, and a writer that
 * changes many of them at once.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rwsem.h>

#include "lib/gate.h"

enum {
	/* A look takes as long as a uevent, or as a walk over all processes. */
	PATIENCE_MS = 2000,
	POLL_MS = 1,
};

static DECLARE_RWSEM(gate);

/*
 * A writer that is kept from the CPU must not keep an emergency waiting. On
 * PREEMPT_RT, where a spinlock sleeps, the semaphore lends its priority instead.
 */
static void begin_hurry(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_disable();
}

static void end_hurry(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_enable();
}

/**
 * oe_gate_enter - from here on the settings stay as they are
 *
 * Those that are written together, that is: a file that is written alone may
 * change at any time.
 *
 * Context: OOM path; may sleep, while the stores of one commit are made.
 */
void oe_gate_enter(void)
{
	down_read(&gate);
}

/**
 * oe_gate_leave - the look that oe_gate_enter() began has ended
 *
 * Context: as oe_gate_enter().
 */
void oe_gate_leave(void)
{
	up_read(&gate);
}

/**
 * oe_gate_close - wait until no emergency looks
 *
 * It is tried and not queued: one that waits would hold up the looks that begin
 * meanwhile.
 *
 * Context: process context, sleeps for 2 s at most. After success, until
 * oe_gate_open(): preemption is off, except on PREEMPT_RT; nothing may be
 * allocated.
 * Return: 0, or -EBUSY and the gate is open.
 */
int oe_gate_close(void)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(PATIENCE_MS);

	for (;;) {
		begin_hurry();
		if (down_write_trylock(&gate))
			return 0;
		end_hurry();
		if (time_after(jiffies, deadline))
			return -EBUSY;
		msleep(POLL_MS);
	}
}

/**
 * oe_gate_open - the settings are in force
 *
 * Context: after oe_gate_close() has succeeded.
 */
void oe_gate_open(void)
{
	up_write(&gate);
	end_hurry();
}
