// SPDX-License-Identifier: GPL-2.0-only
/*
 * The manager's memory is in memory, all of it that is used.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	STACK = 16 * 1024,
	KERNELS_STACK = 132 * 1024,
	MAX_SPARES = 6,
};

/* Used at leisure only. */
static struct {
	void *begin;
	size_t size;
} spares[MAX_SPARES];

/* Whole pages; a page shared with something else stays. */
static void unlock_spare(int i)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = (uintptr_t)spares[i].begin;
	uintptr_t end = begin + spares[i].size;

	begin = (begin + page - 1) & ~(page - 1);
	end &= ~(page - 1);
	if (begin < end)
		munlock((void *)begin, end - begin);
}

/**
 * oe_memory_spare - something is used at leisure only, and need not be in memory
 * @begin: its first byte, best at the beginning of a page
 * @size: its size
 *
 * As often as one likes: it is remembered.
 */
void oe_memory_spare(void *begin, size_t size)
{
	for (int i = 0; i < MAX_SPARES; i++) {
		if (spares[i].begin == begin)
			return;
		if (spares[i].begin)
			continue;
		spares[i].begin = begin;
		spares[i].size = size;
		unlock_spare(i);
		return;
	}
}

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
	for (int i = 0; i < MAX_SPARES && spares[i].begin; i++)
		unlock_spare(i);
}
