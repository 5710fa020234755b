// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the ranking table: a ranking is set or cleared, a process joins or
 * leaves a group. rank_table.c stores the ranking of a process, inherit.c gives
 * one to a child, and ranking.c says which one counts.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>

#include "rank/fork.h"
#include "rank/inherit.h"
#include "rank/rank.h"
#include "rank/rank_table.h"
#include "rank/version.h"

enum {
	/* Idle time before the tracepoints of an empty table are given back. */
	UNWATCH_DELAY_MS = 1000,
};

static void retire_tracepoints(struct work_struct *work);

static struct {
	bool watching; /* under oe_rank_table_lock: the tracepoints are attached */
	struct delayed_work retire;
} rank = {
	.retire =
		__DELAYED_WORK_INITIALIZER(rank.retire, retire_tracepoints, 0),
};

/**
 * oe_rank_count - how many thread groups have a ranking of their own
 *
 * Context: any.
 * Return: number of entries.
 */
unsigned int oe_rank_count(void)
{
	return oe_rank_table_count();
}

/**
 * oe_rank_inherits - are rankings copied at fork on this kernel?
 *
 * Return: false if the kernel lacks the tracepoints.
 */
bool oe_rank_inherits(void)
{
	return oe_fork_available();
}

static int start_watching(void)
{
	int err;

	lockdep_assert_held(&oe_rank_table_lock);
	if (rank.watching)
		return 0;
	oe_rank_table_grow();
	err = oe_fork_watch();
	if (err)
		return err;
	rank.watching = true;
	oe_inherit_expect_forks();
	return 0;
}

static void stop_watching(void)
{
	lockdep_assert_held(&oe_rank_table_lock);
	if (!rank.watching)
		return;
	oe_fork_unwatch();
	rank.watching = false;
}

static int drop_dead(struct oe_rank_entry *entry, void *arg)
{
	oe_rank_table_drop_if_dead(entry->node.pid);
	return 0;
}

static void retire_tracepoints(struct work_struct *work)
{
	mutex_lock(&oe_rank_table_lock);
	if (!oe_rank_count())
		stop_watching();
	/* A fork's handler that was under way may have added an entry. */
	if (oe_rank_count() && !rank.watching) {
		if (start_watching())
			queue_delayed_work(system_wq, &rank.retire, HZ);
		else
			oe_rank_table_walk(drop_dead, NULL);
	}
	mutex_unlock(&oe_rank_table_lock);
}

static void retire_later(void)
{
	queue_delayed_work(system_wq, &rank.retire,
			   msecs_to_jiffies(UNWATCH_DELAY_MS));
}

static bool has_entry(struct pid *tgid)
{
	bool has;

	rcu_read_lock();
	has = oe_rank_table_find(tgid);
	rcu_read_unlock();
	return has;
}

static bool adds_entry(const struct oe_rank_change *change)
{
	return change->action != OE_RANK_CLEAR &&
	       change->action != OE_RANK_LEAVE;
}

/* Insert an empty entry where there is none, so that nothing can fail later. */
static int prepare_entry(const struct oe_rank_change *change)
{
	const struct oe_heritage nothing = { .ranking = OE_NO_RANKING };
	int err;

	if (!adds_entry(change))
		return 0;
	err = start_watching();
	if (err || has_entry(change->pid))
		return err;
	return oe_rank_table_insert(oe_rank_table_alloc(), change->pid,
				    &nothing);
}

/*
 * Read by oe_rank_table_find_told() and its callers. root's word about the
 * ranking of a process takes back what the process itself has said.
 */
static void change_entry(struct oe_rank_entry *entry,
			 const struct oe_rank_change *change)
{
	if (change->action != OE_RANK_JOIN && change->action != OE_RANK_LEAVE)
		oe_rank_table_set_offer(entry, (struct oe_offer){});
	switch (change->action) {
	case OE_RANK_SET:
		WRITE_ONCE(entry->told.ranking,
			   oe_rank_pack(change->value, OE_SOURCE_EXPLICIT));
		break;
	case OE_RANK_SET_SELF:
		WRITE_ONCE(entry->told.ranking,
			   oe_rank_pack(change->value, OE_SOURCE_SELF));
		break;
	case OE_RANK_CLEAR:
		WRITE_ONCE(entry->told.ranking, OE_NO_RANKING);
		break;
	case OE_RANK_JOIN:
		set_bit(change->value, entry->told.groups);
		break;
	case OE_RANK_LEAVE:
		clear_bit(change->value, entry->told.groups);
		break;
	}
}

static void commit_change(const struct oe_rank_change *change)
{
	struct oe_rank_entry *entry;

	rcu_read_lock();
	entry = oe_rank_table_find(change->pid);
	/* NULL only if the process has exited. */
	if (entry)
		change_entry(entry, change);
	rcu_read_unlock();
}

static void commit_changes(const struct oe_rank_change *changes,
			   unsigned int nr_changes)
{
	unsigned int i;

	oe_version_begin_change();
	for (i = 0; i < nr_changes; i++)
		commit_change(&changes[i]);
	oe_version_end_change();
	for (i = 0; i < nr_changes; i++)
		oe_rank_table_drop_if_dead(changes[i].pid);
}

/*
 * Drop entries left empty, on success and on failure. The entry is looked up
 * again, because the process may have ended meanwhile.
 */
static void drop_if_empty(const struct oe_rank_change *change)
{
	struct oe_rank_entry *entry;

	rcu_read_lock();
	entry = oe_rank_table_find(change->pid);
	if (entry)
		oe_rank_table_remove_if_empty(entry);
	rcu_read_unlock();
}

/**
 * oe_rank_apply - change the table, all or nothing, and in one step for those
 *	who look by oe_version_now()
 * @changes: applied in this order, so that a later one wins
 * @nr_changes: their number
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; or -ENOMEM, and nothing has changed.
 */
int oe_rank_apply(const struct oe_rank_change *changes, unsigned int nr_changes)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&oe_rank_table_lock);
	for (i = 0; !err && i < nr_changes; i++)
		err = prepare_entry(&changes[i]);
	if (!err)
		commit_changes(changes, nr_changes);
	for (i = 0; i < nr_changes; i++)
		drop_if_empty(&changes[i]);
	/* No removal tells of a table that stayed empty. */
	if (rank.watching && !oe_rank_count())
		retire_later();
	mutex_unlock(&oe_rank_table_lock);
	return err;
}

static void insert_offer(struct pid *tgid, struct oe_offer offer,
			 struct oe_rank_entry *entry)
{
	const struct oe_heritage heritage = {
		.ranking = OE_NO_RANKING,
		.offer = offer,
	};

	rcu_read_lock();
	oe_rank_table_insert(entry, tgid, &heritage);
	entry = oe_rank_table_find(tgid);
	/* NULL only if the process has exited. */
	if (entry)
		oe_rank_table_set_offer(entry, offer);
	rcu_read_unlock();
	oe_rank_table_drop_if_dead(tgid);
}

/**
 * __oe_rank_offer - note that a process has made itself more expendable
 * @tgid: the leader's pid
 * @offer: replaces an earlier one
 * @entry: of oe_rank_table_alloc_no_spare(); taken over on success
 *
 * The process needs no rights for that. The table is bounded all the same: an
 * entry ends with its process, and without the tracepoint that tells of the end
 * there are no offers.
 *
 * Context: process context, may sleep; the caller holds oe_rank_table_lock.
 * Waits for no memory: the little that the tracepoints need comes from the
 * reserves, once in UNWATCH_DELAY_MS at most.
 * Return: 0, -EOPNOTSUPP or -ENOMEM.
 */
int __oe_rank_offer(struct pid *tgid, struct oe_offer offer,
		    struct oe_rank_entry *entry)
{
	unsigned int flags;
	int err;

	lockdep_assert_held(&oe_rank_table_lock);
	if (!oe_fork_available())
		return -EOPNOTSUPP;
	flags = memalloc_noreclaim_save();
	err = start_watching();
	memalloc_noreclaim_restore(flags);
	if (!err)
		insert_offer(tgid, offer, entry);
	return err;
}

struct member_arg {
	unsigned int group;
	int (*visit)(struct pid *tgid, void *arg);
	void *arg;
};

static int visit_member(struct oe_rank_entry *entry, void *data)
{
	const struct member_arg *arg = data;

	if (!test_bit(arg->group, entry->told.groups))
		return 0;
	return arg->visit(entry->node.pid, arg->arg);
}

/**
 * oe_rank_visit_members - visit every thread group that was put into a group
 * @group: its index
 * @visit: called under RCU, must not sleep; a non-zero return ends the walk
 * @arg: for @visit
 *
 * Context: process context, may sleep.
 * Return: 0, or the value that @visit returned.
 */
int oe_rank_visit_members(unsigned int group,
			  int (*visit)(struct pid *tgid, void *arg), void *arg)
{
	struct member_arg member_arg = { group, visit, arg };

	return oe_rank_table_walk(visit_member, &member_arg);
}

/**
 * oe_rank_open_group - from now on processes may be put into a group
 * @group: its index; no process is in it
 *
 * Context: process context.
 */
void oe_rank_open_group(unsigned int group)
{
	oe_inherit_open_group(group);
}

static int leave_group(struct oe_rank_entry *entry, void *arg)
{
	clear_bit(*(unsigned int *)arg, entry->told.groups);
	oe_rank_table_remove_if_empty(entry);
	return 0;
}

/**
 * oe_rank_close_group - take all members out of a group that is being removed
 * @group: its index; no process joins it any more
 *
 * A fork under way may still copy its parent's membership, so this first waits
 * for such forks; later forks see that the group is closed. Then one walk over
 * the table finds all members.
 *
 * Context: process context, may sleep.
 */
void oe_rank_close_group(unsigned int group)
{
	oe_inherit_close_group(group);
	/*
	 * Excludes oe_rank_apply(), which inserts empty entries before it fills
	 * them.
	 */
	mutex_lock(&oe_rank_table_lock);
	oe_rank_table_walk(leave_group, &group);
	mutex_unlock(&oe_rank_table_lock);
}

static int drop_any(struct oe_rank_entry *entry, void *arg)
{
	oe_rank_table_remove(entry);
	return 0;
}

/**
 * oe_rank_init - set the table up
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int oe_rank_init(void)
{
	oe_fork_init();
	return oe_rank_table_init(retire_later);
}

/**
 * oe_rank_exit - take the table down
 *
 * There are no look-ups any more.
 *
 * Context: module exit, may sleep.
 */
void oe_rank_exit(void)
{
	mutex_lock(&oe_rank_table_lock);
	stop_watching();
	/* Now: with an entry left retire_tracepoints() would watch again. */
	oe_rank_table_walk(drop_any, NULL);
	mutex_unlock(&oe_rank_table_lock);
	oe_inherit_exit();
	cancel_delayed_work_sync(&rank.retire); /* queued by the last removal */
	oe_rank_table_exit();
}
