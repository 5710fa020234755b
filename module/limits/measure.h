/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_MEASURE_H
#define OE_LIMIT_MEASURE_H

#include <linux/types.h>

#include "episode.h"
#include "limits/types.h"

struct task_struct;

/**
 * struct oe_limit_found - a process found again
 * @process: for the record
 * @fate: its state
 * @gain: pages that its end brings
 */
struct oe_limit_found {
	struct oe_process process;
	enum oe_limit_fate fate;
	unsigned long gain;
};

enum oe_limit_measure oe_limit_get_measure(void);
void oe_limit_set_measure(enum oe_limit_measure measure);
void oe_limit_measure(struct list_head *limits);
void oe_limit_look_up(struct oe_limit *limit, struct pid *tgid,
		      struct oe_limit_found *found);
bool oe_limit_is_about(const struct oe_limit *limit, struct task_struct *p);
bool oe_limit_may_end(struct oe_limit *limit, struct task_struct *p);
unsigned long oe_limit_pages(struct task_struct *p);
bool oe_limit_consider(struct oe_limit *limit, struct task_struct *p,
		       unsigned long pages, struct oe_limit_candidate *is);
struct pid *oe_limit_holder(const struct oe_limit *limit, struct pid *tgid);
void oe_limit_replace_pid(struct pid **slot, struct pid *pid);
bool oe_limit_visit(int *nr, void (*visit)(struct task_struct *p, void *arg),
		    void *arg);

#endif /* OE_LIMIT_MEASURE_H */
