// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes: walks them under RCU and turns each into a plain snapshot that
 * the policy can judge. Eligibility and measure follow
 * oom_evaluate_task() and oom_badness() in mm/oom_kill.c.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/pid.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/swap.h>

#include "compat/compat.h"
#include "rank/group.h"
#include "rank/group_pass.h"
#include "memory/available.h"
#include "rank/ranking.h"
#include "tasks.h"
#include "tasks/kill_set.h"
#include "tasks/own_adj.h"
#include "tasks/part.h"

/**
 * struct memory - the memory of a process
 * @rss: resident pages
 * @swap: pages swapped out
 * @footprint: the sum of oom_badness() before oom_score_adj, in pages
 * @reaped: most of it has been given back already
 * @borrowed: its parent's, between vfork and exec
 */
struct memory {
	unsigned long rss;
	unsigned long swap;
	unsigned long footprint;
	bool reaped;
	bool borrowed;
};

/*
 * This and what follows is inlined down to take_snapshot(): it runs for every
 * process in the OOM path, where calls are a third of the cost. in_vfork()
 * enters RCU, also for those that nobody waits for.
 */
static __always_inline bool borrows_memory(struct task_struct *t)
{
	return READ_ONCE(t->vfork_done) && in_vfork(t);
}

static __always_inline bool read_thread(struct task_struct *t,
					struct memory *memory)
{
	struct mm_struct *mm;

	task_lock(t);
	mm = t->mm;
	if (mm) {
		memory->rss = oe_mm_rss(mm);
		memory->swap = oe_mm_counter(mm, MM_SWAPENTS);
		memory->footprint = memory->rss + memory->swap +
				    mm_pgtables_bytes(mm) / PAGE_SIZE;
		memory->reaped = mm_flags_test(MMF_OOM_SKIP, mm);
		memory->borrowed = borrows_memory(t);
	}
	task_unlock(t);
	return mm;
}

/*
 * As find_lock_task_mm(), which is not exported: a leader may have exited
 * first.
 */
static __always_inline bool read_memory(struct task_struct *p,
					struct memory *memory)
{
	struct task_struct *t;

	for_each_thread(p, t)
		if (read_thread(t, memory))
			return true;
	return false;
}

/*
 * False if the process has no memory. Else c->badness has the value that
 * oom_badness() returns, and c->unkillable says whether that excludes the
 * process.
 */
static __always_inline bool measure_process(struct task_struct *p,
					    unsigned long totalpages,
					    struct oe_candidate *c)
{
	s64 adj = oe_own_adj_of(p);
	struct memory memory;

	if (!read_memory(p, &memory))
		return false;
	c->rss = memory.rss;
	c->swap = memory.swap;
	c->gain = memory.footprint;
	c->badness = memory.footprint;
	if (adj)
		c->badness += adj * (s64)(totalpages / 1000);
	c->unkillable = adj == OOM_SCORE_ADJ_MIN || memory.reaped ||
			memory.borrowed;
	return true;
}

/* Killing a process that is being killed, or has exited, frees nothing more. */
static bool is_gone(struct task_struct *p)
{
	return tsk_is_oom_victim(p) || !atomic_read(&p->signal->live);
}

static __always_inline bool take_snapshot(struct task_struct *p,
					  unsigned long totalpages,
					  struct oe_candidate *c)
{
	struct oe_ranking ranking;

	if (!measure_process(p, totalpages, c))
		return false;
	ranking = oe_rank_of(p);
	c->task = p;
	c->pid = p->tgid;
	c->rank = ranking.rank;
	c->source = ranking.source;
	c->group = ranking.group;
	c->set_rank = ranking.rank;
	c->tie = OE_TIE_NONE;
	c->keeper = NULL;
	c->origin = oom_task_origin(p);
	if (is_global_init(p) || is_gone(p))
		c->unkillable = true;
	return true;
}

/* Inlined with its visitor, which runs for every process in the OOM path. */
static __always_inline int walk_domain(const struct oe_domain *domain,
				       enum oe_group_pass user,
				       oe_task_visitor visit, void *arg)
{
	const struct oe_group *group = NULL;
	struct oe_candidate c;
	struct task_struct *p;
	struct oe_part part;
	bool began, whole;
	int ret = 0;

	rcu_read_lock();
	if (domain->group[0]) {
		group = oe_group_peek(domain->group);
		if (!group)
			goto unlock;
	}
	oe_part_describe(&part, domain, group);
	whole = oe_part_is_whole(&part);
	began = oe_group_pass_begin(user);
	for_each_process(p) {
		if (!whole) {
			p = oe_part_seek(&part, p);
			if (p == &init_task)
				break;
		}
		if ((p->flags & PF_KTHREAD) ||
		    !take_snapshot(p, domain->totalpages, &c))
			continue;
		ret = visit(&c, arg);
		if (ret)
			break;
	}
	oe_group_pass_end(user, began);
unlock:
	rcu_read_unlock();
	return ret;
}

/**
 * oe_tasks_for_each - a snapshot of every process in a domain
 * @domain: the domain
 * @user: the user of the pass
 * @visit: called with a snapshot whose task is the group leader
 * @arg: for @visit
 *
 * Kernel threads and processes without memory are left out. If the domain has a
 * group that no longer exists, there is none.
 *
 * Context: process context; allocates nothing.
 * Return: 0, or what @visit returned.
 */
int oe_tasks_for_each(const struct oe_domain *domain, enum oe_group_pass user,
		      oe_task_visitor visit, void *arg)
{
	return walk_domain(domain, user, visit, arg);
}

/**
 * oe_tasks_snapshot - a snapshot of one process
 * @p: its group leader
 * @c: filled in
 *
 * Context: under rcu_read_lock(); allocates nothing.
 * Return: false for kernel threads and processes without memory.
 */
bool oe_tasks_snapshot(struct task_struct *p, struct oe_candidate *c)
{
	return !(p->flags & PF_KTHREAD) &&
	       take_snapshot(p, oe_tasks_totalpages(NULL), c);
}

/**
 * oe_tasks_rss - the resident memory of a process
 * @p: its group leader
 *
 * Context: under rcu_read_lock(); allocates nothing.
 * Return: resident pages; 0 if it has none of its own.
 */
unsigned long oe_tasks_rss(struct task_struct *p)
{
	struct memory memory = {};

	read_memory(p, &memory);
	return memory.borrowed ? 0 : memory.rss;
}

struct consider_arg {
	const struct oe_domain *domain;
	const struct oe_policy *policy;
	struct oe_pass *pass;
};

/* A process that is protected by itself needs no look at its kill set. */
static bool has_to_be_judged(const struct consider_arg *arg,
			     const struct oe_candidate *c)
{
	return arg->pass->sets &&
	       oe_policy_verdict(arg->policy, c) == OE_ELIGIBLE;
}

static noinline void consider_whole(const struct consider_arg *arg,
				    const struct oe_candidate *c)
{
	struct oe_candidate whole = *c;

	oe_kill_set_judge(&whole, arg->domain, arg->pass->sets);
	oe_policy_consider(arg->policy, &arg->pass->choice, &whole);
}

static __always_inline int consider_visit(const struct oe_candidate *c,
					  void *data)
{
	const struct consider_arg *arg = data;

	if (c->task == current->group_leader)
		arg->pass->asking = *c;
	if (has_to_be_judged(arg, c))
		consider_whole(arg, c);
	else
		oe_policy_consider(arg->policy, &arg->pass->choice, c);
	return 0;
}

/**
 * oe_tasks_consider - one pass of a decision
 * @domain: only processes in it are considered
 * @policy: the administrator's decision
 * @pass: choice is zeroed
 *
 * Context: process context, under RCU, also the OOM path: allocates nothing,
 * takes task locks only.
 */
void oe_tasks_consider(const struct oe_domain *domain,
		       const struct oe_policy *policy, struct oe_pass *pass)
{
	struct consider_arg arg = { domain, policy, pass };

	walk_domain(domain, OE_GROUP_PASS_OOM, consider_visit, &arg);
}

/**
 * oe_tasks_describe - a process as it stands in the record
 * @c: its snapshot; pid 0 if there is no process
 * @process: zeroed
 *
 * Context: in the RCU section in which @c was taken.
 */
void oe_tasks_describe(const struct oe_candidate *c, struct oe_process *process)
{
	struct task_struct *p = c->task;

	if (!c->pid)
		return;
	process->pid = c->pid;
	process->rank = c->rank;
	process->source = c->source;
	process->badness = c->badness;
	process->uid = task_uid(p);
	process->rss = c->rss;
	get_task_comm(process->comm, p);
	if (c->source == OE_SOURCE_GROUP)
		oe_group_name(c->group, process->group);
}

/**
 * oe_tasks_victim_pending - is an earlier victim still giving its memory back?
 * @domain: only victims in it count
 * @anywhere: set if there is one, in this domain or in another
 *
 * The condition on which oom_evaluate_task() aborts its scan. In a memory cgroup the
 * kernel does not look at a process whose threads have all ended; this does, until
 * the memory is reaped.
 *
 * Context: process context, also the OOM path.
 * Return: true if the kernel would wait instead of choosing.
 */
bool oe_tasks_victim_pending(const struct oe_domain *domain, bool *anywhere)
{
	bool pending = false;
	struct task_struct *p;

	*anywhere = false;
	rcu_read_lock();
	for_each_process(p) {
		if (!tsk_is_oom_victim(p) ||
		    mm_flags_test(MMF_OOM_SKIP, p->signal->oom_mm))
			continue;
		*anywhere = true;
		pending = oe_part_of_domain(p, domain);
		if (pending)
			break;
	}
	rcu_read_unlock();
	return pending;
}

/**
 * oe_tasks_is_dying - will this task free its memory without being chosen?
 * @p: current
 *
 * The first conditions of task_will_free_mem(), in the order of mm/oom_kill.c.
 * The kernel may still refuse if a living process shares the memory.
 *
 * Context: process context.
 * Return: true if @p is exiting or has been killed.
 */
bool oe_tasks_is_dying(struct task_struct *p)
{
	if (!p->mm || oe_is_dumping_core(p))
		return false;
	return (p->signal->flags & SIGNAL_GROUP_EXIT) ||
	       (thread_group_empty(p) && (p->flags & PF_EXITING));
}

/* As mem_cgroup_get_max() for cgroup v2, not exported. */
static unsigned long memcg_max(struct mem_cgroup *memcg, unsigned long swap)
{
#ifdef CONFIG_MEMCG
	return READ_ONCE(memcg->memory.max) +
	       min_t(unsigned long, READ_ONCE(memcg->swap.max), swap);
#else
	return 0;
#endif
}

/**
 * oe_tasks_totalpages - the amount of memory that oom_score_adj is a share of
 * @memcg: the memory cgroup, or NULL for the machine
 *
 * As constrained_alloc() in mm/oom_kill.c, but with free swap in place of total
 * swap, which no kernel exports. Only the weight of oom_score_adj depends on
 * it, and only where swap is in use.
 *
 * Context: any.
 * Return: pages, at least 1.
 */
unsigned long oe_tasks_totalpages(struct mem_cgroup *memcg)
{
	unsigned long swap = oe_free_swap_pages();

	if (memcg)
		return memcg_max(memcg, swap) ?: 1;
	return totalram_pages() + swap;
}
