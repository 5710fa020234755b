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
	/* So much of them is kept: a power of two. */
	OE_ARGUMENTS_ROOM = 2048,
};

/**
 * struct oe_arguments_log - the last command lines
 * @end: how many bytes there have ever been; wraps
 * @bytes: the last of them
 *
 * A command line takes the bytes that it has, so that most of the last 64 fit
 * where 20 of full length would.
 */
struct oe_arguments_log {
	u32 end;
	char bytes[OE_ARGUMENTS_ROOM];
};

/**
 * struct oe_arguments_entry - where a command line is
 * @begin: of its bytes, as &struct oe_arguments_log.end counts them
 * @length: how many; 0 = there is none
 */
struct oe_arguments_entry {
	u32 begin;
	u8 length;
};

void oe_arguments_join(char text[OE_ARGUMENTS_SIZE], unsigned int length);
struct oe_arguments_entry oe_arguments_add(struct oe_arguments_log *log,
					   const char *text);
void oe_arguments_copy(const struct oe_arguments_log *log,
		       struct oe_arguments_entry entry,
		       char text[OE_ARGUMENTS_SIZE]);

#endif /* OE_ARGUMENTS_H */
