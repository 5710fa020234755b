/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations that fail when a case wants it. To be included after the headers of
 * the kernel, and before the code under test; each suite has its own count.
 */
#ifndef OE_FAILING_ALLOC_H
#define OE_FAILING_ALLOC_H

#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

/* So many more succeed, and then none does; UINT_MAX: all of them. */
static unsigned int allocs_left = UINT_MAX;

static inline bool may_alloc(void)
{
	if (!allocs_left)
		return false;
	if (allocs_left != UINT_MAX)
		allocs_left--;
	return true;
}

static inline void *kzalloc_or_fail(size_t size, gfp_t flags)
{
	return may_alloc() ? kzalloc(size, flags) : NULL;
}

static inline void *vzalloc_or_fail(unsigned long size)
{
	return may_alloc() ? vzalloc(size) : NULL;
}

static inline void *krealloc_or_fail(void *old, size_t size, gfp_t flags)
{
	return may_alloc() ? krealloc(old, size, flags) : NULL;
}

static inline char *kstrdup_or_fail(const char *text, gfp_t flags)
{
	return may_alloc() ? kstrdup(text, flags) : NULL;
}

static inline void *cache_alloc_or_fail(struct kmem_cache *cache, gfp_t flags)
{
	return may_alloc() ? kmem_cache_alloc(cache, flags) : NULL;
}

#undef kzalloc
#undef vzalloc
#undef krealloc
#undef kstrdup
#undef kmem_cache_alloc
#define kzalloc kzalloc_or_fail
#define vzalloc vzalloc_or_fail
#define krealloc krealloc_or_fail
#define kstrdup kstrdup_or_fail
#define kmem_cache_alloc cache_alloc_or_fail

#endif /* OE_FAILING_ALLOC_H */
