/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a ranking, for every file of rank/.
 */
#ifndef OE_RANK_TYPES_H
#define OE_RANK_TYPES_H

#include <linux/types.h>

#include <uapi/oom_embedded.h>

enum {
	OE_NR_GROUPS = OOM_EMBEDDED_GROUPS_MAX, /* an index fits into a byte */
};

/**
 * enum oe_source - where a ranking came from
 * @OE_SOURCE_DEFAULT: from nowhere else: `default_rank`
 * @OE_SOURCE_EXPLICIT: written to `oom_ranking`
 * @OE_SOURCE_INHERITED: copied from the parent at fork
 * @OE_SOURCE_LOST: no memory for the copy at fork: that of the nearest
 *	forefather, until it is repaired
 * @OE_SOURCE_GROUP: that of a group it belongs to
 */
enum oe_source {
	OE_SOURCE_DEFAULT,
	OE_SOURCE_EXPLICIT,
	OE_SOURCE_INHERITED,
	OE_SOURCE_LOST,
	OE_SOURCE_GROUP,
};

/**
 * struct oe_ranking - a ranking and its source
 * @rank: 0..OE_RANK_MAX
 * @source: &enum oe_source
 * @group: index of the group, with OE_SOURCE_GROUP
 */
struct oe_ranking {
	u16 rank;
	u8 source;
	u8 group;
};

#endif /* OE_RANK_TYPES_H */
