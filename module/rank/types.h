/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a ranking, for every file of rank/.
 */
#ifndef OE_RANK_TYPES_H
#define OE_RANK_TYPES_H

#include <linux/types.h>
#include <linux/uidgid.h>

#include <uapi/oom_embedded.h>

enum {
	OE_NR_GROUPS = OOM_EMBEDDED_GROUPS_MAX, /* an index fits into a byte */
};

/**
 * enum oe_source - the origin of a ranking
 * @OE_SOURCE_DEFAULT: from nowhere else: `default_rank`
 * @OE_SOURCE_EXPLICIT: written to `oom_ranking`
 * @OE_SOURCE_SELF: the same, for the process and not for its children
 * @OE_SOURCE_INHERITED: copied from the parent at fork
 * @OE_SOURCE_LOST: no memory for the copy at fork: that of the nearest
 *	forefather, until it is repaired
 * @OE_SOURCE_GROUP: that of a group it belongs to
 * @OE_SOURCE_OFFERED: it has made itself more expendable
 */
enum oe_source {
	OE_SOURCE_DEFAULT,
	OE_SOURCE_EXPLICIT,
	OE_SOURCE_SELF,
	OE_SOURCE_INHERITED,
	OE_SOURCE_LOST,
	OE_SOURCE_GROUP,
	OE_SOURCE_OFFERED,
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

/**
 * struct oe_offer - how expendable a process has made itself
 * @rank: at least; 0 = no offer
 * @user: its effective user at that moment
 *
 * Each is one word. A reader may see the rank of one offer and the user of
 * another; the process has made both.
 */
struct oe_offer {
	unsigned int rank;
	kuid_t user;
};

#endif /* OE_RANK_TYPES_H */
