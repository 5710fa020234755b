/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TUNABLES_H
#define OE_TUNABLES_H

#include <linux/types.h>

#include "core.h"

/**
 * struct oe_tunable - how a tunable is written and read
 * @name: the file in sysfs and the module parameter
 * @value: in &oe_config
 * @min: smallest number
 * @max: largest number, or the number of @words less one
 * @words: the values' names, or NULL for a number
 * @max_kb: for an amount of memory, in KiB: the largest allowed; else NULL
 * @prepare: called before a new value is in force, may refuse it; or NULL
 * @changed: called when it is in force; or NULL
 */
struct oe_tunable {
	const char *name;
	unsigned int *value;
	unsigned int min;
	unsigned int max;
	const char *const *words;
	u64 (*max_kb)(void);
	int (*prepare)(unsigned int value);
	void (*changed)(void);
};

/* The order in which they are listed: a tunable is its field of &struct oe_config. */
enum oe_tunable_index {
	OE_TUNABLE_mode,
	OE_TUNABLE_rank_threshold,
	OE_TUNABLE_default_rank,
	OE_TUNABLE_selection_order,
	OE_TUNABLE_no_victim_action,
	OE_TUNABLE_memcg_no_victim_action,
	OE_TUNABLE_grace_ms,
	OE_TUNABLE_grace_hold,
	OE_TUNABLE_reserve_kb,
	OE_TUNABLE_console_first,
	OE_TUNABLE_min_gain_kb,
	OE_TUNABLE_allow_offers,
	OE_TUNABLE_mirror_oom_score_adj,
#ifdef CONFIG_OE_LEVELS
	OE_TUNABLE_early_kb,
	OE_TUNABLE_early_term_ms,
	OE_TUNABLE_stall_percent,
	OE_TUNABLE_stall_ms,
#endif
	OE_NR_TUNABLES,
};

extern const struct oe_tunable oe_tunables[OE_NR_TUNABLES];

int oe_tunable_parse(const struct oe_tunable *tunable, const char *text,
		     unsigned int *value);
int oe_tunable_prepare(const struct oe_tunable *tunable, unsigned int value);
void oe_tunable_put(const struct oe_tunable *tunable, unsigned int value);
void oe_tunable_changed(const struct oe_tunable *tunable);
int oe_tunable_store(const struct oe_tunable *tunable, const char *text);
void oe_tunables_warn(void);
int oe_tunable_show(const struct oe_tunable *tunable, char *text);
const char *oe_mode_name(enum oe_mode mode);

#endif /* OE_TUNABLES_H */
