// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spare objects for contexts that must not allocate. mempool_t does not serve:
 * it takes a spinlock_t, which sleeps on PREEMPT_RT.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "lib/pool.h"

/*
 * The pool keeps up to twice its target: what comes back all at the same time
 * after a grace period was taken one by one meanwhile, and will be again. The
 * rest is returned.
 */
static struct oe_pool_item *keep_spare(struct oe_pool *pool,
				       struct oe_pool_item *item)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&pool->lock, flags);
	while (item && pool->size < 2 * pool->target) {
		struct oe_pool_item *next = item->next;

		item->next = pool->first;
		pool->first = item;
		pool->size++;
		item = next;
	}
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	return item;
}

static void free_items(struct oe_pool *pool, struct oe_pool_item *item)
{
	while (item) {
		struct oe_pool_item *next = item->next;

		kmem_cache_free(pool->cache, item);
		item = next;
	}
}

/**
 * oe_pool_take - an object from the pool
 * @pool: the pool
 * @low: set if the pool should be filled again
 *
 * Context: any, also with preemption off on PREEMPT_RT; allocates nothing
 * there.
 * Return: the object, which is the caller's, or NULL.
 */
void *oe_pool_take(struct oe_pool *pool, bool *low)
{
	struct oe_pool_item *item;
	unsigned long flags;

	raw_spin_lock_irqsave(&pool->lock, flags);
	item = pool->first;
	if (item) {
		pool->first = item->next;
		pool->size--;
	}
	*low = pool->size < pool->target * 3 / 4;
	raw_spin_unlock_irqrestore(&pool->lock, flags);

	if (!item && !IS_ENABLED(CONFIG_PREEMPT_RT))
		item = kmem_cache_alloc(pool->cache, GFP_NOWAIT | __GFP_NOWARN);
	return item;
}

/**
 * oe_pool_alloc - an object, not from the pool
 * @pool: the pool
 *
 * Never calls the OOM killer: callers hold a mutex for which a manager would
 * wait that makes changes in an OOM.
 *
 * Context: process context, may sleep.
 * Return: the object, which is the caller's, or NULL.
 */
void *oe_pool_alloc(struct oe_pool *pool)
{
	return kmem_cache_alloc(pool->cache,
				GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
}

/**
 * oe_pool_free_all - give objects back
 * @pool: the pool
 * @items: in objects from oe_pool_take() or oe_pool_alloc(), the last one's next
 *	is NULL; or NULL
 *
 * Context: any in which kmem_cache_free() is allowed.
 */
void oe_pool_free_all(struct oe_pool *pool, struct oe_pool_item *items)
{
	free_items(pool, keep_spare(pool, items));
}

/**
 * oe_pool_put_back - give an object back where nothing may be freed
 * @pool: the pool
 * @object: from oe_pool_take()
 *
 * Context: any, also with preemption off on PREEMPT_RT.
 * Return: false if the pool has enough, and the object remains the caller's.
 */
bool oe_pool_put_back(struct oe_pool *pool, void *object)
{
	struct oe_pool_item *item = object;

	item->next = NULL;
	return !keep_spare(pool, item);
}

/**
 * oe_pool_free - give an object back
 * @pool: the pool
 * @object: from oe_pool_take() or oe_pool_alloc()
 *
 * Context: as oe_pool_free_all().
 */
void oe_pool_free(struct oe_pool *pool, void *object)
{
	struct oe_pool_item *item = object;

	item->next = NULL;
	oe_pool_free_all(pool, item);
}

/**
 * oe_pool_grow - from now on the pool holds more objects
 * @pool: the pool
 * @target: how many; no less than before
 *
 * Context: any; the caller serialises.
 * Return: true if they are more than before: oe_pool_fill() makes them.
 */
bool oe_pool_grow(struct oe_pool *pool, unsigned int target)
{
	unsigned long flags;
	bool more = target > pool->target;

	raw_spin_lock_irqsave(&pool->lock, flags);
	WRITE_ONCE(pool->target, target); /* oe_pool_fill() */
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	return more;
}

/**
 * oe_pool_fill - allocate up to the target
 * @pool: the pool
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oe_pool_fill(struct oe_pool *pool)
{
	void *object;

	while (READ_ONCE(pool->size) < READ_ONCE(pool->target)) {
		object = oe_pool_alloc(pool);
		if (!object)
			return -ENOMEM;
		oe_pool_free(pool, object);
	}
	return 0;
}

/**
 * oe_pool_init - a full pool
 * @pool: the pool
 * @name: of its cache in slabinfo
 * @object_size: at least that of a pointer
 * @target: how many objects to hold
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oe_pool_init(struct oe_pool *pool, const char *name, size_t object_size,
		 unsigned int target)
{
	int err;

	*pool = (struct oe_pool){ .target = target };
	raw_spin_lock_init(&pool->lock);
	pool->cache = kmem_cache_create(name, object_size, 0, 0, NULL);
	if (!pool->cache)
		return -ENOMEM;
	err = oe_pool_fill(pool);
	if (err)
		oe_pool_exit(pool);
	return err;
}

/**
 * oe_pool_exit - free the pool
 * @pool: all objects are back
 *
 * Context: process context, may sleep.
 */
void oe_pool_exit(struct oe_pool *pool)
{
	free_items(pool, pool->first);
	kmem_cache_destroy(pool->cache);
}
