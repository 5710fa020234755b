/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state that a call leaves to the next one in its domain.
 */
#ifndef OE_SEQUEL_H
#define OE_SEQUEL_H

#include "oom/domain.h"

bool oe_sequel_goes_on(const struct oe_domain_state *state,
		       const struct oe_call *call);
bool oe_sequel_in_aftermath(const struct oe_domain_state *state);
void oe_sequel_remember(struct oe_domain_state *state, enum oe_outcome outcome,
			bool marked);

#endif /* OE_SEQUEL_H */
