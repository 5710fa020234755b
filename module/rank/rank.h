/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RANK_H
#define OE_RANK_H

#include <linux/types.h>

struct pid;
struct task_struct;

/**
 * enum oe_source - where a ranking came from
 * @OE_SOURCE_DEFAULT: nobody said anything: `default_rank`
 * @OE_SOURCE_EXPLICIT: written to `oom_ranking`
 * @OE_SOURCE_INHERITED: copied from the parent at fork
 * @OE_SOURCE_LOST: no memory for the copy at fork; protected until it is made up
 * @OE_SOURCE_GROUP: that of a group it belongs to
 */
enum oe_source {
	OE_SOURCE_DEFAULT,
	OE_SOURCE_EXPLICIT,
	OE_SOURCE_INHERITED,
	OE_SOURCE_LOST,
	OE_SOURCE_GROUP,
};

/**
 * struct oe_ranking - a ranking and its source
 * @rank: 0..OE_RANK_MAX
 * @source: &enum oe_source
 * @group: index of the group, with OE_SOURCE_GROUP
 */
struct oe_ranking {
	u16 rank;
	u8 source;
	u8 group;
};

/**
 * enum oe_rank_action - what to change of a thread group
 * @OE_RANK_SET: give it a ranking
 * @OE_RANK_CLEAR: forget its ranking
 * @OE_RANK_JOIN: put it into a group
 * @OE_RANK_LEAVE: take it out of a group
 */
enum oe_rank_action {
	OE_RANK_SET,
	OE_RANK_CLEAR,
	OE_RANK_JOIN,
	OE_RANK_LEAVE,
};

/**
 * struct oe_rank_change - one change of the ranking table
 * @pid: the thread group's pid; the caller holds a reference
 * @action: what
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
struct oe_ranking oe_rank_of(struct task_struct *p);
bool oe_rank_is_member(struct task_struct *p, unsigned int group);
unsigned int oe_rank_count(void);
bool oe_rank_inherits(void);
void oe_rank_open_group(unsigned int group);
void oe_rank_close_group(unsigned int group);
int oe_rank_visit_members(unsigned int group,
			  int (*visit)(struct pid *tgid, void *arg), void *arg);
const char *oe_source_name(enum oe_source source);

#endif /* OE_RANK_H */
