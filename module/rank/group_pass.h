/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_PASS_H
#define OE_GROUP_PASS_H

#include <linux/types.h>

#include "rank/exe.h"

struct oe_ranking;
struct task_struct;

/**
 * enum oe_group_pass - the users of a pass; each has a cache
 * @OE_GROUP_PASS_OOM: an OOM
 * @OE_GROUP_PASS_LIST: a reader of a list, or the watcher, which must not take it
 *	from an OOM
 * @OE_NR_GROUP_PASSES: how many there are
 */
enum oe_group_pass {
	OE_GROUP_PASS_OOM,
	OE_GROUP_PASS_LIST,
	OE_NR_GROUP_PASSES,
};

#ifdef CONFIG_OE_GROUPS
int oe_group_pass_reserve(void);
void oe_group_pass_free(void);
bool oe_group_pass_begin(enum oe_group_pass user);
void oe_group_pass_end(enum oe_group_pass user, bool began);
unsigned int oe_group_pass_judge(struct task_struct *p,
				 enum oe_exe_access access,
				 struct oe_ranking *ranking);
#else
static inline int oe_group_pass_reserve(void)
{
	return 0;
}

static inline void oe_group_pass_free(void)
{
}

static inline bool oe_group_pass_begin(enum oe_group_pass user)
{
	return false;
}

static inline void oe_group_pass_end(enum oe_group_pass user, bool began)
{
}

static inline unsigned int oe_group_pass_judge(struct task_struct *p,
					       enum oe_exe_access access,
					       struct oe_ranking *ranking)
{
	return 0;
}
#endif

#endif /* OE_GROUP_PASS_H */
