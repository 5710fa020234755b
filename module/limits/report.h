/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_REPORT_H
#define OE_LIMIT_REPORT_H

#include "limits/types.h"

struct oe_process;

/**
 * enum oe_limit_outcome - what is reported of a limit
 * @OE_LIMIT_SAY_EXCEEDED: the user is above it
 * @OE_LIMIT_SAY_WARNING: the allowance is about to end
 * @OE_LIMIT_SAY_TERMINATED: a process was asked to end
 * @OE_LIMIT_SAY_KILLED: a process was sent SIGKILL
 * @OE_LIMIT_SAY_OBSERVED: it would have been chosen
 * @OE_LIMIT_SAY_BLOCKED: the user stays above
 * @OE_LIMIT_SAY_RECOVERED: the user is below again
 */
enum oe_limit_outcome {
	OE_LIMIT_SAY_EXCEEDED,
	OE_LIMIT_SAY_WARNING,
	OE_LIMIT_SAY_TERMINATED,
	OE_LIMIT_SAY_KILLED,
	OE_LIMIT_SAY_OBSERVED,
	OE_LIMIT_SAY_BLOCKED,
	OE_LIMIT_SAY_RECOVERED,
};

void oe_limit_report_many(struct oe_limit *limit, unsigned int nr);
void oe_limit_report(struct oe_limit *limit, const struct oe_limit_view *view,
		     enum oe_limit_outcome outcome, const char *reason,
		     const struct oe_process *victim);

#endif /* OE_LIMIT_REPORT_H */
