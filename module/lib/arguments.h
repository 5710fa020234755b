/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_ARGUMENTS_H
#define OE_ARGUMENTS_H

#include <linux/types.h>

enum {
	/* The beginning of a command line, */
	OE_ARGUMENTS_MAX = 100,
	/* with a NUL, */
	OE_ARGUMENTS_SIZE = OE_ARGUMENTS_MAX + 1,
	/* escaped: each byte as \xHH, and the NUL. */
	OE_ARGUMENTS_ESCAPED = OE_ARGUMENTS_MAX * 4 + 1,
};

void oe_arguments_join(char text[OE_ARGUMENTS_SIZE], unsigned int length);

#endif /* OE_ARGUMENTS_H */
