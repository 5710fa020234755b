// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hash table keyed by struct pid, for use in tracepoint handlers: nothing is
 * allocated, and its locks are bits that spin on PREEMPT_RT too.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lib/pid_table.h"

enum {
	MANY_LEAST_BITS = 10,
	MANY_MOST_BITS = 18,
	/* Room for two or three of the smallest processes. */
	PAGES_PER_BUCKET = 64,
	/* Buckets that are walked before the loop yields the CPU. */
	WALK_BATCH = 64,
};

static unsigned int bits_for_memory(void)
{
	unsigned long buckets = totalram_pages() / PAGES_PER_BUCKET;

	return order_base_2(clamp_t(unsigned long, buckets,
				    1UL << MANY_LEAST_BITS,
				    1UL << MANY_MOST_BITS));
}

/**
 * oe_pid_table_grow - make the table fit for many entries, if there is memory
 * @table: nothing is put in meanwhile; nothing is done if it is not empty
 *
 * Context: process context, may sleep; does not call the OOM killer, and leaves
 * the reserves.
 */
void oe_pid_table_grow(struct oe_pid_table *table)
{
	struct hlist_bl_head *many;

	if (table->many || atomic_read(&table->nr_nodes))
		return;
	table->many_bits = bits_for_memory();
	many = kvcalloc(1UL << table->many_bits, sizeof(*many),
			GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN |
				__GFP_NOMEMALLOC);
	/*
	 * Pairs with oe_pid_table_remove(), which may be called once more for a
	 * node that is out: it must find that, whichever bucket it locks.
	 */
	smp_mb();
	if (many) {
		/* Pairs with oe_pid_table_bucket(). */
		smp_store_release(&table->many, many);
	}
}

/**
 * oe_pid_table_free - give back what oe_pid_table_grow() has allocated
 * @table: empty, without readers; may be used again
 *
 * Context: process context, may sleep.
 */
void oe_pid_table_free(struct oe_pid_table *table)
{
	kvfree(table->many);
	table->many = NULL;
}

/**
 * oe_pid_table_find - look an entry up
 * @table: the table
 * @pid: its key
 *
 * Context: under rcu_read_lock(); takes no lock.
 * Return: the entry, valid under RCU, or NULL.
 */
struct oe_pid_node *oe_pid_table_find(struct oe_pid_table *table,
				      struct pid *pid)
{
	return oe_pid_table_find_inline(table, pid);
}

/**
 * oe_pid_table_insert - put an entry in, or add its contents to the present one
 * @table: the table
 * @node: with its key
 * @merge: called if the key is there already; no entry is taken out meanwhile,
 *	and it must not sleep
 *
 * Context: any but interrupts; does not sleep, on PREEMPT_RT either.
 * Return: false if @node was merged and remains the caller's.
 */
bool oe_pid_table_insert(struct oe_pid_table *table, struct oe_pid_node *node,
			 void (*merge)(struct oe_pid_node *present,
				       const struct oe_pid_node *node))
{
	struct hlist_bl_head *bucket = oe_pid_table_bucket(table, node->pid);
	struct oe_pid_node *present;

	hlist_bl_lock(bucket);
	present = oe_pid_table_find_in(bucket, node->pid);
	if (present) {
		merge(present, node);
	} else {
		/* Before the insertion: a reader of 0 skips the look-up. */
		atomic_inc(&table->nr_nodes);
		hlist_bl_add_head_rcu(&node->link, bucket);
	}
	hlist_bl_unlock(bucket);
	return !present;
}

/**
 * oe_pid_table_remove - take an entry out
 * @table: the table
 * @node: one that was put in; readers may see it until a grace period is over
 * @may_go: asked while nothing is merged into it, must not sleep; NULL = always
 *
 * Context: any but interrupts; does not sleep, on PREEMPT_RT either.
 * Return: false if it stays, or had been taken out already.
 */
bool oe_pid_table_remove(struct oe_pid_table *table, struct oe_pid_node *node,
			 bool (*may_go)(const struct oe_pid_node *node))
{
	struct hlist_bl_head *bucket = oe_pid_table_bucket(table, node->pid);
	bool removed;

	hlist_bl_lock(bucket);
	removed = !hlist_bl_unhashed(&node->link) && (!may_go || may_go(node));
	if (removed) {
		hlist_bl_del_rcu(&node->link);
		node->link.pprev = NULL; /* unhashed; readers follow next */
		smp_mb__before_atomic(); /* pairs with oe_pid_table_grow() */
		atomic_dec(&table->nr_nodes);
	}
	hlist_bl_unlock(bucket);
	return removed;
}

static int walk_bucket(struct hlist_bl_head *bucket,
		       int (*visit)(struct oe_pid_node *node, void *arg),
		       void *arg)
{
	struct oe_pid_node *node;
	struct hlist_bl_node *link;
	int ret = 0;

	rcu_read_lock();
	hlist_bl_for_each_entry_rcu(node, link, bucket, link) {
		ret = visit(node, arg);
		if (ret)
			break;
	}
	rcu_read_unlock();
	return ret;
}

/**
 * oe_pid_table_walk - visit every entry
 * @table: the table
 * @visit: called under RCU, must not sleep, may take the entry out; a non-zero
 *	return ends the walk
 * @arg: for @visit
 *
 * Entries that are inserted meanwhile may be missed.
 *
 * Context: process context, may sleep.
 * Return: 0, or the value that @visit returned.
 */
int oe_pid_table_walk(struct oe_pid_table *table,
		      int (*visit)(struct oe_pid_node *node, void *arg),
		      void *arg)
{
	/* Pairs with oe_pid_table_grow(). */
	struct hlist_bl_head *many = smp_load_acquire(&table->many);
	struct hlist_bl_head *buckets = many ?: table->few;
	unsigned int bits = many ? table->many_bits : OE_PID_TABLE_FEW_BITS;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < 1U << bits; i++) {
		ret = walk_bucket(&buckets[i], visit, arg);
		if (!(i % WALK_BATCH))
			cond_resched();
	}
	return ret;
}
