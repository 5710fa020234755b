/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RANKING_H
#define OE_RANKING_H

#include <linux/types.h>

#include "rank/exe.h"
#include "rank/types.h"

struct oe_group;
struct task_struct;

struct oe_ranking oe_rank_peek(struct task_struct *p,
			       enum oe_exe_access access);
bool oe_rank_is_by_name(struct task_struct *p);
bool oe_rank_in_group(const struct oe_group *group, struct task_struct *p);
u64 oe_rank_signals(struct task_struct *p);
const char *oe_source_name(enum oe_source source);

/**
 * oe_rank_of - the ranking that counts for a process
 * @p: any of its threads
 *
 * The first that exists: its own ranking; that of a group it was put into, if it
 * has inherited none; that of a group whose rule asks for more than the user;
 * the inherited one; that of a group whose rule asks for the user; `default_rank`.
 * If the process has offered to be more expendable than that, its offer.
 *
 * Context: under rcu_read_lock(), which also keeps @p; takes task locks only,
 * and only if a rule asks for an executable.
 * Return: its ranking and where that came from.
 */
static inline struct oe_ranking oe_rank_of(struct task_struct *p)
{
	return oe_rank_peek(p, OE_EXE_LOCK);
}

#endif /* OE_RANKING_H */
