/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_VERSION_H
#define OE_VERSION_H

#include <linux/types.h>

enum {
	/* Passes over all processes that one look may take. */
	OE_VERSION_TRIES = 8,
};

/**
 * struct oe_version - a moment in the life of all rankings
 * @number: of changes so far
 * @stable: none was under way
 */
struct oe_version {
	unsigned int number;
	bool stable;
};

void oe_version_watch(void (*changed)(void));
void oe_version_begin_change(void);
void oe_version_end_change(void);
struct oe_version oe_version_now(void);
bool oe_version_is(struct oe_version version);

#endif /* OE_VERSION_H */
