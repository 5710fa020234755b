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
 */
enum oe_source {
	OE_SOURCE_DEFAULT,
	OE_SOURCE_EXPLICIT,
	OE_SOURCE_INHERITED,
	OE_SOURCE_LOST,
};

/**
 * struct oe_ranking - a ranking and its source
 * @rank: 0..OE_RANK_MAX
 * @source: &enum oe_source
 */
struct oe_ranking {
	u16 rank;
	u8 source;
};

/**
 * struct oe_rank_change - one change of the ranking table
 * @pid: the thread group's pid; the caller holds a reference
 * @rank: new ranking; meaningless when @clear
 * @clear: forget the ranking
 * @entry: for rank.c
 */
struct oe_rank_change {
	struct pid *pid;
	u16 rank;
	bool clear;
	struct oe_rank_entry *entry;
};

int oe_rank_init(void);
void oe_rank_exit(void);
int oe_rank_apply(struct oe_rank_change *changes, unsigned int nr_changes);
bool oe_rank_find(struct pid *tgid, struct oe_ranking *ranking);
struct oe_ranking oe_rank_of(struct task_struct *p);
unsigned int oe_rank_count(void);
bool oe_rank_inherits(void);
void oe_rank_inherit(struct pid *parent, struct pid *child, u64 child_start);
void oe_rank_drop(struct pid *tgid);
int oe_rank_for_each(int (*visit)(struct pid *tgid, struct oe_ranking ranking,
				  void *arg),
		     void *arg);
const char *oe_source_name(enum oe_source source);

#endif /* OE_RANK_H */
