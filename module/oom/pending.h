/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PENDING_H
#define OE_PENDING_H

#include <linux/types.h>

struct oe_domain;
struct task_struct;

void oe_pending_begin(void);
void oe_pending_add(const struct task_struct *p);
bool oe_pending_in(const struct oe_domain *domain);

#endif /* OE_PENDING_H */
