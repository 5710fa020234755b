// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ties between processes (a memory cgroup, an address space, the init of a
 * pid namespace) and the most protected process that each of these would kill: a
 * hash table in memory set aside, filled in one walk over all processes.
 */
#include "core.h"

#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "tasks/kill_table.h"

struct entry {
	const void *key; /* compared only; NULL = free */
	struct oe_kill_member lowest;
};

/**
 * struct oe_kill_table - from a tie to its most protected process
 * @bits: there are 1 << @bits entries
 * @nr_used: of them; at most three quarters, so that a search ends soon
 * @full: a key was left out
 * @entries: by the hash of the key, or behind it
 */
struct oe_kill_table {
	unsigned int bits;
	unsigned int nr_used;
	bool full;
	struct entry entries[];
};

/**
 * oe_kill_table_new - an empty table
 * @nr_keys: how many keys it should have room for
 * @gfp: of the allocation
 *
 * Context: process context, may sleep and allocate.
 * Return: the table, the caller's, or NULL without memory.
 */
struct oe_kill_table *oe_kill_table_new(unsigned long nr_keys, gfp_t gfp)
{
	unsigned int bits = order_base_2(nr_keys + nr_keys / 2 + 1);
	struct oe_kill_table *table;

	/* kvzalloc() would take a power of two of pages. */
	table = __vmalloc(struct_size(table, entries, 1UL << bits),
			  gfp | __GFP_ZERO);
	if (table)
		table->bits = bits;
	return table;
}

/**
 * oe_kill_table_free - the end of a table
 * @table: the table, or NULL
 *
 * Context: process context, may sleep.
 */
void oe_kill_table_free(struct oe_kill_table *table)
{
	vfree(table);
}

/**
 * oe_kill_table_clear - empty it again
 * @table: the table
 *
 * Context: any.
 */
void oe_kill_table_clear(struct oe_kill_table *table)
{
	memset(table->entries, 0, sizeof(*table->entries) << table->bits);
	table->nr_used = 0;
	table->full = false;
}

/* The entry of a key, or the free one where it belongs. */
static unsigned int where_is(const struct oe_kill_table *table, const void *key)
{
	unsigned int mask = (1U << table->bits) - 1;
	unsigned int i = hash_ptr(key, table->bits);

	while (table->entries[i].key && table->entries[i].key != key)
		i = (i + 1) & mask;
	return i;
}

/**
 * oe_kill_table_add - a process that would die by a tie
 * @table: the table
 * @key: the tie; nothing is done for NULL
 * @member: the process; remembered if it is the most protected one so far
 *
 * Context: any; the caller is the only user of @table.
 */
void oe_kill_table_add(struct oe_kill_table *table, const void *key,
		       const struct oe_kill_member *member)
{
	unsigned int most = (1U << table->bits) / 4 * 3;
	struct entry *entry;

	if (!key)
		return;
	entry = &table->entries[where_is(table, key)];
	if (!entry->key) {
		if (table->nr_used >= most) {
			table->full = true;
			return;
		}
		table->nr_used++;
		entry->key = key;
	}
	oe_kill_member_lower(&entry->lowest, member);
}

/**
 * oe_kill_table_find - the most protected process that would die by a tie
 * @table: the table
 * @key: the tie; NULL = none
 * @member: replaced if the one found is more protected
 *
 * Context: any.
 * Return: false if nothing is known, because the table was full.
 */
bool oe_kill_table_find(const struct oe_kill_table *table, const void *key,
			struct oe_kill_member *member)
{
	const struct entry *entry;

	if (!key)
		return true;
	entry = &table->entries[where_is(table, key)];
	if (!entry->key)
		return !table->full;
	oe_kill_member_lower(member, &entry->lowest);
	return true;
}

/**
 * oe_kill_member_lower - the more protected of two
 * @lowest: one, or an empty one; replaced if the other is more protected
 * @member: the other
 *
 * Between equals the lower pid counts, so that the result does not depend on the
 * order of a walk.
 *
 * Context: any; the processes need not exist any more.
 */
void oe_kill_member_lower(struct oe_kill_member *lowest,
			  const struct oe_kill_member *member)
{
	if (lowest->task &&
	    (member->rank > lowest->rank ||
	     (member->rank == lowest->rank && member->tgid >= lowest->tgid)))
		return;
	*lowest = *member;
}
