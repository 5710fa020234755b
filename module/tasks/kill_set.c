// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kill set: the processes that die when one is killed, and the most
 * protected of them. The kernel's side is in oom_kill_process() and
 * __oom_kill_process() in mm/oom_kill.c, and in zap_pid_ns_processes():
 *
 *	the victim --+-- the processes that share its memory
 *	             +-- the members of its cgroup, with memory.oom.group
 *	             |
 *	             +-- each of them an init: its pid namespace, and those below
 *
 * A few loads tell whether the set has a second member. Only then all processes
 * are looked at: once for a set, or once for all sets, with a table.
 *
 * A process outside the cgroup that shares the memory of a member other than
 * the victim is not looked for: that would be a walk for each member.
 */
#include "core.h"

#include <linux/memcontrol.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "rank/ranking.h"
#include "tasks/kill_set.h"
#include "tasks/kill_table.h"
#include "tasks/own_adj.h"

/* The members to look for. Pointers are compared, never followed. */
struct kill_set {
	const struct task_struct *leader; /* may be the init of a pid namespace */
	const struct mm_struct *mm;
	struct mem_cgroup *group;
	enum oe_exe_access access; /* how rankings are looked up */
};

/* As in process_shares_mm(): threads that have exited have none. */
static const struct mm_struct *mm_of(struct task_struct *p)
{
	const struct mm_struct *mm;
	struct task_struct *t;

	for_each_thread(p, t) {
		mm = READ_ONCE(t->mm);
		if (mm)
			return mm;
	}
	return NULL;
}

static bool is_in_group(struct task_struct *p, struct mem_cgroup *group)
{
#ifdef CONFIG_MEMCG
	/* The kernel spares these when it kills a cgroup. */
	return oe_own_adj_of(p) != OOM_SCORE_ADJ_MIN &&
	       mem_cgroup_is_descendant(mem_cgroup_from_task(p), group);
#else
	return false;
#endif
}

static enum oe_tie dies_directly(const struct kill_set *set,
				 struct task_struct *p)
{
	if (set->mm && mm_of(p) == set->mm)
		return OE_TIE_MEMORY;
	if (set->group && is_in_group(p, set->group))
		return OE_TIE_CGROUP;
	return OE_TIE_NONE;
}

/*
 * Is the init of a pid namespace that @p is in one of them? An init is freed one
 * RCU grace period after the last process of its namespace.
 */
static bool loses_init(const struct kill_set *set, struct task_struct *p)
{
	struct pid *pid = task_tgid(p);
	unsigned int level;

	for (level = 1; pid && level <= pid->level; level++) {
		struct task_struct *init =
			READ_ONCE(pid->numbers[level].ns->child_reaper);

		if (!init)
			continue;
		init = init->group_leader;
		if (init == set->leader ||
		    dies_directly(set, init) != OE_TIE_NONE)
			return true;
	}
	return false;
}

static enum oe_tie dies_with(const struct kill_set *set, struct task_struct *p)
{
	enum oe_tie tie = dies_directly(set, p);

	if (tie == OE_TIE_NONE && loses_init(set, p))
		return OE_TIE_PIDNS;
	return tie;
}

/* The kernel kills neither init nor kernel threads; the dead do not count. */
static bool can_be_member(struct task_struct *p)
{
	return !is_global_init(p) && !(p->flags & PF_KTHREAD) &&
	       atomic_read(&p->signal->live) && !tsk_is_oom_victim(p);
}

static void find_lowest(const struct kill_set *set,
			struct oe_kill_member *lowest)
{
	struct oe_kill_member member;

	for_each_process(member.task) {
		struct task_struct *p = member.task;

		member.tie = dies_with(set, p);
		if (member.tie == OE_TIE_NONE || !can_be_member(p))
			continue;
		member.tgid = p->tgid;
		member.rank = oe_rank_peek(p, set->access).rank;
		oe_kill_member_lower(lowest, &member);
	}
}

static void protect_by(struct oe_candidate *c,
		       const struct oe_kill_member *lowest)
{
	if (!lowest->task || lowest->rank >= c->set_rank)
		return;
	c->set_rank = lowest->rank;
	c->tie = lowest->tie;
	c->keeper = lowest->task;
}

static void judge_group(struct oe_candidate *c, struct mem_cgroup *group,
			enum oe_exe_access access, struct oe_kill_cache *cache)
{
	const struct kill_set set = { .group = group, .access = access };

	if (cache->group != group) {
		cache->group = group;
		cache->lowest = (struct oe_kill_member){};
		find_lowest(&set, &cache->lowest);
	}
	protect_by(c, &cache->lowest);
}

/*
 * A thread that is exiting is counted by mm_users for a moment longer than by
 * live; readers of /proc are counted, too. That costs a walk and changes nothing.
 */
static const struct mm_struct *shared_mm(struct task_struct *p)
{
	struct task_struct *t;

	for_each_thread(p, t) {
		bool shares = false;
		struct mm_struct *mm;

		task_lock(t);
		mm = t->mm;
		if (mm)
			shares = atomic_read(&mm->mm_users) >
				 atomic_read(&p->signal->live);
		task_unlock(t);
		if (mm)
			return shares ? mm : NULL;
	}
	return NULL;
}

static bool is_pidns_init(struct task_struct *p)
{
	struct pid *pid = task_tgid(p);
	struct task_struct *init;

	if (!pid || !pid->level)
		return false;
	init = READ_ONCE(pid->numbers[pid->level].ns->child_reaper);
	return init && init->group_leader == p;
}

static void judge_own(struct oe_candidate *c, enum oe_exe_access access)
{
	struct task_struct *p = c->task;
	const struct kill_set set = {
		.leader = p,
		.mm = mm_of(p),
		.access = access,
	};
	struct oe_kill_member lowest = {};

	find_lowest(&set, &lowest);
	protect_by(c, &lowest);
}

/* By each of its ties, an init takes the processes of its namespace along. */
static void note_init(struct oe_kill_table *table, struct task_struct *init,
		      const struct oe_domain *domain,
		      const struct oe_kill_member *member)
{
	struct mem_cgroup *group = oe_kill_set_group(init, domain);

	oe_kill_table_add(table, init, member);
	oe_kill_table_add(table, shared_mm(init), member);
	if (group && is_in_group(init, group))
		oe_kill_table_add(table, group, member);
}

/* All ties by which a process dies: dies_with() from the other side. */
static void note_ties(struct oe_kill_table *table, struct task_struct *p,
		      const struct oe_domain *domain, u16 rank)
{
	struct oe_kill_member member = { p, p->tgid, rank, OE_TIE_MEMORY };
	struct mem_cgroup *group = oe_kill_set_group(p, domain);
	struct pid *pid = task_tgid(p);
	unsigned int level;

	oe_kill_table_add(table, shared_mm(p), &member);
	member.tie = OE_TIE_CGROUP;
	if (group && is_in_group(p, group))
		oe_kill_table_add(table, group, &member);
	member.tie = OE_TIE_PIDNS;
	for (level = 1; pid && level <= pid->level; level++) {
		struct task_struct *init =
			READ_ONCE(pid->numbers[level].ns->child_reaper);

		if (init)
			note_init(table, init->group_leader, domain, &member);
	}
}

/* Finds the protected members of all kill sets. */
static void fill_table(const struct oe_domain *domain,
		       struct oe_kill_cache *cache)
{
	struct task_struct *p;

	oe_kill_table_clear(cache->table);
	for_each_process(p) {
		u16 rank;

		if (!can_be_member(p))
			continue;
		rank = oe_rank_of(p).rank;
		if (rank < cache->below)
			note_ties(cache->table, p, domain, rank);
	}
	cache->filled = true;
}

/* False if the table was full, and does not know about this set. */
static bool judge_by_table(struct oe_candidate *c, const void *group,
			   const void *mm, const void *init,
			   const struct oe_kill_table *table)
{
	struct oe_kill_member lowest = {};

	if (!oe_kill_table_find(table, mm, &lowest) ||
	    !oe_kill_table_find(table, group, &lowest) ||
	    !oe_kill_table_find(table, init, &lowest))
		return false;
	protect_by(c, &lowest);
	return true;
}

/**
 * oe_kill_set_judge - protect a candidate as the most protected member of its set
 * @c: its snapshot; set_rank, tie and keeper are changed if somebody who would
 *	die with it has a lower ranking
 * @domain: the domain whose memory ran out
 * @cache: of the pass
 *
 * Context: in the RCU section in which @c was taken, which also keeps @keeper;
 * takes task locks only, allocates nothing. If the set has more than one member,
 * looks at all processes: with a table once for all candidates, as long as it is
 * not full.
 */
void oe_kill_set_judge(struct oe_candidate *c, const struct oe_domain *domain,
		       struct oe_kill_cache *cache)
{
	struct mem_cgroup *group = oe_kill_set_group(c->task, domain);
	const struct mm_struct *mm = shared_mm(c->task);
	const void *init = is_pidns_init(c->task) ? c->task : NULL;

	if (!group && !mm && !init)
		return;
	if (cache->table && !cache->filled)
		fill_table(domain, cache);
	if (cache->table && judge_by_table(c, group, mm, init, cache->table))
		return;
	if (group)
		judge_group(c, group, OE_EXE_LOCK, cache);
	if (mm || init)
		judge_own(c, OE_EXE_LOCK);
}

/**
 * oe_kill_set_judge_atomic - the same where no lock may be taken
 * @c: as for oe_kill_set_judge()
 * @domain: as for oe_kill_set_judge()
 *
 * Context: any, under RCU; looks at all processes in any case.
 */
void oe_kill_set_judge_atomic(struct oe_candidate *c,
			      const struct oe_domain *domain)
{
	struct mem_cgroup *group = oe_kill_set_group(c->task, domain);
	struct oe_kill_cache cache = {};

	if (group)
		judge_group(c, group, OE_EXE_TRY, &cache);
	judge_own(c, OE_EXE_TRY);
}

/**
 * oe_kill_set_group - the cgroup that dies as a whole with a process
 * @p: the process
 * @domain: the domain whose memory ran out
 *
 * As mem_cgroup_get_oom_group(), which is not exported: the highest one with
 * memory.oom.group, up to the one that is out of memory. With cgroup v1 nothing
 * sets that flag.
 *
 * Context: under RCU, which also keeps the result.
 * Return: the memory cgroup, or NULL.
 */
struct mem_cgroup *oe_kill_set_group(struct task_struct *p,
				     const struct oe_domain *domain)
{
	struct mem_cgroup *group = NULL;
#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg;

	if (mem_cgroup_disabled())
		return NULL;
	for (memcg = mem_cgroup_from_task(p); memcg;
	     memcg = parent_mem_cgroup(memcg)) {
		if (READ_ONCE(memcg->oom_group)) /* memory.oom.group */
			group = memcg;
		if (memcg == domain->memcg)
			break;
	}
#endif
	return group;
}

/**
 * oe_kill_set_signal - send a signal to a victim, and to those that die with it
 * @victim: any of its threads
 * @domain: the domain whose memory ran out
 * @signal: number
 *
 * The processes of a pid namespace get none: their init ends them.
 *
 * Context: OOM path; allocates nothing but an atomic entry of the signal queue,
 * and does without if there is none.
 */
void oe_kill_set_signal(struct task_struct *victim,
			const struct oe_domain *domain, int signal)
{
	struct kill_set set = { .leader = victim->group_leader };
	struct task_struct *p;

	rcu_read_lock();
	set.mm = mm_of(victim);
	set.group = oe_kill_set_group(victim, domain);
	for_each_process(p)
		if (can_be_member(p) &&
		    (p == set.leader || dies_directly(&set, p) != OE_TIE_NONE))
			kill_pid(task_tgid(p), signal, 1);
	rcu_read_unlock();
}

/**
 * oe_kill_set_visit_sharers - visit the others that have the memory of a process
 * @p: its leader
 * @visit: called for each, but not for init
 * @arg: for @visit
 *
 * The kernel kills them all, or that memory would not come back.
 *
 * Context: under RCU; takes task locks only.
 */
void oe_kill_set_visit_sharers(struct task_struct *p,
			       void (*visit)(struct task_struct *sharer,
					     void *arg),
			       void *arg)
{
	const struct mm_struct *mm = shared_mm(p);
	struct task_struct *sharer;

	if (!mm)
		return;
	for_each_process(sharer)
		if (sharer != p && can_be_member(sharer) && mm_of(sharer) == mm)
			visit(sharer, arg);
}

/**
 * oe_kill_set_is_gone - has a process given its memory back?
 * @victim: any of its threads; the caller has a reference
 *
 * Context: any.
 * Return: true if none of its threads has any, or if they are about to.
 */
bool oe_kill_set_is_gone(struct task_struct *victim)
{
	bool gone;

	rcu_read_lock();
	gone = !mm_of(victim);
	rcu_read_unlock();
	return gone;
}

/**
 * oe_kill_set_tie_name - why a process dies with another, as in the ABI
 * @tie: why
 *
 * Return: a constant string, "-" for none.
 */
const char *oe_kill_set_tie_name(enum oe_tie tie)
{
	static const char *const names[OE_NR_TIES] = {
		[OE_TIE_NONE] = "-",
		[OE_TIE_MEMORY] = "memory",
		[OE_TIE_PIDNS] = "pidns",
		[OE_TIE_CGROUP] = "cgroup",
	};

	return names[tie];
}
