// SPDX-License-Identifier: GPL-2.0-only
/*
 * process -> ranking.
 *
 * A ranking belongs to a thread group. The table is keyed by the leader's
 * struct pid, held by a reference: unlike the number it is never reused while
 * the entry exists, and it survives exec. Look-ups are RCU and take no lock.
 */
#include "core.h"

#include <linux/hash.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "compat/compat.h"
#include "fork.h"
#include "pool.h"
#include "rank.h"

enum {
	/* Entries kept in hand, because a fork handler must not allocate on RT. */
	POOL_TARGET = 256,
	/* Idle time before the tracepoints of an empty table are given back. */
	UNWATCH_DELAY_MS = 1000,
};

/**
 * struct oe_rank_entry - one ranked thread group
 * @node: in the table
 * @pid: the key, one reference held
 * @ranking: packed by pack(), read with READ_ONCE(); NO_RANKING = invisible
 * @rcu: for freeing, once out of the table
 */
struct oe_rank_entry {
	struct rhash_head node;
	struct pid *pid;
	struct rcu_head rcu;
	u32 ranking;
};

static void repair(struct work_struct *work);
static void retire(struct work_struct *work);

static struct {
	struct rhashtable table;
	struct oe_pool pool;
	struct mutex lock; /* changes by sysfs and by the worker */
	bool watching; /* under lock: the tracepoints are attached */
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

/* The key is a pointer: no need for jhash() and memcmp() of any length. */
static u32 hash_key(const void *key, u32 length, u32 seed)
{
	return hash_64((unsigned long)*(struct pid *const *)key ^ seed, 32);
}

static int differs(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct oe_rank_entry *entry = object;

	return entry->pid != *(struct pid *const *)arg->key;
}

static const struct rhashtable_params table_params = {
	.hashfn = hash_key,
	.obj_cmpfn = differs,
	.key_len = sizeof(struct pid *),
	.key_offset = offsetof(struct oe_rank_entry, pid),
	.head_offset = offsetof(struct oe_rank_entry, node),
	.automatic_shrinking = true,
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
	put_pid(entry->pid);
	oe_pool_free(&rank.pool, entry);
}

static void free_entry_rcu(struct rcu_head *head)
{
	free_entry(container_of(head, struct oe_rank_entry, rcu));
}

static struct oe_rank_entry *find(struct pid *tgid)
{
	return rhashtable_lookup(&rank.table, &tgid, table_params);
}

static void remove_entry(struct oe_rank_entry *entry)
{
	/* Exit and a write may both try; one of them gets it. */
	if (rhashtable_remove_fast(&rank.table, &entry->node, table_params))
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
	return atomic_read(&rank.table.nelems);
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

/* The caller is under RCU. */
static bool find_ranking(struct pid *tgid, struct oe_ranking *ranking)
{
	struct oe_rank_entry *entry;
	u32 packed;

	if (!tgid)
		return false;
	entry = find(tgid);
	if (!entry)
		return false;
	packed = READ_ONCE(entry->ranking); /* written by commit() */
	*ranking = unpack(packed);
	return packed != NO_RANKING;
}

/**
 * oe_rank_find - the ranking that a thread group itself was given
 * @tgid: the leader's pid; NULL is nobody's
 * @ranking: written when there is one
 *
 * Context: any; takes no lock.
 * Return: true if it has one.
 */
bool oe_rank_find(struct pid *tgid, struct oe_ranking *ranking)
{
	bool found;

	rcu_read_lock();
	found = find_ranking(tgid, ranking);
	rcu_read_unlock();
	return found;
}

/*
 * Between its appearance in the task list and the fork tracepoint a child has
 * no entry yet. It cannot have run either, which is how it is told apart.
 */
static bool find_unborn(struct task_struct *p, struct oe_ranking *ranking)
{
	if (READ_ONCE(p->__state) != TASK_NEW ||
	    !find_ranking(task_tgid(rcu_dereference(p->real_parent)), ranking))
		return false;
	ranking->source = OE_SOURCE_INHERITED;
	return true;
}

static bool is_lost(struct task_struct *p)
{
	u64 since = READ_ONCE(rank.lost_since); /* set by note_lost() */

	return since && p->group_leader->start_time >= since;
}

/**
 * oe_rank_of - the ranking that counts for a process
 * @p: any of its threads
 *
 * Context: under rcu_read_lock(), which also keeps @p; takes no lock.
 * Return: its ranking and where that came from.
 */
struct oe_ranking oe_rank_of(struct task_struct *p)
{
	struct oe_ranking ranking;

	if (oe_rank_count() &&
	    (find_ranking(task_tgid(p), &ranking) || find_unborn(p, &ranking)))
		return ranking;
	if (is_lost(p))
		return (struct oe_ranking){ OE_RANK_NEVER, OE_SOURCE_LOST };
	return (struct oe_ranking){
		.rank = READ_ONCE(oe_config.default_rank),
		.source = OE_SOURCE_DEFAULT,
	};
}

static int insert(struct oe_rank_entry *entry, struct pid *tgid, u32 ranking)
{
	int err;

	entry->pid = get_pid(tgid);
	entry->ranking = ranking;
	err = rhashtable_lookup_insert_fast(&rank.table, &entry->node,
					    table_params);
	if (err)
		put_pid(tgid);
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

/**
 * oe_rank_inherit - give a new process its parent's ranking
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
	struct oe_rank_entry *entry;
	struct oe_ranking ranking;
	bool low;

	if (!oe_rank_find(parent, &ranking))
		return;
	entry = oe_pool_take(&rank.pool, &low);
	if (low)
		queue_delayed_work(system_wq, &rank.repair, 0);
	if (!entry) {
		note_lost(child_start);
		return;
	}
	if (insert(entry, child, pack(ranking.rank, OE_SOURCE_INHERITED))) {
		oe_pool_free(&rank.pool, entry);
		note_lost(child_start);
	}
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

/* An invisible entry for whoever has none yet, so that nothing can fail later. */
static int prepare(struct oe_rank_change *change)
{
	struct oe_rank_entry *entry;
	int err;

	change->entry = NULL;
	if (change->clear || oe_rank_find(change->pid, &(struct oe_ranking){}))
		return 0;
	entry = oe_pool_alloc(&rank.pool);
	if (!entry)
		return -ENOMEM;
	err = insert(entry, change->pid, NO_RANKING);
	if (err)
		oe_pool_free(&rank.pool, entry);
	else
		change->entry = entry;
	/* Twice in one write, or inherited meanwhile: it is there. */
	return err == -EEXIST ? 0 : err;
}

static void commit(const struct oe_rank_change *change)
{
	struct oe_rank_entry *entry;

	if (change->clear) {
		oe_rank_drop(change->pid);
		return;
	}
	rcu_read_lock();
	entry = find(change->pid);
	if (entry) /* read by find_ranking(); gone only if the process is */
		WRITE_ONCE(entry->ranking,
			   pack(change->rank, OE_SOURCE_EXPLICIT));
	rcu_read_unlock();
	drop_if_dead(change->pid);
}

/**
 * oe_rank_apply - change the table, all or nothing
 * @changes: what; applied in this order, so a later one wins
 * @nr_changes: how many
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; -ENOMEM, -E2BIG or -EBUSY from the table, and nothing changed.
 */
int oe_rank_apply(struct oe_rank_change *changes, unsigned int nr_changes)
{
	unsigned int i;
	int err;

	mutex_lock(&rank.lock);
	err = start_watching();
	for (i = 0; !err && i < nr_changes; i++)
		err = prepare(&changes[i]);
	if (err) {
		while (i--)
			if (changes[i].entry)
				remove_entry(changes[i].entry);
	} else {
		for (i = 0; i < nr_changes; i++)
			commit(&changes[i]);
	}
	mutex_unlock(&rank.lock);
	return err;
}

/**
 * oe_rank_for_each - visit every ranked thread group
 * @visit: called under RCU, must not sleep; a non-zero return ends the walk
 * @arg: for @visit
 *
 * While the table is being resized a group may be visited twice.
 *
 * Context: process context.
 * Return: 0, or what @visit returned.
 */
int oe_rank_for_each(int (*visit)(struct pid *tgid, struct oe_ranking ranking,
				  void *arg),
		     void *arg)
{
	struct oe_rank_entry *entry;
	struct rhashtable_iter iter;
	int ret = 0;

	rhashtable_walk_enter(&rank.table, &iter);
	rhashtable_walk_start(&iter);
	while (!ret && (entry = rhashtable_walk_next(&iter))) {
		u32 packed;

		if (IS_ERR(entry)) /* -EAGAIN: resized, go on */
			continue;
		packed = READ_ONCE(entry->ranking); /* written by commit() */
		if (packed != NO_RANKING)
			ret = visit(entry->pid, unpack(packed), arg);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return ret;
}

/* A child that lost its inheritance and whose parent can still tell it, or NULL. */
static struct pid *get_lost(struct oe_ranking *ranking)
{
	struct pid *lost = NULL;
	struct task_struct *p;

	rcu_read_lock();
	for_each_process(p) {
		struct pid *tgid = task_tgid(p);
		struct oe_ranking own;

		if (!is_lost(p) || oe_rank_find(tgid, &own) || !is_alive(tgid))
			continue;
		if (oe_rank_find(task_tgid(rcu_dereference(p->real_parent)),
				 ranking)) {
			lost = get_pid(tgid);
			break;
		}
	}
	rcu_read_unlock();
	return lost;
}

static int make_up_for(struct pid *lost, struct oe_ranking ranking)
{
	struct oe_rank_entry *entry;
	int err;

	entry = oe_pool_alloc(&rank.pool);
	if (!entry)
		return -ENOMEM;
	err = insert(entry, lost, pack(ranking.rank, OE_SOURCE_INHERITED));
	if (err)
		oe_pool_free(&rank.pool, entry);
	else
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
	struct oe_ranking ranking;
	unsigned int nr_lost;
	struct pid *lost;
	int err = 0;

	if (!READ_ONCE(rank.lost_since))
		return 0;
	do {
		nr_lost = READ_ONCE(rank.nr_lost);
		while (!err && (lost = get_lost(&ranking))) {
			err = make_up_for(lost, ranking);
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

static void free_entry_at_exit(void *ptr, void *arg)
{
	free_entry(ptr);
}

/**
 * oe_rank_init - set the table up
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int oe_rank_init(void)
{
	int err;

	oe_fork_init();
	err = oe_pool_init(&rank.pool, "oom_embedded_rank",
			   sizeof(struct oe_rank_entry), POOL_TARGET);
	if (err)
		return err;
	err = rhashtable_init(&rank.table, &table_params);
	if (err)
		oe_pool_exit(&rank.pool);
	return err;
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
	cancel_delayed_work_sync(&rank.retire);
	rhashtable_free_and_destroy(&rank.table, free_entry_at_exit, NULL);
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
	};

	return names[source];
}
