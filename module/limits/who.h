/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_WHO_H
#define OE_LIMIT_WHO_H

#include <linux/types.h>

#include "limits/types.h"

struct task_struct;

int oe_who_parse(const char *text, struct oe_limit_who *who);
int oe_who_parse_ranges(char *text, struct oe_limit_range *ranges,
			unsigned int most);
void oe_who_free(struct oe_limit_who *who);
int oe_who_add(struct oe_limit *limit);
void oe_who_end(void);
void oe_who_remove(const struct oe_limit *limit);
int oe_who_replace(struct oe_limit *limit, const struct oe_limit_range *ranges,
		   unsigned int nr);
struct oe_limit *oe_who_find(enum oe_limit_kind kind, u32 id);
struct oe_limit *oe_who_of_user(struct task_struct *p);
void oe_who_visit_others(struct task_struct *p,
			 void (*visit)(struct oe_limit *limit,
				       struct task_struct *p));
bool oe_who_has(const struct oe_limit_who *who, struct task_struct *p);

#endif /* OE_LIMIT_WHO_H */
