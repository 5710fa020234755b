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
