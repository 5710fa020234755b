/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_STORM_H
#define OE_LIMIT_STORM_H

#include <linux/types.h>
#include <linux/uidgid.h>

#include "limits/types.h"

struct pid;

/**
 * struct oe_birth - where a process comes from
 * @parent: with a reference, or NULL
 * @born_ms: of the clock of the scans
 * @uid: its user
 * @rank: its ranking; 0 if it has that by its own choice
 */
struct oe_birth {
	struct pid *parent;
	u64 born_ms;
	kuid_t uid;
	u16 rank;
};

void oe_storm_look(const struct oe_limit *limit, struct pid *tgid,
		   struct oe_birth *birth);
void oe_storm_note(struct oe_limit *limit, const struct oe_birth *birth,
		   u64 now_ms);
struct pid *oe_storm_parent(struct oe_limit *limit, unsigned int n);
unsigned int oe_storm_sweep(struct oe_limit *limit);
void oe_storm_forget(struct oe_limit *limit);

#endif /* OE_LIMIT_STORM_H */
