/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_STEPS_H
#define OE_LIMIT_STEPS_H

#include "limits/types.h"

unsigned int oe_limit_judge(struct oe_limit *limit, unsigned int period_ms);
void oe_limit_forget(struct oe_limit *limit);

#endif /* OE_LIMIT_STEPS_H */
