// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manager's memory is in memory, all of it that is used.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	STACK = 24 * 1024,
	KERNELS_STACK = 132 * 1024,
};

/**
 * oe_memory_lock - lock the manager's memory, and touch it
 *
 * All of it, but the configuration that is not in force, and that part of the kernel's 132 kB
 * for the stack that is not reached. Also after each fork: the fork made the pages copy-on-write,
 * and locking them makes them the manager's own again before the emergency does.
 */
void oe_memory_lock(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(page - 1);
	int err = oom_embedded_lock_memory(STACK);
	static int said;

	if (err && err != said)
		oe_log(OE_LOG_ERROR,
		       "cannot lock my memory (%s): I may hang in an emergency",
		       strerror(-err));
	said = err;
	for (uintptr_t at = here - STACK - page;
	     at > here - KERNELS_STACK && !munlock((void *)(at - page), page);
	     at -= page)
		;
	oe_active_lock();
}
