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
};

/**
 * struct oe_giving - is memory being given back?
 * @least: the fewest pages in use since oe_giving_begin()
 * @since_ns: when they became fewer last, CLOCK_MONOTONIC
 */
struct oe_giving {
	unsigned long least;
	u64 since_ns;
};

unsigned long oe_giving_in_use(void);
void oe_giving_begin(struct oe_giving *giving);
bool oe_giving_goes_on(struct oe_giving *giving);

#endif /* OE_GIVING_H */
