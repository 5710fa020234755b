/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_FEATURE_H
#define OE_TOOLS_FEATURE_H

#include <stddef.h>

const char *oe_feature_missing(const char *file);
char *oe_feature_explain(char *buf, size_t size, const char *file);

#endif
