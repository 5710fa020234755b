/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_NAME_INDEX_H
#define OE_NAME_INDEX_H

#include <linux/bitmap.h>
#include <linux/types.h>

#include "rank/types.h"

enum {
	OE_NAME_SETS = 256,
};

/**
 * struct oe_names - the names that the rules of a group can match
 * @hashes: those of names that are written out
 * @letters: the first ones of all others
 *
 * There may be more of them, but none is missing.
 */
struct oe_names {
	DECLARE_BITMAP(hashes, OE_NAME_SETS);
	DECLARE_BITMAP(letters, OE_NAME_SETS);
};

void oe_names_add(struct oe_names *names, const char *pattern);
void oe_name_index_widen(unsigned int group, const struct oe_names *names);
void oe_name_index_narrow(unsigned int group, const struct oe_names *names);
void oe_name_index_find(const char *name, unsigned long *groups);

#endif /* OE_NAME_INDEX_H */
