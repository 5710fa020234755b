// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kill does not wait for the console. The kernel prints its report of an
 * OOM, with a line for each process, before it kills: 3 s for 300 processes
 * at 115200 baud. While it does so only errors go to the console; everything is
 * in the log, from where dmesg and pstore have it.
 */
#include "core.h"

#include <linux/atomic.h>
#include <linux/printk.h>

#include "oom/console.h"

enum {
	/* Errors stay visible. The kernel's "Killed process" line is one. */
	HUSHED_LOGLEVEL = LOGLEVEL_WARNING,
};

/**
 * oe_console_hush - let the console show errors only
 *
 * Context: OOM path, oom_lock held.
 * Return: the level for oe_console_restore(), in the same function.
 */
int oe_console_hush(void)
{
	int level = READ_ONCE(
		console_loglevel); /* syslog(2) may change it at any time */

	if (level > HUSHED_LOGLEVEL && !READ_ONCE(oe_config.console_first))
		WRITE_ONCE(console_loglevel, HUSHED_LOGLEVEL);
	return level;
}

/**
 * oe_console_restore - undo oe_console_hush()
 * @level: from oe_console_hush()
 *
 * A level that was set by somebody else meanwhile stays.
 *
 * Context: as oe_console_hush().
 */
void oe_console_restore(int level)
{
	if (level > HUSHED_LOGLEVEL)
		cmpxchg(&console_loglevel, HUSHED_LOGLEVEL, level);
}
