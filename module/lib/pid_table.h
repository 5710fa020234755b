/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PID_TABLE_H
#define OE_PID_TABLE_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/processor.h> /* cpu_relax(), which bit_spinlock.h lacks */

#include <linux/rculist_bl.h>

struct pid;

enum {
	OE_PID_TABLE_FEW_BITS = 5,
};

/**
 * struct oe_pid_node - the part of an entry that the table knows
 * @link: in its bucket
 * @pid: the key; the table takes no reference
 */
struct oe_pid_node {
	struct hlist_bl_node link;
	struct pid *pid;
};

/**
 * struct oe_pid_table - finds entries by their struct pid; starts zeroed
 * @few: buckets; each has a lock for changes; look-ups are RCU
 * @many: more of them, instead of these; NULL until oe_pid_table_grow()
 * @many_bits: binary logarithm of the number of @many, fixed while they are there
 * @nr_nodes: how many entries there are
 *
 * Not an rhashtable: that disables bottom halves (before 6.3) and may allocate,
 * and on PREEMPT_RT a tracepoint's handler must do neither.
 */
struct oe_pid_table {
	struct hlist_bl_head few[1 << OE_PID_TABLE_FEW_BITS];
	struct hlist_bl_head *many;
	unsigned int many_bits;
	atomic_t nr_nodes;
};

/* Inline: the OOM path looks every process up, and each fork and exit comes here. */

/**
 * oe_pid_table_bucket - where an entry is, or would be
 * @table: the table
 * @pid: its key
 *
 * Context: any.
 * Return: the bucket.
 */
static __always_inline struct hlist_bl_head *
oe_pid_table_bucket(struct oe_pid_table *table, struct pid *pid)
{
	/* Pairs with oe_pid_table_grow(). */
	struct hlist_bl_head *many = smp_load_acquire(&table->many);

	return many ? &many[hash_ptr(pid, table->many_bits)] :
		      &table->few[hash_ptr(pid, OE_PID_TABLE_FEW_BITS)];
}

/**
 * oe_pid_table_find_in - look an entry up in a bucket
 * @bucket: of oe_pid_table_bucket()
 * @pid: the key
 *
 * Context: under rcu_read_lock(), or with the bucket's lock.
 * Return: the entry, or NULL.
 */
static __always_inline struct oe_pid_node *
oe_pid_table_find_in(struct hlist_bl_head *bucket, struct pid *pid)
{
	struct oe_pid_node *node;
	struct hlist_bl_node *link;

	hlist_bl_for_each_entry_rcu(node, link, bucket, link)
		if (node->pid == pid)
			return node;
	return NULL;
}

/**
 * oe_pid_table_find_inline - oe_pid_table_find() without a call
 * @table: as there
 * @pid: as there
 *
 * Context: as there.
 * Return: as there.
 */
static __always_inline struct oe_pid_node *
oe_pid_table_find_inline(struct oe_pid_table *table, struct pid *pid)
{
	return oe_pid_table_find_in(oe_pid_table_bucket(table, pid), pid);
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
static __always_inline bool
oe_pid_table_insert(struct oe_pid_table *table, struct oe_pid_node *node,
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
 * oe_pid_table_remove_from - take an entry out of its bucket
 * @table: the table
 * @bucket: of oe_pid_table_bucket()
 * @node: one that was put in; readers may see it until a grace period is over
 * @may_go: asked while nothing is merged into it, must not sleep; NULL = always
 *
 * Context: any but interrupts; does not sleep, on PREEMPT_RT either.
 * Return: false if it stays, or had been taken out already.
 */
static __always_inline bool
oe_pid_table_remove_from(struct oe_pid_table *table,
			 struct hlist_bl_head *bucket, struct oe_pid_node *node,
			 bool (*may_go)(const struct oe_pid_node *node))
{
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

/**
 * oe_pid_table_remove - oe_pid_table_remove_from(), and find the bucket
 * @table: as there
 * @node: as there
 * @may_go: as there
 *
 * Context: as there.
 * Return: as there.
 */
static __always_inline bool
oe_pid_table_remove(struct oe_pid_table *table, struct oe_pid_node *node,
		    bool (*may_go)(const struct oe_pid_node *node))
{
	return oe_pid_table_remove_from(
		table, oe_pid_table_bucket(table, node->pid), node, may_go);
}

void oe_pid_table_grow(struct oe_pid_table *table);
void oe_pid_table_free(struct oe_pid_table *table);
struct oe_pid_node *oe_pid_table_find(struct oe_pid_table *table,
				      struct pid *pid);
int oe_pid_table_walk(struct oe_pid_table *table,
		      int (*visit)(struct oe_pid_node *node, void *arg),
		      void *arg);

#endif /* OE_PID_TABLE_H */
