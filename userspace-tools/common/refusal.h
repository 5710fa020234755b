/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_REFUSAL_H
#define OE_REFUSAL_H

#include <stddef.h>

char *oe_refusal_explain(char *buf, size_t size, const char *file,
			 const char *value, int err);

#endif
