// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory as a stack of parts, the lowest first: what no kill and no reclaim brings back is at the
 * bottom, what is free at the top.
 */
#include "cli/commands/stack.h"

/* The kernel's own first, then the parts of a sample in their order. */
static const struct {
	const char *name;
	char letter;
} parts[STACK_PARTS] = {
	{ "not accounted", '#' }, { "kernel objects", 'S' },
	{ "zram, zswap", 'Z' },	  { "tmpfs and shared memory", 'T' },
	{ "processes", 'P' },	  { "page cache", 'C' },
	{ "free", '.' },
};

/**
 * stack_of - the parts of a sample
 * @sample: from levels/history
 * @total_kb: all memory
 * @kb: result: the height of each part, the lowest first; the sum is @total_kb
 *
 * Return: false if the module does not tell the parts.
 */
bool stack_of(const struct oe_sample *sample, long long total_kb,
	      double kb[STACK_PARTS])
{
	double rest = (double)total_kb;
	int i;

	if (total_kb <= 0)
		return false;
	/* From the top down: counters that are not read at one moment may add up to too much. */
	for (i = OE_NR_PARTS - 1; i >= 0; i--) {
		double part = (double)sample->part_kb[i];

		if (part < 0)
			return false;
		kb[i + 1] = part < rest ? part : rest;
		rest -= kb[i + 1];
	}
	kb[0] = rest;
	return true;
}

/**
 * stack_name - a part in words
 * @part: 0..STACK_PARTS-1
 *
 * Return: a constant string.
 */
const char *stack_name(int part)
{
	return parts[part].name;
}

/**
 * stack_letter - a part in a picture of letters
 * @part: 0..STACK_PARTS-1
 *
 * Return: one letter.
 */
char stack_letter(int part)
{
	return parts[part].letter;
}
