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

/* The next three are inline: the OOM path looks at every process. */

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

void oe_pid_table_grow(struct oe_pid_table *table);
void oe_pid_table_free(struct oe_pid_table *table);
struct oe_pid_node *oe_pid_table_find(struct oe_pid_table *table,
				      struct pid *pid);
bool oe_pid_table_insert(struct oe_pid_table *table, struct oe_pid_node *node,
			 void (*merge)(struct oe_pid_node *present,
				       const struct oe_pid_node *node));
bool oe_pid_table_remove(struct oe_pid_table *table, struct oe_pid_node *node,
			 bool (*may_go)(const struct oe_pid_node *node));
int oe_pid_table_walk(struct oe_pid_table *table,
		      int (*visit)(struct oe_pid_node *node, void *arg),
		      void *arg);

#endif /* OE_PID_TABLE_H */
