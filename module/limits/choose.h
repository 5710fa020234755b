/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_CHOOSE_H
#define OE_LIMIT_CHOOSE_H

#include <linux/types.h>

#include "limits/types.h"

struct pid;

int oe_choose_reserve(void);
void oe_choose_free(void);
unsigned int oe_choose_many(struct oe_limit *limit, u64 need);
bool oe_choose_holder(struct oe_limit *limit);
struct pid *oe_choose_nth(unsigned int n, struct oe_limit_candidate *is);
void oe_choose_end(void);

#endif /* OE_LIMIT_CHOOSE_H */
