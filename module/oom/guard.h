/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GUARD_H
#define OE_GUARD_H

#include <linux/types.h>

#include "rules/policy.h"

struct oom_control;
struct task_struct;

/**
 * enum oe_guard_mode - the action that the kernel may take in the watched
 *	call
 * @OE_GUARD_VICTIM: kill our victim
 * @OE_GUARD_NOBODY: kill nobody; it counts as a hit if it wants to
 * @OE_GUARD_PENDING: wait for an earlier victim
 */
enum oe_guard_mode {
	OE_GUARD_VICTIM,
	OE_GUARD_NOBODY,
	OE_GUARD_PENDING,
};

#ifdef CONFIG_KPROBES

int oe_guard_register(void);
void oe_guard_unregister(void);
bool oe_guard_available(void);
void oe_guard_arm(struct oom_control *oc, enum oe_guard_mode mode,
		  const struct oe_policy *policy, struct task_struct *victim);
bool oe_guard_disarm(void);

#else

static inline bool oe_guard_available(void)
{
	return false;
}

#endif /* CONFIG_KPROBES */

#endif /* OE_GUARD_H */
