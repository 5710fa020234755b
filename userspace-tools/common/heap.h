/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap of a program that is locked in memory. glibc keeps freed memory
 * unless it is told otherwise. Other C libraries keep less and have no such
 * calls.
 */
#ifndef OE_TOOLS_HEAP_H
#define OE_TOOLS_HEAP_H

#include <stdlib.h> /* says whether this is glibc */

#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
	OE_HEAP_STEP = 4096,
	/* Less than the buffer of opendir(): it would leave a hole that cannot be trimmed. */
	OE_HEAP_LARGE = 16 * 1024,
};

/* To be called first: the heap grows by no more than is needed. */
static inline void oe_heap_keep_small(void)
{
#ifdef __GLIBC__
	mallopt(M_TOP_PAD, OE_HEAP_STEP);
	mallopt(M_MMAP_THRESHOLD, OE_HEAP_LARGE);
#endif
}

/* Gives back what is free. */
static inline void oe_heap_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

#endif
