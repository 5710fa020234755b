/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_ENFORCE_H
#define OE_LIMIT_ENFORCE_H

#include <linux/types.h>

#include "limits/types.h"

/**
 * struct oe_limit_round - one look at a user
 * @limit: its limit
 * @view: for limit_rule.c
 * @enforce: signals may be sent
 * @need: how many pages more have to come back
 * @due_ms: until the next timeout of a victim; 0 = none
 * @pending: processes are remembered
 */
struct oe_limit_round {
	struct oe_limit *limit;
	struct oe_limit_view view;
	bool enforce;
	s64 need;
	u64 due_ms;
	bool pending;
};

void oe_enforce(struct oe_limit_round *round);

#endif /* OE_LIMIT_ENFORCE_H */
