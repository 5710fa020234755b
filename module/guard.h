/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GUARD_H
#define OE_GUARD_H

#include <linux/types.h>

#include "policy.h"

struct oom_control;
struct task_struct;

#ifdef CONFIG_KPROBES

int oe_guard_register(void);
void oe_guard_unregister(void);
bool oe_guard_available(void);
void oe_guard_arm(struct oom_control *oc, const struct oe_policy *policy,
		  struct task_struct *victim);
bool oe_guard_disarm(void);

#else

static inline bool oe_guard_available(void)
{
	return false;
}

#endif /* CONFIG_KPROBES */

#endif /* OE_GUARD_H */
