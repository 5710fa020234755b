// SPDX-License-Identifier: GPL-2.0-only
/*
 * Victims that still give their memory back: as long as there is one in a domain,
 * the kernel chooses no other there. Some of those that the kernel has marked are
 * remembered, so that not all processes have to be looked at before userspace is
 * told.
 */
#include "core.h"

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat/compat.h"
#include "episode.h"
#include "oom/pending.h"
#include "tasks.h"
#include "tasks/part.h"

enum {
	NR_VICTIMS = 8,
};

static struct {
	pid_t victims[NR_VICTIMS]; /* in the initial pid namespace; 0: free */
	bool listens; /* the kernel says whom it marks */
	atomic_t nr_unknown; /* marked so far, and not in victims[] */
	int nr_settled; /* of these, when a walk began that found none left */
} pending;

/**
 * oe_pending_begin - from now on each victim is added
 *
 * Context: module init.
 */
void oe_pending_begin(void)
{
	/* One may have been before the load. */
	oe_pending_add(NULL);
	pending.listens = true;
}

/*
 * As oe_tasks_victim_pending(), of one process. If its number was given to another
 * one, the answer is about that, and right for it. Caller holds rcu_read_lock().
 */
static struct task_struct *find_pending(pid_t nr)
{
	struct task_struct *p =
		pid_task(find_pid_ns(nr, &init_pid_ns), PIDTYPE_TGID);

	if (p && tsk_is_oom_victim(p) &&
	    !mm_flags_test(MMF_OOM_SKIP, p->signal->oom_mm))
		return p;
	return NULL;
}

/* A process is marked once for each of its threads that asks for memory. */
static bool may_take_place(pid_t nr, pid_t tgid)
{
	return !nr || nr == tgid || !find_pending(nr);
}

static bool keep_victim(pid_t tgid)
{
	unsigned int i;

	for (i = 0; i < NR_VICTIMS; i++) {
		pid_t nr = pending.victims[i];

		/* Pairs with is_known_in(): who finds the number finds it marked. */
		if (may_take_place(nr, tgid) &&
		    cmpxchg(&pending.victims[i], nr, tgid) == nr)
			return true;
	}
	return false;
}

/**
 * oe_pending_add - the kernel has marked a victim
 * @p: any of its threads; NULL if it is not known which
 *
 * Only here a place is given to another victim: the kernel marks one at a time.
 *
 * Context: oom_lock held, maybe the task lock, too.
 */
void oe_pending_add(const struct task_struct *p)
{
	rcu_read_lock();
	if (!p || !keep_victim(p->tgid))
		atomic_inc(&pending.nr_unknown); /* read by is_unknown_in() */
	rcu_read_unlock();
}

static bool is_known_in(const struct oe_domain *domain)
{
	struct task_struct *p;
	bool found = false;
	unsigned int i;
	pid_t nr;

	rcu_read_lock();
	for (i = 0; i < NR_VICTIMS && !found; i++) {
		/* Pairs with keep_victim(). */
		nr = smp_load_acquire(&pending.victims[i]);
		p = nr ? find_pending(nr) : NULL;
		found = p && oe_part_of_domain(p, domain);
	}
	rcu_read_unlock();
	return found;
}

/* Looks at all processes, if there may be a victim that is not remembered. */
static bool is_unknown_in(const struct oe_domain *domain)
{
	int nr_unknown = atomic_read(&pending.nr_unknown);
	bool anywhere;
	bool found;

	if (pending.listens && READ_ONCE(pending.nr_settled) == nr_unknown)
		return false;
	/*
	 * The count is read before the walk: a process that is marked meanwhile
	 * asks for another. The kernel sets signal->oom_mm before it calls
	 * oe_pending_add(). Nothing is cleared: another domain may look meanwhile.
	 */
	smp_mb(); /* pairs with the atomic operations of mark_oom_victim() */
	found = oe_tasks_victim_pending(domain, &anywhere);
	if (!anywhere)
		WRITE_ONCE(pending.nr_settled, nr_unknown); /* read above */
	return found;
}

/**
 * oe_pending_in - is an earlier victim still giving its memory back?
 * @domain: the domain whose memory ran out
 *
 * Context: OOM path; takes task locks only.
 * Return: true if the kernel would wait instead of choosing.
 */
bool oe_pending_in(const struct oe_domain *domain)
{
	return is_known_in(domain) || is_unknown_in(domain);
}
