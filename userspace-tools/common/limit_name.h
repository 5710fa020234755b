/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a limit is about, as the name of its directory.
 */
#ifndef OE_LIMIT_NAME_H
#define OE_LIMIT_NAME_H

#include <stdbool.h>

enum {
	OE_LIMIT_NAME_SIZE = 100, /* with the NUL */
};

bool oe_limit_name(const char *text, char *name);

#endif
