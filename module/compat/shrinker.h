/* SPDX-License-Identifier: GPL-2.0-only */
/* A shrinker that only wants to be asked: allocated since 6.7, named since 6.0. */
#ifndef OE_COMPAT_SHRINKER_H
#define OE_COMPAT_SHRINKER_H

#include <linux/errno.h>
#include <linux/shrinker.h>
#include <linux/version.h>

typedef unsigned long (*oe_shrinker_count)(struct shrinker *shrinker,
					   struct shrink_control *control);

static inline unsigned long oe_shrinker_scan(struct shrinker *shrinker,
					     struct shrink_control *control)
{
	return SHRINK_STOP;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)

struct oe_shrinker {
	struct shrinker shrinker;
};

static inline int oe_shrinker_register(struct oe_shrinker *s, const char *name,
				       oe_shrinker_count count)
{
	s->shrinker.count_objects = count;
	s->shrinker.scan_objects = oe_shrinker_scan;
	s->shrinker.seeks = DEFAULT_SEEKS;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
	return register_shrinker(&s->shrinker);
#else
	return register_shrinker(&s->shrinker, "%s", name);
#endif
}

static inline void oe_shrinker_unregister(struct oe_shrinker *s)
{
	unregister_shrinker(&s->shrinker);
}

#else

struct oe_shrinker {
	struct shrinker *shrinker;
};

static inline int oe_shrinker_register(struct oe_shrinker *s, const char *name,
				       oe_shrinker_count count)
{
	s->shrinker = shrinker_alloc(0, "%s", name);
	if (!s->shrinker)
		return -ENOMEM;
	s->shrinker->count_objects = count;
	s->shrinker->scan_objects = oe_shrinker_scan;
	shrinker_register(s->shrinker);
	return 0;
}

static inline void oe_shrinker_unregister(struct oe_shrinker *s)
{
	shrinker_free(s->shrinker);
}

#endif

#endif /* OE_COMPAT_SHRINKER_H */
