/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GROUP_PASS_H
#define OE_GROUP_PASS_H

#include <linux/types.h>

#include "rank/group_rule.h"
#include "rank/rank.h"

/**
 * struct oe_finding - what the rules of all groups make of a subject
 * @subject: which
 * @known: the rest means something
 * @found: it is in a group
 * @ranking: if so
 */
struct oe_finding {
	union oe_subject subject;
	bool known;
	bool found;
	struct oe_ranking ranking;
};

void oe_group_pass_begin(void);
void oe_group_pass_end(void);
struct oe_finding *oe_group_pass_find(const union oe_subject *subject);

#endif /* OE_GROUP_PASS_H */
