/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RANK_H
#define OE_RANK_H

#include <linux/types.h>

#include "rank/types.h"

struct oe_rank_entry;
struct pid;

/**
 * enum oe_rank_action - the changes of a thread group's entry
 * @OE_RANK_SET: give it a ranking, which its children inherit
 * @OE_RANK_SET_SELF: give it a ranking of its own
 * @OE_RANK_CLEAR: take its ranking away
 * @OE_RANK_JOIN: put it into a group
 * @OE_RANK_LEAVE: take it out of a group
 */
enum oe_rank_action {
	OE_RANK_SET,
	OE_RANK_SET_SELF,
	OE_RANK_CLEAR,
	OE_RANK_JOIN,
	OE_RANK_LEAVE,
};

/**
 * struct oe_rank_change - one change of the ranking table
 * @pid: the thread group's pid; the caller holds a reference
 * @action: the change
 * @value: the ranking, or the index of the group
 */
struct oe_rank_change {
	struct pid *pid;
	enum oe_rank_action action;
	u16 value;
};

int oe_rank_init(void);
void oe_rank_exit(void);
int oe_rank_apply(const struct oe_rank_change *changes,
		  unsigned int nr_changes);
int __oe_rank_offer(struct pid *tgid, struct oe_offer offer,
		    struct oe_rank_entry *entry);
unsigned int oe_rank_count(void);
bool oe_rank_inherits(void);
void oe_rank_open_group(unsigned int group);
void oe_rank_close_group(unsigned int group);
int oe_rank_visit_members(unsigned int group,
			  int (*visit)(struct pid *tgid, void *arg), void *arg);

#endif /* OE_RANK_H */
