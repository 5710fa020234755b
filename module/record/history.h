/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_HISTORY_H
#define OE_HISTORY_H

#include <linux/types.h>

#include "memory/totals.h"
#include "rules/watermark.h"

enum {
	OE_NR_HISTORY = 512,
};

/**
 * struct oe_history_entry - how much memory there was
 * @uptime_us: CLOCK_MONOTONIC
 * @available_kb: see oe_available_kb()
 * @level: at that time
 * @part_kb: where the memory was, see oe_memparts_read()
 */
struct oe_history_entry {
	u64 uptime_us;
	u64 available_kb;
	enum oe_level level;
	u32 part_kb[OE_NR_MEMPARTS];
};

#ifdef CONFIG_OE_EVENTS
void oe_history_add(u64 available_kb, enum oe_level level);
#else
static inline void oe_history_add(u64 available_kb, enum oe_level level)
{
}
#endif

void oe_history_range(u64 *first, u64 *end);
bool oe_history_copy(u64 number, struct oe_history_entry *entry);

#endif /* OE_HISTORY_H */
