/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_POOL_H
#define OE_POOL_H

#include <linux/spinlock_types.h>
#include <linux/types.h>

struct kmem_cache;

/**
 * struct oe_pool_item - a free object, in the pool or on the way there
 * @next: the next one
 */
struct oe_pool_item {
	struct oe_pool_item *next;
};

/**
 * struct oe_pool - spare objects for contexts that must not allocate
 * @cache: the slab cache of the objects
 * @target: how many the pool is filled up to; it keeps up to twice as many that
 *	come back; changed under @lock
 * @lock: the rest; raw: taken with preemption off on PREEMPT_RT too
 * @first: the free objects
 * @size: how many there are
 */
struct oe_pool {
	struct kmem_cache *cache;
	unsigned int target;
	raw_spinlock_t lock;
	struct oe_pool_item *first;
	unsigned int size;
};

int oe_pool_init(struct oe_pool *pool, const char *name, size_t object_size,
		 unsigned int target);
void oe_pool_exit(struct oe_pool *pool);
bool oe_pool_grow(struct oe_pool *pool, unsigned int target);
int oe_pool_fill(struct oe_pool *pool);
void *oe_pool_take(struct oe_pool *pool, bool *low);
bool oe_pool_put_back(struct oe_pool *pool, void *object);
void *oe_pool_alloc(struct oe_pool *pool);
void oe_pool_free_all(struct oe_pool *pool, struct oe_pool_item *items);
void oe_pool_free(struct oe_pool *pool, void *object);

#endif /* OE_POOL_H */
