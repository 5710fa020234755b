/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rankings as values of oom_score_adj, and which of these values a process has
 * of its own: numbers in, numbers out.
 */
#ifndef OE_ADJ_RULE_H
#define OE_ADJ_RULE_H

#include <linux/types.h>

enum {
	OE_ADJ_NEVER = -1000, /* the kernel never chooses such a process */
	OE_ADJ_PROTECTED = -999, /* nor does it, as long as there is another */
	OE_ADJ_MAX = 1000,
};

/**
 * enum oe_adj_kind - kinds of mirrored values, a bit each
 * @OE_ADJ_KIND_NEVER: OE_ADJ_NEVER
 * @OE_ADJ_KIND_PROTECTED: OE_ADJ_PROTECTED
 * @OE_ADJ_KIND_SPARE: those above 0
 */
enum oe_adj_kind {
	OE_ADJ_KIND_NEVER = 1,
	OE_ADJ_KIND_PROTECTED = 2,
	OE_ADJ_KIND_SPARE = 4,
};

/**
 * struct oe_adj_policy - the tunables that a mirrored value depends on
 * @threshold: rankings below it are protected
 * @default_rank: rankings above it are expendable
 */
struct oe_adj_policy {
	unsigned int threshold;
	unsigned int default_rank;
};

/**
 * struct oe_adj_record - the known facts about the value of one process
 * @original: its own
 * @written: the value that it had when it was last looked at, or was given then;
 *	another one is somebody else's
 * @past: &enum oe_adj_kind, those that it was ever given
 * @left: it was given a value, and somebody else wrote over that
 */
struct oe_adj_record {
	s16 original;
	s16 written;
	u8 past;
	bool left;
};

s16 oe_adj_rule_value(const struct oe_adj_policy *policy, unsigned int rank,
		      unsigned int set_rank, s16 own);
void oe_adj_rule_begin(struct oe_adj_record *record, s16 value);
void oe_adj_rule_gave(struct oe_adj_record *record, s16 value);
bool oe_adj_rule_lost(struct oe_adj_record *record, s16 value);
s16 oe_adj_rule_own(const struct oe_adj_record *record, s16 value);
s16 oe_adj_rule_of_child(const struct oe_adj_record *parent, s16 parent_value,
			 s16 value);

#endif /* OE_ADJ_RULE_H */
