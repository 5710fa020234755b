/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of thread groups that have a ranking, or are in a group by their
 * pid.
 */
#ifndef OE_RANK_TABLE_H
#define OE_RANK_TABLE_H

#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "lib/pid_table.h"
#include "lib/retired.h"
#include "rank/types.h"

/**
 * struct oe_heritage - what was said of a process; its children inherit it
 * @ranking: packed by oe_rank_pack(), read with READ_ONCE(); OE_NO_RANKING =
 *	none
 * @offer: its own, or its parent's
 * @groups: a bit for every group it was put into by its pid
 */
struct oe_heritage {
	u32 ranking;
	struct oe_offer offer;
	DECLARE_BITMAP(groups, OE_NR_GROUPS);
};

/**
 * struct oe_rank_entry - the ranking and the groups of one thread group
 * @node: in the table; one reference of its pid is held
 * @retiree: for freeing, once out of the table
 * @told: what was said of it
 *
 * An entry with neither ranking nor offer nor group counts as absent.
 */
struct oe_rank_entry {
	struct oe_pid_node node;
	struct oe_retiree retiree;
	struct oe_heritage told;
};

#define OE_NO_RANKING U32_MAX

/**
 * oe_rank_pack - a ranking as an entry keeps it
 * @value: 0 to 1000
 * @source: its origin
 *
 * Return: one word, never OE_NO_RANKING.
 */
static inline u32 oe_rank_pack(u16 value, enum oe_source source)
{
	return value | (u32)source << 16;
}

/**
 * oe_rank_unpack - undo oe_rank_pack()
 * @packed: of oe_rank_pack(), not OE_NO_RANKING
 *
 * Return: the ranking.
 */
static inline struct oe_ranking oe_rank_unpack(u32 packed)
{
	return (struct oe_ranking){
		.rank = packed & 0xffff,
		.source = packed >> 16,
	};
}

/**
 * oe_rank_is_inheritable - does a child get this ranking?
 * @packed: of oe_rank_pack(), or OE_NO_RANKING
 *
 * Return: true if so.
 */
static inline bool oe_rank_is_inheritable(u32 packed)
{
	return packed != OE_NO_RANKING &&
	       oe_rank_unpack(packed).source != OE_SOURCE_SELF;
}

/* For the inline functions below, and rank_table.c. */
extern struct oe_pid_table oe_rank_entries;
extern bool oe_rank_any_offer; /* since the module was loaded */

/**
 * oe_rank_table_count - how many thread groups have an entry
 *
 * Context: any.
 * Return: number of entries.
 */
static inline unsigned int oe_rank_table_count(void)
{
	return atomic_read(&oe_rank_entries.nr_nodes);
}

/**
 * oe_rank_table_find_inline - oe_rank_table_find() without a call
 * @tgid: as there
 *
 * The OOM path looks at every process.
 *
 * Context: as there.
 * Return: as there.
 */
static __always_inline struct oe_rank_entry *
oe_rank_table_find_inline(struct pid *tgid)
{
	struct oe_pid_node *node =
		oe_pid_table_find_inline(&oe_rank_entries, tgid);

	return node ? container_of(node, struct oe_rank_entry, node) : NULL;
}

/**
 * oe_rank_table_any_offer - has there been any offer?
 *
 * Context: any.
 * Return: false if none need be looked for.
 */
static inline bool oe_rank_table_any_offer(void)
{
	/* Written by oe_rank_table_set_offer(). */
	return READ_ONCE(oe_rank_any_offer);
}

/**
 * oe_rank_table_offer - read the offer of an entry
 * @entry: valid under RCU
 *
 * Context: any.
 * Return: the offer; rank 0 if there is none.
 */
static inline struct oe_offer
oe_rank_table_offer(const struct oe_rank_entry *entry)
{
	/* Written by oe_rank_table_set_offer(). */
	return (struct oe_offer){
		.rank = READ_ONCE(entry->told.offer.rank),
		.user = READ_ONCE(entry->told.offer.user),
	};
}

/* Changes of the table other than by fork and exit. */
extern struct mutex oe_rank_table_lock;

int oe_rank_table_init(void (*emptied)(void));
void oe_rank_table_exit(void);
void oe_rank_table_grow(void);
bool oe_rank_table_expect_forks(void);
int oe_rank_table_fill(void);
int oe_rank_table_walk(int (*visit)(struct oe_rank_entry *entry, void *arg),
		       void *arg);
struct oe_rank_entry *oe_rank_table_find(struct pid *tgid);
struct oe_rank_entry *oe_rank_table_find_told(struct pid *tgid);
bool oe_rank_table_is_empty(const struct oe_rank_entry *entry);
struct oe_rank_entry *oe_rank_table_alloc(void);
struct oe_rank_entry *oe_rank_table_alloc_no_spare(void);
void oe_rank_table_free(struct oe_rank_entry *entry);
struct oe_rank_entry *oe_rank_table_take(bool *low);
void oe_rank_table_insert_told(struct oe_rank_entry *entry, struct pid *tgid);
void oe_rank_table_put_back(struct oe_rank_entry *entry);
int oe_rank_table_insert(struct oe_rank_entry *entry, struct pid *tgid,
			 const struct oe_heritage *heritage);
void oe_rank_table_set_offer(struct oe_rank_entry *entry,
			     struct oe_offer offer);
void oe_rank_table_remove(struct oe_rank_entry *entry);
void oe_rank_table_remove_if_empty(struct oe_rank_entry *entry);
bool oe_rank_table_is_alive(struct pid *tgid);
void oe_rank_table_drop(struct pid *tgid);
void oe_rank_table_drop_if_dead(struct pid *tgid);

#endif /* OE_RANK_TABLE_H */
