/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_REPORT_H
#define OE_LIMIT_REPORT_H

#include "limits/types.h"

struct oe_process;

void oe_limit_report(const struct oe_limit *limit,
		     const struct oe_limit_view *view, enum oe_limit_step step,
		     const struct oe_process *victim);

#endif /* OE_LIMIT_REPORT_H */
