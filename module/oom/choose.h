/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CHOOSE_H
#define OE_CHOOSE_H

#include <linux/types.h>

struct oe_domain_state;

void oe_choose_victim(struct oe_domain_state *state, bool unprotect,
		      bool may_refuse);

#endif /* OE_CHOOSE_H */
