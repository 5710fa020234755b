// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that are made anew as fast as others end: the parent that makes
 * them, and what is left to do if there is none.
 *
 * A parent is told by children of it that were born after the first one had
 * been chosen. The kernel does not remember who made an orphan: init and a
 * subreaper, which adopt them, are nobody's parent here.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/math64.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/uidgid.h>

#include "limits/measure.h"
#include "limits/storm.h"
#include "limits/victims.h"
#include "rank/ranking.h"

/* Under RCU. A ranking of its own choice must not keep its parent. */
static u16 trusted_rank(struct task_struct *p)
{
	struct oe_ranking ranking = oe_rank_of(p);

	if (ranking.source == OE_SOURCE_OFFERED || oe_rank_is_by_name(p))
		return 0;
	return ranking.rank;
}

/*
 * A limit may be about several users. One of them must not be able to have the
 * processes of another one killed. Subordinate users count as the same one.
 */
static bool is_same_user(const struct oe_limit *limit, kuid_t a, kuid_t b)
{
	const struct oe_limit_who *who = &limit->who;

	return uid_eq(a, b) || (who->kind == OE_LIMIT_UID &&
				who->ranges[0].first == who->ranges[0].last);
}

/* Under RCU. Those that adopt orphans are not counted. */
static struct pid *parent_of(const struct oe_limit *limit,
			     struct task_struct *p)
{
	struct task_struct *parent =
		rcu_dereference(p->real_parent)->group_leader;
	struct pid *tgid = task_tgid(parent);

	if (!tgid || tgid->numbers[tgid->level].nr == 1 ||
	    parent->signal->is_child_subreaper ||
	    !oe_limit_is_about(limit, parent) ||
	    !is_same_user(limit, task_uid(parent), task_uid(p)))
		return NULL;
	return get_pid(tgid);
}

/**
 * oe_storm_look - where does a process come from?
 * @limit: its user's
 * @tgid: the process, which is about to get a signal
 * @birth: filled in; the caller drops the reference
 *
 * Context: process context, under the lock of the scan; allocates nothing.
 */
void oe_storm_look(const struct oe_limit *limit, struct pid *tgid,
		   struct oe_birth *birth)
{
	struct task_struct *p;

	*birth = (struct oe_birth){};
	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	if (p) {
		birth->born_ms = div_u64(p->start_time, NSEC_PER_MSEC);
		birth->rank = trusted_rank(p);
		birth->uid = task_uid(p);
		birth->parent = parent_of(limit, p);
	}
	rcu_read_unlock();
}

/* The one for which there is no room is the oldest. */
static struct oe_limit_parent *get_parent(struct oe_limit *limit,
					  struct pid *tgid, u64 now_ms)
{
	struct oe_limit_parent *parent;
	unsigned int i;

	for (i = 0; i < OE_LIMIT_PARENTS; i++)
		if (limit->parents[i].pid == tgid)
			return &limit->parents[i];
	parent = &limit->parents[limit->next_parent];
	limit->next_parent = (limit->next_parent + 1) % OE_LIMIT_PARENTS;
	oe_limit_replace_pid(&parent->pid, tgid);
	parent->brood = (struct oe_limit_brood){ .since_ms = now_ms };
	return parent;
}

/**
 * oe_storm_note - a process has been chosen
 * @limit: its user's
 * @birth: of the process
 * @now_ms: the time of the scan
 *
 * Context: process context, under the lock of the scan; allocates nothing.
 */
void oe_storm_note(struct oe_limit *limit, const struct oe_birth *birth,
		   u64 now_ms)
{
	struct oe_limit_parent *parent;

	if (oe_limit_note_birth(&limit->state, now_ms, birth->born_ms))
		limit->storm_uid = birth->uid;
	if (!birth->parent)
		return;
	parent = get_parent(limit, birth->parent, now_ms);
	oe_limit_breeds(&parent->brood, birth->born_ms, birth->rank);
}

static u16 rank_of(struct pid *tgid)
{
	struct task_struct *p;
	u16 rank = 0;

	rcu_read_lock();
	p = pid_task(tgid, PIDTYPE_TGID);
	if (p)
		rank = oe_rank_of(p).rank;
	rcu_read_unlock();
	return rank;
}

/**
 * oe_storm_parent - a process that has to go because of its children
 * @limit: its user's
 * @n: which one, below OE_LIMIT_PARENTS
 *
 * Context: process context, under the lock of the scan.
 * Return: the process, the reference stays here; NULL if that one need not go.
 */
struct pid *oe_storm_parent(struct oe_limit *limit, unsigned int n)
{
	const struct oe_limit_parent *parent = &limit->parents[n];
	bool by_rank = READ_ONCE(oe_config.selection_order) == OE_ORDER_RANK;

	if (!parent->pid || !oe_limit_parent_goes(by_rank, &parent->brood,
						  rank_of(parent->pid)))
		return NULL;
	return parent->pid;
}

struct sweep {
	struct oe_limit *limit;
	unsigned int nr;
};

static void end_one(struct task_struct *p, void *arg)
{
	struct sweep *sweep = arg;
	struct oe_limit *limit = sweep->limit;
	struct oe_limit_slot *slot;

	if (!oe_limit_is_about(limit, p) ||
	    !is_same_user(limit, task_uid(p), limit->storm_uid) ||
	    !oe_limit_may_end(limit, p) || kill_pid(task_tgid(p), SIGKILL, 1))
		return;
	sweep->nr++;
	slot = oe_victims_find(&limit->victims, task_tgid(p));
	if (slot) /* it is counted here */
		oe_victims_drop(&limit->victims, slot);
}

/**
 * oe_storm_sweep - SIGKILL to each process of a user that may be killed
 * @limit: the user's, or that of several, of whom one makes new processes
 *
 * In the order of their numbers, so that a process that is made meanwhile is
 * met later.
 *
 * Context: process context, under the lock of the scan; may sleep, allocates
 * nothing.
 * Return: how many there were.
 */
unsigned int oe_storm_sweep(struct oe_limit *limit)
{
	struct sweep sweep = { .limit = limit };
	int nr = 1;

	while (oe_limit_visit(&nr, end_one, &sweep))
		cond_resched();
	return sweep.nr;
}

/**
 * oe_storm_forget - forget the parents of victims
 * @limit: the user's
 *
 * Context: any.
 */
void oe_storm_forget(struct oe_limit *limit)
{
	unsigned int i;

	for (i = 0; i < OE_LIMIT_PARENTS; i++)
		put_pid(limit->parents[i].pid);
	memset(limit->parents, 0, sizeof(limit->parents));
	limit->state.chosen_since_ms = 0;
	limit->state.reborn = 0;
}
