// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which groups a process can be in by its name, so that an OOM need not compare
 * each of thousands of processes with the rules of hundreds of groups.
 */
#include "core.h"

#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/string.h>

#include "rank/name_index.h"

enum {
	HASH_BITS = 8, /* of OE_NAME_SETS */
	SET_WORDS = BITS_TO_LONGS(OE_NR_GROUPS),
};

/* Sets of groups; written by one at a time, read without a lock. */
static struct {
	unsigned long by_hash[OE_NAME_SETS][SET_WORDS];
	unsigned long by_letter[OE_NAME_SETS][SET_WORDS];
} name_index;

static unsigned int hash_name(const char *name)
{
	u32 hash = 0;

	while (*name)
		hash = hash * 31 + (u8)*name++;
	return hash_32(hash, HASH_BITS);
}

/**
 * oe_names_add - the names that a rule can match
 * @names: gets them
 * @pattern: for oe_pattern_matches(); NULL if the rule does not ask for a name
 *
 * Context: any.
 */
void oe_names_add(struct oe_names *names, const char *pattern)
{
	if (!pattern || strchr("*?[\\", *pattern))
		bitmap_fill(names->letters, OE_NAME_SETS);
	else if (strpbrk(pattern, "*?[\\"))
		__set_bit((u8)*pattern, names->letters);
	else
		__set_bit(hash_name(pattern), names->hashes);
}

/**
 * oe_name_index_widen - before rules of a group can be found
 * @group: its index
 * @names: what they can match
 *
 * Context: the caller serialises.
 */
void oe_name_index_widen(unsigned int group, const struct oe_names *names)
{
	unsigned int i;

	/* Both are read by oe_name_index_find(). */
	for_each_set_bit(i, names->hashes, OE_NAME_SETS)
		set_bit(group, name_index.by_hash[i]);
	for_each_set_bit(i, names->letters, OE_NAME_SETS)
		set_bit(group, name_index.by_letter[i]);
}

/**
 * oe_name_index_narrow - after rules of a group were replaced
 * @group: its index
 * @names: what all rules that are left can match
 *
 * Context: the caller serialises.
 */
void oe_name_index_narrow(unsigned int group, const struct oe_names *names)
{
	unsigned int i;

	/* Both are read by oe_name_index_find(). */
	for_each_clear_bit(i, names->hashes, OE_NAME_SETS)
		clear_bit(group, name_index.by_hash[i]);
	for_each_clear_bit(i, names->letters, OE_NAME_SETS)
		clear_bit(group, name_index.by_letter[i]);
}

/**
 * oe_name_index_find - the groups that a name can match
 * @name: of a process
 * @groups: a bit for each; OE_NR_GROUPS of them
 *
 * Context: any; takes no lock.
 */
void oe_name_index_find(const char *name, unsigned long *groups)
{
	const unsigned long *by_hash = name_index.by_hash[hash_name(name)];
	const unsigned long *by_letter = name_index.by_letter[(u8)*name];
	unsigned int i;

	/* Written by oe_name_index_widen() and oe_name_index_narrow(). */
	for (i = 0; i < SET_WORDS; i++)
		groups[i] = READ_ONCE(by_hash[i]) | READ_ONCE(by_letter[i]);
}
