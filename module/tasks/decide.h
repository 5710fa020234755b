/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_DECIDE_H
#define OE_DECIDE_H

#include <linux/types.h>

#include "episode.h"
#include "rules/policy.h"

void oe_decide_init(void);
void oe_decide_reserve(void);
void oe_decide_changed(void);
void oe_decide_exit(void);
void oe_decide_victim(const struct oe_domain *domain,
		      const struct oe_policy *policy, bool unprotect,
		      struct oe_decision *decision);
unsigned long oe_decide_memory(const struct mem_cgroup *memcg);
const char *oe_decide_why_name(enum oe_why why);

#endif /* OE_DECIDE_H */
