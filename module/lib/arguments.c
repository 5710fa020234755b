// SPDX-License-Identifier: GPL-2.0-only
/*
 * The beginnings of command lines, made text of.
 */
#include "core.h"

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
