/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_HOLD_H
#define OE_HOLD_H

struct oe_domain;
struct oe_policy;

int oe_hold_prepare(unsigned int enable);
int oe_hold_init(void);
void oe_hold_exit(void);
void oe_hold_begin(const struct oe_domain *domain,
		   const struct oe_policy *policy, const void *owner);
void oe_hold_end(const void *owner);

#endif /* OE_HOLD_H */
