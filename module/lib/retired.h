/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RETIRED_H
#define OE_RETIRED_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/types.h>

/**
 * struct oe_retiree - in an object that will be freed after a grace period
 * @node: while it waits with others
 * @rcu: while it waits alone
 */
struct oe_retiree {
	union {
		struct llist_node node;
		struct rcu_head rcu;
	};
};

/**
 * struct oe_retired - objects of one kind that wait for a grace period
 * @free: frees objects, in any order; called where an RCU callback runs
 * @added: since the grace period under way began
 * @nr_added: how many have come, also alone, since @added was empty
 * @waiting: for the end of the grace period under way; of the callback alone
 * @busy: 1 while @rcu is queued
 * @rcu: of the grace period under way
 */
struct oe_retired {
	void (*free)(struct llist_node *retirees);
	struct llist_head added;
	atomic_t nr_added;
	struct llist_node *waiting;
	atomic_t busy;
	struct rcu_head rcu;
};

void oe_retired_add(struct oe_retired *retired, struct oe_retiree *retiree,
		    rcu_callback_t free_alone);
void oe_retired_drain(struct oe_retired *retired);

#endif /* OE_RETIRED_H */
