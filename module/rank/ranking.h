/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RANKING_H
#define OE_RANKING_H

#include <linux/types.h>

#include "rank/exe.h"
#include "rank/types.h"

struct oe_group;
struct task_struct;

struct oe_ranking oe_rank_of(struct task_struct *p);
struct oe_ranking oe_rank_peek(struct task_struct *p,
			       enum oe_exe_access access);
bool oe_rank_is_by_name(struct task_struct *p);
bool oe_rank_in_group(const struct oe_group *group, struct task_struct *p);
u64 oe_rank_signals(struct task_struct *p);
const char *oe_source_name(enum oe_source source);

#endif /* OE_RANKING_H */
