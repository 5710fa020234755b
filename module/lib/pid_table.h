/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PID_TABLE_H
#define OE_PID_TABLE_H

#include <linux/atomic.h>
#include <linux/processor.h> /* cpu_relax(), which bit_spinlock.h lacks */

#include <linux/list_bl.h>

struct pid;

enum {
	OE_PID_TABLE_FEW_BITS = 5,
	OE_PID_TABLE_BITS = 10,
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
 * @nr_nodes: how many entries there are
 *
 * Not an rhashtable: that disables bottom halves (before 6.3) and may allocate,
 * and on PREEMPT_RT a tracepoint's handler must do neither.
 */
struct oe_pid_table {
	struct hlist_bl_head few[1 << OE_PID_TABLE_FEW_BITS];
	struct hlist_bl_head *many;
	atomic_t nr_nodes;
};

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
