/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PATTERN_H
#define OE_PATTERN_H

#include <linux/types.h>

bool oe_pattern_matches(const char *pattern, const char *text);

#endif /* OE_PATTERN_H */
