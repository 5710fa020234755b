// SPDX-License-Identifier: GPL-2.0-only
/*
 * process -> ranking, and the groups it was put into by its pid.
 *
 * Both belong to a thread group. The table is keyed by the leader's
 * struct pid, held by a reference: unlike the number it is never reused while
 * the entry exists, and it survives exec. Look-ups are RCU and take no lock.
 */
#include "core.h"

#include <linux/bitmap.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "fork.h"
#include "group.h"
#include "pid_table.h"
#include "pool.h"
#include "rank.h"

enum {
	/* Entries kept in hand, because a fork handler must not allocate on RT. */
	POOL_TARGET = 256,
	/* Idle time before the tracepoints of an empty table are given back. */
	UNWATCH_DELAY_MS = 1000,
};

/**
 * struct oe_rank_entry - what is known of one thread group
 * @node: in the table; one reference of its pid is held
 * @rcu: for freeing, once out of the table
 * @ranking: packed by pack(), read with READ_ONCE(); NO_RANKING = none
 * @groups: a bit for every group it was put into by its pid
 *
 * With neither ranking nor group it is as good as not there.
 */
struct oe_rank_entry {
	struct oe_pid_node node;
	struct rcu_head rcu;
	u32 ranking;
	DECLARE_BITMAP(groups, OE_NR_GROUPS);
};

/**
 * struct heritage - what a child gets from its parent
 * @ranking: as in &struct oe_rank_entry
 * @groups: as in &struct oe_rank_entry
 */
struct heritage {
	u32 ranking;
	DECLARE_BITMAP(groups, OE_NR_GROUPS);
};

static void repair(struct work_struct *work);
static void retire(struct work_struct *work);

static struct {
	struct oe_pid_table table;
	struct oe_pool pool;
	struct mutex lock; /* changes by sysfs and by the worker */
	bool watching; /* under lock: the tracepoints are attached */
	/* Groups that exist. A child inherits no other: oe_rank_close_group(). */
	DECLARE_BITMAP(open_groups, OE_NR_GROUPS);
	raw_spinlock_t lost_lock;
	/* Under lost_lock: children without their ranking, start of the first. */
	unsigned int nr_lost;
	u64 lost_since;
	struct delayed_work repair;
	struct delayed_work retire;
} rank = {
	.lock = __MUTEX_INITIALIZER(rank.lock),
	.lost_lock = __RAW_SPIN_LOCK_UNLOCKED(rank.lost_lock),
	.repair = __DELAYED_WORK_INITIALIZER(rank.repair, repair, 0),
	.retire = __DELAYED_WORK_INITIALIZER(rank.retire, retire, 0),
};

static const u32 NO_RANKING = U32_MAX;

static u32 pack(u16 value, enum oe_source source)
{
	return value | (u32)source << 16;
}

static struct oe_ranking unpack(u32 packed)
{
	return (struct oe_ranking){
		.rank = packed & 0xffff,
		.source = packed >> 16,
	};
}

static void free_entry(struct oe_rank_entry *entry)
{
	put_pid(entry->node.pid);
	oe_pool_free(&rank.pool, entry);
}

static void free_entry_rcu(struct rcu_head *head)
{
	free_entry(container_of(head, struct oe_rank_entry, rcu));
}

static struct oe_rank_entry *find(struct pid *tgid)
{
	struct oe_pid_node *node = oe_pid_table_find(&rank.table, tgid);

	return node ? container_of(node, struct oe_rank_entry, node) : NULL;
}

static void remove_entry(struct oe_rank_entry *entry)
{
	/* Exit and a write may both try; one of them gets it. */
	if (!oe_pid_table_remove(&rank.table, &entry->node))
		return;
	call_rcu(&entry->rcu, free_entry_rcu);
	if (!oe_rank_count())
		queue_delayed_work(system_wq, &rank.retire,
				   msecs_to_jiffies(UNWATCH_DELAY_MS));
}

/**
 * oe_rank_count - how many thread groups have a ranking of their own
 *
 * Context: any.
 * Return: number of entries.
 */
unsigned int oe_rank_count(void)
{
	return atomic_read(&rank.table.nr_nodes);
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

static bool is_empty(const struct oe_rank_entry *entry)
{
	/* Written by commit(). */
	return READ_ONCE(entry->ranking) == NO_RANKING &&
	       bitmap_empty(entry->groups, OE_NR_GROUPS);
}

/* The entry that says something of this thread group, or NULL. Under RCU. */
static struct oe_rank_entry *find_told(struct pid *tgid)
{
	struct oe_rank_entry *entry = tgid ? find(tgid) : NULL;

	return entry && !is_empty(entry) ? entry : NULL;
}

static struct pid *parent_of(struct task_struct *p)
{
	return task_tgid(rcu_dereference(p->real_parent));
}

/**
 * find_entry - the entry that counts for a process
 * @p: any of its threads
 * @inherited: set if it is the parent's
 *
 * Between its appearance in the task list and the fork tracepoint a child has
 * no entry yet. It cannot have run either, which is how it is told apart.
 *
 * Return: the entry, valid under RCU, or NULL.
 */
static struct oe_rank_entry *find_entry(struct task_struct *p, bool *inherited)
{
	struct oe_rank_entry *entry = find_told(task_tgid(p));

	*inherited = !entry && READ_ONCE(p->__state) == TASK_NEW;
	return *inherited ? find_told(parent_of(p)) : entry;
}

static bool is_lost(struct task_struct *p)
{
	u64 since = READ_ONCE(rank.lost_since); /* set by note_lost() */

	return since && p->group_leader->start_time >= since;
}

static bool of_entry(struct task_struct *p, struct oe_ranking *ranking)
{
	struct oe_rank_entry *entry;
	bool inherited;
	u32 packed;

	entry = find_entry(p, &inherited);
	if (!entry)
		return false;
	packed = READ_ONCE(entry->ranking); /* written by commit() */
	if (packed == NO_RANKING)
		return oe_group_of_members(entry->groups, ranking);
	*ranking = unpack(packed);
	if (inherited)
		ranking->source = OE_SOURCE_INHERITED;
	return true;
}

/**
 * oe_rank_of - the ranking that counts for a process
 * @p: any of its threads
 *
 * Its own, then that of a group it was put into, then that of a group whose
 * rule it matches, then `default_rank`.
 *
 * Context: under rcu_read_lock(), which also keeps @p; takes no lock.
 * Return: its ranking and where that came from.
 */
struct oe_ranking oe_rank_of(struct task_struct *p)
{
	struct oe_ranking ranking;

	if (oe_rank_count() && of_entry(p, &ranking))
		return ranking;
	if (is_lost(p))
		return (struct oe_ranking){ OE_RANK_NEVER, OE_SOURCE_LOST };
	if (oe_group_of_rules(p, &ranking))
		return ranking;
	return (struct oe_ranking){
		.rank = READ_ONCE(oe_config.default_rank),
		.source = OE_SOURCE_DEFAULT,
	};
}

/**
 * oe_rank_is_member - was a process put into a group by its pid?
 * @p: any of its threads
 * @group: the group's index
 *
 * Context: under rcu_read_lock(); takes no lock.
 * Return: true if it was, or a forefather of it.
 */
bool oe_rank_is_member(struct task_struct *p, unsigned int group)
{
	struct oe_rank_entry *entry;
	bool inherited;

	if (!oe_rank_count())
		return false;
	entry = find_entry(p, &inherited);
	return entry && test_bit(group, entry->groups);
}

/* @entry is the pool's, and goes back to it on failure; NULL is -ENOMEM. */
static int insert(struct oe_rank_entry *entry, struct pid *tgid,
		  const struct heritage *heritage)
{
	int err;

	if (!entry)
		return -ENOMEM;
	entry->node.pid = get_pid(tgid);
	entry->ranking = heritage->ranking;
	bitmap_copy(entry->groups, heritage->groups, OE_NR_GROUPS);
	err = oe_pid_table_insert(&rank.table, &entry->node);
	if (err)
		free_entry(entry);
	return err;
}

static void note_lost(u64 child_start)
{
	unsigned long flags;

	oe_stat_inc(OE_STAT_inherit_failed);
	raw_spin_lock_irqsave(&rank.lost_lock, flags);
	rank.nr_lost++;
	if (!rank.lost_since)
		WRITE_ONCE(rank.lost_since,
			   child_start); /* read by is_lost() */
	raw_spin_unlock_irqrestore(&rank.lost_lock, flags);
	queue_delayed_work(system_wq, &rank.repair, 0);
}

/* What a child of @parent gets; false if that is nothing. The caller is under RCU. */
static bool inherit_from(struct pid *parent, struct heritage *heritage)
{
	struct oe_rank_entry *entry = find_told(parent);
	u32 packed;

	if (!entry)
		return false;
	packed = READ_ONCE(entry->ranking); /* written by commit() */
	heritage->ranking = packed == NO_RANKING ? NO_RANKING :
						   pack(unpack(packed).rank,
							OE_SOURCE_INHERITED);
	bitmap_and(heritage->groups, entry->groups, rank.open_groups,
		   OE_NR_GROUPS);
	return packed != NO_RANKING ||
	       !bitmap_empty(heritage->groups, OE_NR_GROUPS);
}

static void inherit(const struct heritage *heritage, struct pid *child,
		    u64 child_start)
{
	struct oe_rank_entry *entry;
	bool low;

	entry = oe_pool_take(&rank.pool, &low);
	if (low)
		queue_delayed_work(system_wq, &rank.repair, 0);
	if (insert(entry, child, heritage))
		note_lost(child_start);
}

/**
 * oe_rank_inherit - give a new process its parent's ranking and groups
 * @parent: thread group that forked
 * @child: new thread group, not running yet
 * @child_start: its start time
 *
 * If there is no memory for it, every process without a ranking that started
 * since is held to be protected until the background work has made up for it.
 *
 * Context: tracepoint, preemption off; does not allocate on PREEMPT_RT.
 */
void oe_rank_inherit(struct pid *parent, struct pid *child, u64 child_start)
{
	struct heritage heritage;

	/* To the end: oe_rank_close_group() waits for us. */
	rcu_read_lock();
	if (inherit_from(parent, &heritage))
		inherit(&heritage, child, child_start);
	rcu_read_unlock();
}

/**
 * oe_rank_drop - a thread group is gone
 * @tgid: the leader's pid; NULL is nobody's
 *
 * Context: any; may be called more than once for the same group.
 */
void oe_rank_drop(struct pid *tgid)
{
	struct oe_rank_entry *entry;

	if (!tgid)
		return;
	rcu_read_lock();
	entry = find(tgid);
	if (entry)
		remove_entry(entry);
	rcu_read_unlock();
}

static bool is_alive(struct pid *tgid)
{
	struct task_struct *p;
	bool alive;

	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	alive = p && atomic_read(&p->signal->live);
	rcu_read_unlock();
	return alive;
}

/*
 * A process may have exited between the look-up of its pid and the insertion.
 * Its exit handler then ran before there was anything to drop. The insertion
 * is ordered before the check here, and signal->live before the look-up there,
 * so at least one of the two sees the other.
 */
static void drop_if_dead(struct pid *tgid)
{
	/* Pairs with atomic_dec_and_test() of signal->live in do_exit(). */
	smp_mb();
	if (!is_alive(tgid))
		oe_rank_drop(tgid);
}

static int start_watching(void)
{
	int err;

	lockdep_assert_held(&rank.lock);
	if (rank.watching)
		return 0;
	err = oe_fork_watch();
	if (!err)
		rank.watching = true;
	return err;
}

static void stop_watching(void)
{
	lockdep_assert_held(&rank.lock);
	if (!rank.watching)
		return;
	oe_fork_unwatch();
	rank.watching = false;
}

static bool has_entry(struct pid *tgid)
{
	bool has;

	rcu_read_lock();
	has = find(tgid);
	rcu_read_unlock();
	return has;
}

/* An empty entry for whoever has none yet, so that nothing can fail later. */
static int prepare(const struct oe_rank_change *change)
{
	const struct heritage nothing = { .ranking = NO_RANKING };
	int err;

	if (change->action == OE_RANK_CLEAR ||
	    change->action == OE_RANK_LEAVE || has_entry(change->pid))
		return 0;
	err = insert(oe_pool_alloc(&rank.pool), change->pid, &nothing);
	/* Inherited meanwhile: it is there. */
	return err == -EEXIST ? 0 : err;
}

/* Read by find_told() and all who use what it returns. */
static void change_entry(struct oe_rank_entry *entry,
			 const struct oe_rank_change *change)
{
	switch (change->action) {
	case OE_RANK_SET:
		WRITE_ONCE(entry->ranking,
			   pack(change->value, OE_SOURCE_EXPLICIT));
		break;
	case OE_RANK_CLEAR:
		WRITE_ONCE(entry->ranking, NO_RANKING);
		break;
	case OE_RANK_JOIN:
		set_bit(change->value, entry->groups);
		break;
	case OE_RANK_LEAVE:
		clear_bit(change->value, entry->groups);
		break;
	}
}

static void commit(const struct oe_rank_change *change)
{
	struct oe_rank_entry *entry;

	rcu_read_lock();
	entry = find(change->pid); /* gone only if the process is */
	if (entry)
		change_entry(entry, change);
	rcu_read_unlock();
	drop_if_dead(change->pid);
}

/*
 * What is empty when all is done, or nothing. Looked up anew: the process may
 * have ended, and its entry with it.
 */
static void sweep(const struct oe_rank_change *change)
{
	struct oe_rank_entry *entry;

	rcu_read_lock();
	entry = find(change->pid);
	if (entry && is_empty(entry))
		remove_entry(entry);
	rcu_read_unlock();
}

/**
 * oe_rank_apply - change the table, all or nothing
 * @changes: what; applied in this order, so a later one wins
 * @nr_changes: how many
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or -ENOMEM and nothing changed.
 */
int oe_rank_apply(const struct oe_rank_change *changes, unsigned int nr_changes)
{
	unsigned int i;
	int err;

	mutex_lock(&rank.lock);
	err = start_watching();
	for (i = 0; !err && i < nr_changes; i++)
		err = prepare(&changes[i]);
	for (i = 0; !err && i < nr_changes; i++)
		commit(&changes[i]);
	for (i = 0; i < nr_changes; i++)
		sweep(&changes[i]);
	mutex_unlock(&rank.lock);
	return err;
}

struct member_arg {
	unsigned int group;
	int (*visit)(struct pid *tgid, void *arg);
	void *arg;
};

static int visit_member(struct oe_pid_node *node, void *data)
{
	const struct oe_rank_entry *entry =
		container_of(node, struct oe_rank_entry, node);
	const struct member_arg *arg = data;

	if (!test_bit(arg->group, entry->groups))
		return 0;
	return arg->visit(node->pid, arg->arg);
}

/**
 * oe_rank_visit_members - visit every thread group that was put into a group
 * @group: its index
 * @visit: called under RCU, must not sleep; a non-zero return ends the walk
 * @arg: for @visit
 *
 * Context: process context.
 * Return: 0, or what @visit returned.
 */
int oe_rank_visit_members(unsigned int group,
			  int (*visit)(struct pid *tgid, void *arg), void *arg)
{
	struct member_arg member_arg = { group, visit, arg };

	return oe_pid_table_walk(&rank.table, visit_member, &member_arg);
}

/**
 * oe_rank_open_group - from now on processes may be put into a group
 * @group: its index; nobody is in it
 *
 * Context: process context.
 */
void oe_rank_open_group(unsigned int group)
{
	set_bit(group, rank.open_groups);
}

static int leave(struct oe_pid_node *node, void *arg)
{
	struct oe_rank_entry *entry =
		container_of(node, struct oe_rank_entry, node);

	clear_bit(*(unsigned int *)arg, entry->groups);
	if (is_empty(entry))
		remove_entry(entry);
	return 0;
}

/**
 * oe_rank_close_group - a group goes away, and nobody is in it any more
 * @group: its index; nobody joins it any more
 *
 * A fork under way may still copy the membership of the parent: that is waited
 * for, and later ones see that the group is closed. So one walk finds all.
 *
 * Context: process context, may sleep.
 */
void oe_rank_close_group(unsigned int group)
{
	clear_bit(group, rank.open_groups);
	synchronize_rcu();
	mutex_lock(&rank.lock); /* no empty entry is about to be used */
	oe_pid_table_walk(&rank.table, leave, &group);
	mutex_unlock(&rank.lock);
}

/* A child that lost its inheritance and whose parent can still tell it, or NULL. */
static struct pid *get_lost(struct heritage *heritage)
{
	struct pid *lost = NULL;
	struct task_struct *p;

	rcu_read_lock();
	for_each_process(p) {
		struct pid *tgid = task_tgid(p);

		if (!is_lost(p) || find_told(tgid) || !is_alive(tgid))
			continue;
		if (inherit_from(parent_of(p), heritage)) {
			lost = get_pid(tgid);
			break;
		}
	}
	rcu_read_unlock();
	return lost;
}

static int make_up_for(struct pid *lost, const struct heritage *heritage)
{
	int err;

	err = insert(oe_pool_alloc(&rank.pool), lost, heritage);
	if (!err)
		drop_if_dead(lost);
	return err == -EEXIST ? 0 : err;
}

/* Nobody is lost any more, unless somebody was meanwhile. */
static bool close_lost(unsigned int nr_lost)
{
	bool closed;

	raw_spin_lock_irq(&rank.lost_lock);
	closed = rank.nr_lost == nr_lost;
	if (closed)
		WRITE_ONCE(rank.lost_since, 0); /* read by is_lost() */
	raw_spin_unlock_irq(&rank.lost_lock);
	return closed;
}

static int make_up_for_lost(void)
{
	struct heritage heritage;
	unsigned int nr_lost;
	struct pid *lost;
	int err = 0;

	if (!READ_ONCE(rank.lost_since))
		return 0;
	do {
		nr_lost = READ_ONCE(rank.nr_lost);
		while (!err && (lost = get_lost(&heritage))) {
			err = make_up_for(lost, &heritage);
			put_pid(lost);
		}
	} while (!err && !close_lost(nr_lost));
	return err;
}

static void repair(struct work_struct *work)
{
	int err;

	mutex_lock(&rank.lock);
	err = oe_pool_fill(&rank.pool);
	if (!err)
		err = make_up_for_lost();
	mutex_unlock(&rank.lock);
	if (err)
		queue_delayed_work(system_wq, &rank.repair, HZ);
}

static void retire(struct work_struct *work)
{
	mutex_lock(&rank.lock);
	if (!oe_rank_count())
		stop_watching();
	mutex_unlock(&rank.lock);
}

static int drop_any(struct oe_pid_node *node, void *arg)
{
	oe_rank_drop(node->pid);
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
	return oe_pool_init(&rank.pool, "oom_embedded_rank",
			    sizeof(struct oe_rank_entry), POOL_TARGET);
}

/**
 * oe_rank_exit - take the table down
 *
 * Nobody looks rankings up any more.
 *
 * Context: module exit, may sleep.
 */
void oe_rank_exit(void)
{
	mutex_lock(&rank.lock);
	stop_watching();
	mutex_unlock(&rank.lock);
	cancel_delayed_work_sync(&rank.repair);
	oe_pid_table_walk(&rank.table, drop_any, NULL);
	cancel_delayed_work_sync(&rank.retire); /* queued by the last one */
	rcu_barrier(); /* free_entry_rcu() is in this module */
	oe_pool_exit(&rank.pool);
}

/**
 * oe_source_name - a source in words, for lists and the log
 * @source: which
 *
 * Return: a constant string.
 */
const char *oe_source_name(enum oe_source source)
{
	static const char *const names[] = {
		[OE_SOURCE_DEFAULT] = "default",
		[OE_SOURCE_EXPLICIT] = "explicit",
		[OE_SOURCE_INHERITED] = "inherited",
		[OE_SOURCE_LOST] = "lost",
		[OE_SOURCE_GROUP] = "group",
	};

	return names[source];
}
