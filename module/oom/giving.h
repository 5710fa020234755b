/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that processes give back, as seen on the whole machine.
 */
#ifndef OE_GIVING_H
#define OE_GIVING_H

#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/types.h>

enum {
	/* Less than this cannot be told from what others do. */
	OE_GIVING_NOISE_PAGES = SZ_2M / PAGE_SIZE,
	/* Memory of a process that has ended begins to come back within this time. */
	OE_GIVING_ENDED_MS = 500,
	/*
	 * That of a process that is dying, too: if it does not come to its end, the
	 * kernel's OOM reaper begins after 2 s.
	 */
	OE_GIVING_DYING_MS = 4000,
};

/**
 * struct oe_giving - is memory being given back?
 * @least: the fewest pages in use since oe_giving_begin()
 * @since_ns: when they became fewer last, CLOCK_MONOTONIC
 * @settle_ms: so long after that no more is expected
 */
struct oe_giving {
	unsigned long least;
	u64 since_ns;
	unsigned int settle_ms;
};

unsigned long oe_giving_in_use(void);
void oe_giving_begin(struct oe_giving *giving, unsigned int settle_ms);
bool oe_giving_goes_on(struct oe_giving *giving);

#endif /* OE_GIVING_H */
