// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of rankings and of the groups that processes were put into.
 *
 * Both belong to a thread group. The table is keyed by the leader's
 * struct pid, held by a reference: unlike the number it is never reused while
 * the entry exists, and it survives exec. Look-ups are RCU and take no lock.
 */
#include "core.h"

#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "lib/pool.h"
#include "rank/rank_table.h"

enum {
	/*
	 * Spare entries, because a fork handler must not allocate on
	 * PREEMPT_RT.
	 */
	POOL_TARGET = 256,
	/* The same before the first process is ranked: a page of them. */
	POOL_FIRST = 40,
};

struct oe_pid_table oe_rank_entries;
bool oe_rank_any_offer;

static struct {
	struct oe_pool pool;
	struct oe_retired out; /* of the table */
	unsigned int for_forks; /* spare entries that only forks may take */
	void (*emptied)(void);
} rank_table;

DEFINE_MUTEX(oe_rank_table_lock);

static struct oe_rank_entry *entry_of(const struct oe_pid_node *node)
{
	return container_of(node, struct oe_rank_entry, node);
}

static void free_entries(struct llist_node *retirees)
{
	struct oe_pool_item *items = NULL;
	struct oe_rank_entry *entry, *next;

	llist_for_each_entry_safe(entry, next, retirees, retiree.node) {
		struct oe_pool_item *item = (void *)entry;

		put_pid(entry->node.pid);
		item->next = items;
		items = item;
	}
	oe_pool_free_all(&rank_table.pool, items);
}

static void free_alone(struct rcu_head *rcu)
{
	struct oe_retiree *retiree = container_of(rcu, struct oe_retiree, rcu);

	retiree->node.next = NULL;
	free_entries(&retiree->node);
}

static void free_later(struct oe_rank_entry *entry)
{
	oe_retired_add(&rank_table.out, &entry->retiree, free_alone);
}

/**
 * oe_rank_table_find - the entry of a thread group
 * @tgid: the leader's pid
 *
 * Context: under rcu_read_lock(); takes no lock.
 * Return: the entry, valid under RCU, or NULL.
 */
struct oe_rank_entry *oe_rank_table_find(struct pid *tgid)
{
	return oe_rank_table_find_inline(tgid);
}

/**
 * oe_rank_table_set_offer - write the offer of an entry
 * @entry: valid under RCU
 * @offer: rank 0 takes it back
 *
 * Context: any.
 */
void oe_rank_table_set_offer(struct oe_rank_entry *entry, struct oe_offer offer)
{
	if (offer.rank)
		WRITE_ONCE(oe_rank_any_offer, true);
	/* Both are read by oe_rank_table_offer(). */
	WRITE_ONCE(entry->told.offer.user, offer.user);
	WRITE_ONCE(entry->told.offer.rank, offer.rank);
}

/**
 * oe_rank_table_is_empty - is there neither ranking, offer nor group in an
 *	entry?
 * @entry: valid under RCU
 *
 * Context: any.
 * Return: true if there is none.
 */
bool oe_rank_table_is_empty(const struct oe_rank_entry *entry)
{
	/* Written by oe_rank_apply(). */
	return READ_ONCE(entry->told.ranking) == OE_NO_RANKING &&
	       !oe_rank_table_offer(entry).rank &&
	       bitmap_empty(entry->told.groups, OE_NR_GROUPS);
}

/**
 * oe_rank_table_find_told - the entry of a thread group, if it is not empty
 * @tgid: the leader's pid, or NULL
 *
 * Context: under rcu_read_lock(); takes no lock.
 * Return: the entry, valid under RCU, or NULL.
 */
struct oe_rank_entry *oe_rank_table_find_told(struct pid *tgid)
{
	struct oe_rank_entry *entry = tgid ? oe_rank_table_find_inline(tgid) :
					     NULL;

	return entry && !oe_rank_table_is_empty(entry) ? entry : NULL;
}

/**
 * oe_rank_table_alloc - a new entry, a spare one if there is no memory
 *
 * Context: process context, may sleep and allocate.
 * Return: the entry, for oe_rank_table_insert(), or NULL.
 */
struct oe_rank_entry *oe_rank_table_alloc(void)
{
	struct oe_rank_entry *entry = oe_pool_alloc(&rank_table.pool);
	bool low;

	/* Set by oe_rank_table_fill(). */
	if (!entry &&
	    READ_ONCE(rank_table.pool.size) > READ_ONCE(rank_table.for_forks))
		entry = oe_pool_take(&rank_table.pool, &low);
	return entry;
}

/**
 * oe_rank_table_alloc_no_spare - a new entry for a process without rights
 *
 * The spare ones are for forks and managers.
 *
 * Context: process context, may sleep and allocate.
 * Return: the entry, for oe_rank_table_insert() or oe_rank_table_free(); or
 * NULL.
 */
struct oe_rank_entry *oe_rank_table_alloc_no_spare(void)
{
	return oe_pool_alloc(&rank_table.pool);
}

/**
 * oe_rank_table_free - an entry was not needed
 * @entry: was never inserted; or NULL
 *
 * Context: process context.
 */
void oe_rank_table_free(struct oe_rank_entry *entry)
{
	if (entry)
		oe_pool_free(&rank_table.pool, entry);
}

/**
 * oe_rank_table_take - a new entry where nothing may be allocated
 * @low: set if oe_rank_table_fill() should be called
 *
 * Context: any; does not allocate on PREEMPT_RT.
 * Return: the entry, for oe_rank_table_insert(), or NULL.
 */
struct oe_rank_entry *oe_rank_table_take(bool *low)
{
	return oe_pool_take(&rank_table.pool, low);
}

/**
 * oe_rank_table_grow - before the first entry: there may be many
 *
 * Context: process context, under oe_rank_table_lock; no fork is followed. May
 * allocate, but does not call the OOM killer, and does without.
 */
void oe_rank_table_grow(void)
{
	lockdep_assert_held(&oe_rank_table_lock);
	oe_pid_table_grow(&oe_rank_entries);
}

/**
 * oe_rank_table_expect_forks - from now on forks need entries
 *
 * Context: process context, under oe_rank_table_lock; allocates nothing.
 * Return: true if oe_rank_table_fill() should be called.
 */
bool oe_rank_table_expect_forks(void)
{
	lockdep_assert_held(&oe_rank_table_lock);
	return oe_pool_grow(&rank_table.pool, POOL_TARGET);
}

/**
 * oe_rank_table_fill - allocate spare entries for oe_rank_table_take()
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or -ENOMEM.
 */
int oe_rank_table_fill(void)
{
	int err = oe_pool_fill(&rank_table.pool);

	/* Half of them; while they are few, half of these few. */
	if (!err)
		WRITE_ONCE(rank_table.for_forks, rank_table.pool.target / 2);
	return err;
}

/*
 * A manager may rank a child, or put it into a group, before the fork's handler
 * has run. A ranking that it wrote counts before an inherited one.
 */
static void merge_heritage(struct oe_pid_node *present,
			   const struct oe_pid_node *node)
{
	const struct oe_heritage *heritage = &entry_of(node)->told;
	struct oe_rank_entry *entry = entry_of(present);
	unsigned int i;

	cmpxchg(&entry->told.ranking, OE_NO_RANKING, heritage->ranking);
	if (heritage->offer.rank > oe_rank_table_offer(entry).rank)
		oe_rank_table_set_offer(entry, heritage->offer);
	for_each_set_bit(i, heritage->groups, OE_NR_GROUPS)
		set_bit(i, entry->told.groups);
}

/**
 * oe_rank_table_insert_told - put an entry in, or add it to the one that is there
 * @entry: of oe_rank_table_alloc() or oe_rank_table_take(), told is filled in; is
 *	taken over
 * @tgid: the leader's pid; gets a reference
 *
 * A ranking that is there stays.
 *
 * Context: any but interrupts.
 */
void oe_rank_table_insert_told(struct oe_rank_entry *entry, struct pid *tgid)
{
	entry->node.pid = get_pid(tgid);
	if (!oe_pid_table_insert(&oe_rank_entries, &entry->node,
				 merge_heritage))
		/* Later: a fork's handler must not free on PREEMPT_RT. */
		free_later(entry);
}

/**
 * oe_rank_table_insert - oe_rank_table_insert_told(), and fill the entry in
 * @entry: as there; NULL is -ENOMEM
 * @tgid: as there
 * @heritage: the contents of the entry; copied
 *
 * Context: as there.
 * Return: 0 or -ENOMEM.
 */
int oe_rank_table_insert(struct oe_rank_entry *entry, struct pid *tgid,
			 const struct oe_heritage *heritage)
{
	if (!entry)
		return -ENOMEM;
	entry->told = *heritage;
	oe_rank_table_insert_told(entry, tgid);
	return 0;
}

/**
 * oe_rank_table_put_back - an entry of oe_rank_table_take() was not needed
 * @entry: was never inserted
 *
 * Context: any; frees nothing on PREEMPT_RT.
 */
void oe_rank_table_put_back(struct oe_rank_entry *entry)
{
	if (oe_pool_put_back(&rank_table.pool, entry))
		return;
	entry->node.pid = NULL;
	free_later(entry);
}

static __always_inline void
remove_entry(struct hlist_bl_head *bucket, struct oe_rank_entry *entry,
	     bool (*may_go)(const struct oe_pid_node *node))
{
	/* Exit and a write may both try; one of them succeeds. */
	if (!oe_pid_table_remove_from(&oe_rank_entries, bucket, &entry->node,
				      may_go))
		return;
	free_later(entry);
	if (!oe_rank_table_count())
		rank_table.emptied();
}

static struct hlist_bl_head *bucket_of(const struct oe_rank_entry *entry)
{
	return oe_pid_table_bucket(&oe_rank_entries, entry->node.pid);
}

/**
 * oe_rank_table_remove - take an entry out; it is freed after a grace period
 * @entry: valid under RCU
 *
 * Context: any; may be called more than once for the same entry.
 */
void oe_rank_table_remove(struct oe_rank_entry *entry)
{
	remove_entry(bucket_of(entry), entry, NULL);
}

static bool is_empty_node(const struct oe_pid_node *node)
{
	return oe_rank_table_is_empty(entry_of(node));
}

/**
 * oe_rank_table_remove_if_empty - take an entry out in which nothing is left
 * @entry: valid under RCU
 *
 * A fork that adds to it at the same time does so before, and it stays, or
 * after, with an entry of its own.
 *
 * Context: any; the caller holds oe_rank_table_lock.
 */
void oe_rank_table_remove_if_empty(struct oe_rank_entry *entry)
{
	remove_entry(bucket_of(entry), entry, is_empty_node);
}

/**
 * oe_rank_table_is_alive - does any thread of a thread group live?
 * @tgid: the leader's pid
 *
 * Context: any.
 * Return: true if it has.
 */
bool oe_rank_table_is_alive(struct pid *tgid)
{
	struct task_struct *p;
	bool alive;

	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	alive = p && atomic_read(&p->signal->live);
	rcu_read_unlock();
	return alive;
}

/**
 * oe_rank_table_drop - a thread group is gone
 * @tgid: the leader's pid; NULL is ignored
 *
 * Context: any; may be called more than once for the same group.
 */
void oe_rank_table_drop(struct pid *tgid)
{
	struct hlist_bl_head *bucket;
	struct oe_pid_node *node;

	if (!tgid)
		return;
	rcu_read_lock();
	bucket = oe_pid_table_bucket(&oe_rank_entries, tgid);
	node = oe_pid_table_find_in(bucket, tgid);
	if (node)
		remove_entry(bucket, entry_of(node), NULL);
	rcu_read_unlock();
}

/**
 * oe_rank_table_drop_if_dead - undo an insertion that came too late
 * @tgid: the leader's pid
 *
 * A process may have exited between the look-up of its pid and the insertion.
 * Its exit handler then ran before there was an entry to drop. Here the
 * insertion is ordered before the check, in the exit handler signal->live
 * before the look-up, so at least one of the two sees the other.
 *
 * Context: any.
 */
void oe_rank_table_drop_if_dead(struct pid *tgid)
{
	/* Pairs with atomic_dec_and_test() of signal->live in do_exit(). */
	smp_mb();
	if (!oe_rank_table_is_alive(tgid))
		oe_rank_table_drop(tgid);
}

struct walk {
	int (*visit)(struct oe_rank_entry *entry, void *arg);
	void *arg;
};

static int visit_node(struct oe_pid_node *node, void *data)
{
	const struct walk *walk = data;

	return walk->visit(entry_of(node), walk->arg);
}

/**
 * oe_rank_table_walk - visit every entry
 * @visit: called under RCU, must not sleep, may remove the entry; a non-zero
 *	return ends the walk
 * @arg: for @visit
 *
 * Context: process context.
 * Return: 0, or the value that @visit returned.
 */
int oe_rank_table_walk(int (*visit)(struct oe_rank_entry *entry, void *arg),
		       void *arg)
{
	struct walk walk = { visit, arg };

	return oe_pid_table_walk(&oe_rank_entries, visit_node, &walk);
}

/**
 * oe_rank_table_init - set the table up
 * @emptied: called whenever the last entry goes, in any context
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int oe_rank_table_init(void (*emptied)(void))
{
	rank_table.emptied = emptied;
	rank_table.out.free = free_entries;
	rank_table.for_forks = POOL_FIRST / 2;
	return oe_pool_init(&rank_table.pool, "oom_embedded_rank",
			    sizeof(struct oe_rank_entry), POOL_FIRST);
}

/**
 * oe_rank_table_exit - take the table down
 *
 * All entries have been removed.
 *
 * Context: module exit, may sleep.
 */
void oe_rank_table_exit(void)
{
	oe_retired_drain(&rank_table.out);
	oe_pool_exit(&rank_table.pool);
	oe_pid_table_free(&oe_rank_entries);
}
