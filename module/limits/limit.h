/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_H
#define OE_LIMIT_H

#include <linux/types.h>
#include <uapi/oom_embedded.h>

#include "limits/types.h"

enum {
	OE_LIMIT_TERM_TIMEOUT_MS = 5000,
	OE_LIMIT_REFILL_MS = 60000,
	OE_LIMIT_WARN_MS = 1000,
	OE_LIMIT_PERIOD_MS = 1000,
	OE_LIMIT_PERIOD_MIN_MS = OOM_EMBEDDED_LIMIT_PERIOD_MS_MIN,
	OE_LIMIT_PERIOD_MAX_MS = OOM_EMBEDDED_LIMIT_PERIOD_MS_MAX,
};

void oe_limit_init(struct oe_limit *limit);
void oe_limit_release(struct oe_limit *limit);
int oe_limit_add(struct oe_limit *limit);
void oe_limit_remove(struct oe_limit *limit);
struct oe_limit *oe_limit_find(const char *name);
struct oe_limit *oe_limit_any(void);
unsigned int oe_limit_get_ranges(const struct oe_limit *limit,
				 struct oe_limit_range *ranges);
int oe_limit_set_ranges(struct oe_limit *limit,
			const struct oe_limit_range *ranges, unsigned int nr);
void oe_limit_kick(void);
unsigned int oe_limit_period_ms(void);
void oe_limit_set_period_ms(unsigned int period_ms);

#endif /* OE_LIMIT_H */
