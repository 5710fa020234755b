// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inheritance of rankings and groups at fork, and the repair of forks for which
 * there was no memory.
 */
#include "core.h"

#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "rank/inherit.h"
#include "rank/rank_table.h"

static void repair_lost(struct work_struct *work);

static struct {
	/* Groups that exist. A child inherits no other. */
	DECLARE_BITMAP(open_groups, OE_NR_GROUPS);
	raw_spinlock_t lost_lock;
	/* Under lost_lock: children without their ranking, first start of all. */
	unsigned int nr_lost;
	u64 lost_since;
	struct delayed_work repair;
} inherit = {
	.lost_lock = __RAW_SPIN_LOCK_UNLOCKED(inherit.lost_lock),
	.repair = __DELAYED_WORK_INITIALIZER(inherit.repair, repair_lost, 0),
};

/**
 * oe_inherit_open_group - from now on children inherit this group
 * @group: its index
 *
 * Context: process context.
 */
void oe_inherit_open_group(unsigned int group)
{
	set_bit(group, inherit.open_groups);
}

/**
 * oe_inherit_close_group - from now on children do not inherit this group
 * @group: its index
 *
 * A fork under way may still copy the group; on return no such fork is left.
 *
 * Context: process context, may sleep.
 */
void oe_inherit_close_group(unsigned int group)
{
	clear_bit(group, inherit.open_groups);
	synchronize_rcu();
}

/**
 * oe_inherit_is_lost - may a process without an entry have lost its
 *	inheritance?
 * @p: any of its threads
 *
 * Context: any.
 * Return: true if @p has started since the first inheritance was lost, until
 * all lost ones are repaired.
 */
bool oe_inherit_is_lost(struct task_struct *p)
{
	u64 since = READ_ONCE(inherit.lost_since); /* set by note_lost() */

	return since && p->group_leader->start_time >= since;
}

/**
 * oe_inherit_adopts - may the children of a process be another's orphans?
 * @parent: a group leader
 *
 * A lost child of an adopter may have had another parent, whose ranking is not
 * known any more. With the adopter's ranking, any process could get that by
 * starting an orphan.
 *
 * Context: under rcu_read_lock().
 * Return: true for the init of a pid namespace and for a child subreaper.
 */
bool oe_inherit_adopts(struct task_struct *parent)
{
	struct pid *pid = task_tgid(parent);

	return parent->signal->is_child_subreaper || !pid ||
	       is_child_reaper(pid);
}

static void note_lost(u64 child_start)
{
	unsigned long flags;

	oe_stat_inc(OE_STAT_inherit_failed);
	raw_spin_lock_irqsave(&inherit.lost_lock, flags);
	inherit.nr_lost++;
	/* Forks on other CPUs may come to this point in another order. */
	if (!inherit.lost_since || child_start < inherit.lost_since)
		WRITE_ONCE(inherit.lost_since,
			   child_start); /* read by oe_inherit_is_lost() */
	raw_spin_unlock_irqrestore(&inherit.lost_lock, flags);
	queue_delayed_work(system_wq, &inherit.repair, 0);
}

/* A few words: bitmap_and() is a call, and asks for the end of the last word. */
static __always_inline bool inherit_groups(const unsigned long *groups,
					   unsigned long *heritage)
{
	unsigned long any = 0;
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < BITS_TO_LONGS(OE_NR_GROUPS); i++) {
		/* Both are written bit by bit. */
		heritage[i] = READ_ONCE(groups[i]) &
			      READ_ONCE(inherit.open_groups[i]);
		any |= heritage[i];
	}
	return any;
}

/* False if a child of the process with this entry inherits nothing. Under RCU. */
static __always_inline bool inherit_from(const struct oe_rank_entry *entry,
					 struct oe_heritage *heritage)
{
	/* Written by oe_rank_apply(). */
	u32 packed = READ_ONCE(entry->told.ranking);
	bool inherits = oe_rank_is_inheritable(packed);
	bool groups;

	heritage->ranking = inherits ? oe_rank_pack(oe_rank_unpack(packed).rank,
						    OE_SOURCE_INHERITED) :
				       OE_NO_RANKING;
	heritage->offer = oe_rank_table_offer(entry);
	groups = inherit_groups(entry->told.groups, heritage->groups);
	return inherits || groups || heritage->offer.rank;
}

static noinline void lose_heritage(const struct oe_rank_entry *parent,
				   u64 child_start)
{
	struct oe_heritage heritage;

	if (inherit_from(parent, &heritage))
		note_lost(child_start);
}

/* Fills the child's entry in place. Not inlined: most forks have no heritage. */
static noinline void give_heritage(const struct oe_rank_entry *parent,
				   struct pid *child, u64 child_start)
{
	struct oe_rank_entry *entry;
	bool low;

	entry = oe_rank_table_take(&low);
	if (low)
		queue_delayed_work(system_wq, &inherit.repair, 0);
	if (!entry)
		lose_heritage(parent, child_start);
	else if (inherit_from(parent, &entry->told))
		oe_rank_table_insert_told(entry, child);
	else
		oe_rank_table_put_back(entry);
}

/**
 * oe_inherit_expect_forks - a process has a ranking: forks need entries
 *
 * The spare ones that are there at load serve until the background work has made
 * more.
 *
 * Context: process context, under oe_rank_table_lock; allocates nothing.
 */
void oe_inherit_expect_forks(void)
{
	if (oe_rank_table_expect_forks())
		queue_delayed_work(system_wq, &inherit.repair, 0);
}

/**
 * oe_inherit_fork - give a new process its parent's ranking and groups
 * @parent: thread group that forked
 * @child: new thread group, not running yet
 * @child_start: its start time
 *
 * If there is no memory for its entry, every process without a ranking that has
 * started since is judged by its forefathers until the background work has
 * repaired it.
 *
 * Context: tracepoint, preemption off; does not allocate on PREEMPT_RT.
 */
void oe_inherit_fork(struct pid *parent, struct pid *child, u64 child_start)
{
	struct oe_rank_entry *entry;

	/* Around all of it: oe_inherit_close_group() waits for this section. */
	rcu_read_lock();
	entry = oe_rank_table_find_inline(parent);
	if (entry)
		give_heritage(entry, child, child_start);
	rcu_read_unlock();
}

/*
 * Under rcu_read_lock(), which also keeps the returned pid; NULL if it is not known
 * whose heir the process is.
 */
static struct pid *parent_of(struct task_struct *p)
{
	struct task_struct *parent =
		rcu_dereference(p->real_parent)->group_leader;

	return oe_inherit_adopts(parent) ? NULL : task_tgid(parent);
}

/*
 * A child that lost its inheritance and whose parent still has an entry, or
 * NULL.
 */
static struct pid *get_lost(struct oe_heritage *heritage)
{
	struct pid *lost = NULL;
	struct task_struct *p;

	rcu_read_lock();
	for_each_process(p) {
		struct pid *tgid = task_tgid(p);
		struct oe_rank_entry *entry;

		if (!oe_inherit_is_lost(p) || oe_rank_table_find_told(tgid) ||
		    !oe_rank_table_is_alive(tgid))
			continue;
		entry = oe_rank_table_find_told(parent_of(p));
		if (entry && inherit_from(entry, heritage)) {
			lost = get_pid(tgid);
			break;
		}
	}
	rcu_read_unlock();
	return lost;
}

static int make_up_for(struct pid *lost, const struct oe_heritage *heritage)
{
	int err;

	err = oe_rank_table_insert(oe_rank_table_alloc(), lost, heritage);
	if (!err)
		oe_rank_table_drop_if_dead(lost);
	return err;
}

/* Forefathers no longer count, unless another inheritance was lost meanwhile. */
static bool close_lost(unsigned int nr_lost)
{
	bool closed;

	raw_spin_lock_irq(&inherit.lost_lock);
	closed = inherit.nr_lost == nr_lost;
	if (closed)
		WRITE_ONCE(inherit.lost_since,
			   0); /* read by oe_inherit_is_lost() */
	raw_spin_unlock_irq(&inherit.lost_lock);
	return closed;
}

static int make_up_for_lost(void)
{
	struct oe_heritage heritage;
	unsigned int nr_lost;
	struct pid *lost;
	int err = 0;

	if (!READ_ONCE(inherit.lost_since))
		return 0;
	do {
		nr_lost = READ_ONCE(inherit.nr_lost);
		while (!err && (lost = get_lost(&heritage))) {
			err = make_up_for(lost, &heritage);
			put_pid(lost);
		}
	} while (!err && !close_lost(nr_lost));
	return err;
}

static void repair_lost(struct work_struct *work)
{
	int err;

	mutex_lock(&oe_rank_table_lock);
	err = oe_rank_table_fill();
	if (!err)
		err = make_up_for_lost();
	mutex_unlock(&oe_rank_table_lock);
	if (err)
		queue_delayed_work(system_wq, &inherit.repair, HZ);
}

/**
 * oe_inherit_exit - stop the repair work; the fork tracepoint is detached
 *
 * Context: module exit, may sleep.
 */
void oe_inherit_exit(void)
{
	cancel_delayed_work_sync(&inherit.repair);
}
