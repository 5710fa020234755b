/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a task takes from one place of the kernel to another, for handlers that
 * are called at both.
 */
#ifndef OE_STOPWATCH_H
#define OE_STOPWATCH_H

#include <linux/types.h>

struct task_struct;

enum {
	OE_STOPWATCH_BITS = 6,
};

/**
 * struct oe_stopwatch - tasks that are between the two places
 * @runs: by the task's hash. Where two meet, the second one is not measured
 *
 * Starts zeroed.
 */
struct oe_stopwatch {
	struct oe_stopwatch_run {
		struct task_struct *task; /* only compared */
		u64 since_ns; /* the task's own */
	} runs[1 << OE_STOPWATCH_BITS];
};

void oe_stopwatch_start(struct oe_stopwatch *stopwatch);
bool oe_stopwatch_stop(struct oe_stopwatch *stopwatch, unsigned long *us);

#endif /* OE_STOPWATCH_H */
