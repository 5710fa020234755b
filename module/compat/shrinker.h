/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shrinkers are allocated, and registered without fail: 6.7; they have a name:
 * 6.0
 */
#ifndef OE_COMPAT_SHRINKER_H
#define OE_COMPAT_SHRINKER_H

#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline struct shrinker *shrinker_alloc(unsigned int flags,
					      const char *name)
{
	struct shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);

	if (shrinker)
		shrinker->seeks = DEFAULT_SEEKS;
	return shrinker;
}

static inline void shrinker_free(struct shrinker *shrinker)
{
	/* Does nothing if it is not registered. */
	unregister_shrinker(shrinker);
	kfree(shrinker);
}
#endif

/* Return: 0 or a negative errno; in either case shrinker_free() is due. */
static inline int oe_shrinker_register(struct shrinker *shrinker,
				       const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
	return register_shrinker(shrinker);
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return register_shrinker(shrinker, "%s", name);
#else
	shrinker_register(shrinker);
	return 0;
#endif
}

#endif /* OE_COMPAT_SHRINKER_H */
