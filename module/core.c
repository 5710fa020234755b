// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values of the tunables and of the counters. How they are written and
 * read from outside is in tunables.c and sysfs/stats.c.
 */
#include "core.h"

#include <linux/compiler.h>
#include <linux/mm.h>

struct oe_config oe_config = {
	.mode = OE_MODE_ENFORCE,
	.rank_threshold = 0,
	.default_rank = OOM_EMBEDDED_RANK_DEFAULT,
	.selection_order = OE_ORDER_BADNESS,
	.no_victim_action = OE_NO_VICTIM_PANIC,
	.memcg_no_victim_action = OE_MEMCG_UNPROTECT,
	.min_gain_kb = OOM_EMBEDDED_MIN_GAIN_KB,
	.allow_offers = 1,
	.stall_ms = OOM_EMBEDDED_STALL_MS,
};

atomic64_t oe_stats[OE_NR_STATS];

/**
 * oe_config_policy - the policy in force, read once for a whole pass
 *
 * Context: any.
 * Return: the policy.
 */
struct oe_policy oe_config_policy(void)
{
	return (struct oe_policy){
		.threshold = READ_ONCE(oe_config.rank_threshold),
		.order = READ_ONCE(oe_config.selection_order),
		.min_gain = READ_ONCE(oe_config.min_gain_kb) >>
			    (PAGE_SHIFT - 10),
	};
}
