// SPDX-License-Identifier: GPL-2.0-only
/*
 * The beginnings of command lines: made text of, and kept.
 */
#include "core.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "lib/arguments.h"

/**
 * oe_arguments_join - make text of arguments
 * @text: @length bytes as they are in the memory of a process, each argument
 *	ended by a NUL; then text, with a blank between the arguments
 * @length: at most OE_ARGUMENTS_MAX
 *
 * A program that writes its title there fills the rest with NULs or blanks: what
 * is at the end is left out. All other bytes stay, whatever they are.
 *
 * Context: any.
 */
void oe_arguments_join(char text[OE_ARGUMENTS_SIZE], unsigned int length)
{
	unsigned int i;

	for (i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
}

/**
 * oe_arguments_add - keep a command line, in place of the oldest ones
 * @log: where
 * @text: less than OE_ARGUMENTS_SIZE bytes with the NUL
 *
 * Context: the caller keeps others from @log; allocates nothing.
 * Return: for oe_arguments_copy().
 */
struct oe_arguments_entry oe_arguments_add(struct oe_arguments_log *log,
					   const char *text)
{
	struct oe_arguments_entry entry = { .begin = log->end };

	BUILD_BUG_ON(!is_power_of_2(OE_ARGUMENTS_ROOM));
	for (; *text && entry.length < OE_ARGUMENTS_MAX; entry.length++)
		log->bytes[log->end++ % OE_ARGUMENTS_ROOM] = *text++;
	return entry;
}

/**
 * oe_arguments_copy - a command line that was kept
 * @log: where
 * @entry: from oe_arguments_add(), not more than 4 GB of others ago
 * @text: filled in; "" if others have taken its place
 *
 * Context: as oe_arguments_add().
 */
void oe_arguments_copy(const struct oe_arguments_log *log,
		       struct oe_arguments_entry entry,
		       char text[OE_ARGUMENTS_SIZE])
{
	unsigned int i;

	if (log->end - entry.begin > OE_ARGUMENTS_ROOM)
		entry.length = 0;
	for (i = 0; i < entry.length; i++)
		text[i] = log->bytes[(entry.begin + i) % OE_ARGUMENTS_ROOM];
	text[i] = '\0';
}
