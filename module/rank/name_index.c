// SPDX-License-Identifier: GPL-2.0-only
/*
 * The groups that a process can be in by its name, so that an OOM need not
 * compare each of thousands of processes with the rules of hundreds of groups.
 *
 * The index is there from the first group on.
 *
 * Characters are of one of 16 kinds. For each place in a name and each kind
 * there is the set of groups of which a rule allows that kind at that place; a
 * group that is in the set of each character of a name may match it.
 */
#include "core.h"

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "rank/name_index.h"

enum {
	NR_KINDS = 16,
	SET_WORDS = BITS_TO_LONGS(OE_NR_GROUPS),
};

static const u16 ANY_KIND = U16_MAX;

/* Sets of groups; written by one at a time, read without a lock. */
struct index {
	unsigned long groups[OE_NAME_PLACES][NR_KINDS][SET_WORDS];
	unsigned long nameless[SET_WORDS]; /* with a rule that asks for no name */
};

/* NULL before the first group. It stays until the module is removed. */
static struct index *name_index;

/**
 * oe_name_index_reserve - before there is a group
 *
 * Context: process context, may sleep; several may come at once.
 * Return: 0 or -ENOMEM.
 */
int oe_name_index_reserve(void)
{
	struct index *new;

	if (READ_ONCE(name_index))
		return 0;
	new = vzalloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	/* Pairs with the readers below: they find it zeroed. */
	if (cmpxchg(&name_index, NULL, new))
		vfree(new);
	return 0;
}

/**
 * oe_name_index_free - give the index back
 *
 * Context: module exit; there are no readers any more.
 */
void oe_name_index_free(void)
{
	vfree(name_index);
	name_index = NULL;
}

/* Two digits are of two kinds, and few letters share one. NUL ends a name. */
static unsigned int kind_of(char c)
{
	return ((u8)c ^ (u8)c >> 4) % NR_KINDS;
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
	unsigned int i;

	if (!pattern) {
		names->nameless = true;
		return;
	}
	for (i = 0; i < OE_NAME_PLACES; i++) {
		/*
		 * From here on any character may stand at any place. strchr()
		 * would find a NUL, too.
		 */
		if (*pattern && strchr("*[\\", *pattern))
			break;
		names->kinds[i] |= *pattern == '?' ? ANY_KIND :
						     BIT(kind_of(*pattern));
		if (!*pattern++)
			return;
	}
	for (; i < OE_NAME_PLACES; i++)
		names->kinds[i] = ANY_KIND;
}

static void adjust_index(unsigned int group, const struct oe_names *names,
			 bool wide)
{
	unsigned int i, kind;

	/* Read by oe_name_index_nameless(). */
	if (wide && names->nameless)
		set_bit(group, name_index->nameless);
	if (!wide && !names->nameless)
		clear_bit(group, name_index->nameless);
	/* Read by oe_name_index_find(). */
	for (i = 0; i < OE_NAME_PLACES; i++) {
		for (kind = 0; kind < NR_KINDS; kind++) {
			bool may_stand = names->kinds[i] & BIT(kind);

			if (wide && may_stand)
				set_bit(group, name_index->groups[i][kind]);
			if (!wide && !may_stand)
				clear_bit(group, name_index->groups[i][kind]);
		}
	}
}

/**
 * oe_name_index_widen - before rules of a group can be found
 * @group: its index
 * @names: the names that they can match
 *
 * Context: after oe_name_index_reserve(); the caller serialises.
 */
void oe_name_index_widen(unsigned int group, const struct oe_names *names)
{
	adjust_index(group, names, true);
}

/**
 * oe_name_index_narrow - after rules of a group were replaced
 * @group: its index
 * @names: the names that the rules that are left can match
 *
 * Context: after oe_name_index_reserve(); the caller serialises.
 */
void oe_name_index_narrow(unsigned int group, const struct oe_names *names)
{
	adjust_index(group, names, false);
}

/**
 * oe_name_index_nameless - the groups with a rule that asks for no name
 * @groups: their bits are set, and the others stay; OE_NR_GROUPS of them
 *
 * Context: any; takes no lock.
 */
void oe_name_index_nameless(unsigned long *groups)
{
	/* Pairs with oe_name_index_reserve(). */
	const struct index *index = READ_ONCE(name_index);
	unsigned int word;

	/* Written by adjust_index(). */
	for (word = 0; index && word < SET_WORDS; word++)
		groups[word] |= READ_ONCE(index->nameless[word]);
}

/**
 * oe_name_index_find - the groups that can have a process by its name
 * @name: of a process
 * @groups: a bit for each; OE_NR_GROUPS of them. Those without a rule that asks for
 *	a name are not among them
 *
 * Context: any; takes no lock.
 */
void oe_name_index_find(const char *name, unsigned long *groups)
{
	/* Pairs with oe_name_index_reserve(). */
	const struct index *index = READ_ONCE(name_index);
	unsigned long left[SET_WORDS];
	unsigned int i, word;

	if (!index) {
		bitmap_zero(groups, OE_NR_GROUPS);
		return;
	}
	memset(left, 0xff, sizeof(left));
	for (i = 0; i < OE_NAME_PLACES; i++) {
		const unsigned long *set = index->groups[i][kind_of(name[i])];
		unsigned long any = 0;

		/* Written by adjust_index(). Unrolled: done for each process. */
#pragma GCC unroll 8
		for (word = 0; word < SET_WORDS; word++) {
			left[word] &= READ_ONCE(set[word]);
			any |= left[word];
		}
		if (!any || !name[i])
			break;
	}
	memcpy(groups, left, sizeof(left));
}
