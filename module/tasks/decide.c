// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one function that chooses. In the plain case it is one pass over all
 * processes. Another pass follows if
 *
 *  - the first in order has a kill set with a protected process in it: the
 *    search goes on behind it, in the same order;
 *  - a small process comes before a hog: the pass is made again with the small
 *    ones last;
 *  - nobody may be chosen, and a protected process is to be given up.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "rank/group_pass.h"
#include "rank/version.h"
#include "tasks.h"
#include "tasks/decide.h"
#include "tasks/kill_set.h"

/* A decision under way. */
struct search {
	const struct oe_domain *domain;
	struct oe_policy policy;
	struct oe_pass pass;
	struct oe_kill_cache cache;
	struct oe_candidate passed; /* the first kept by its kill set */
	unsigned int nr_passed; /* counted as eligible by the pass */
};

static void run_pass(struct search *search)
{
	const struct oe_choice empty = { .after = search->pass.choice.after };

	search->pass.choice = empty;
	oe_tasks_consider(search->domain, &search->policy, &search->pass);
}

static bool may_die(struct search *search, struct oe_candidate *c)
{
	oe_kill_set_judge(c, search->domain, &search->cache);
	return oe_policy_verdict(&search->policy, c) == OE_ELIGIBLE;
}

/* The other members of a cgroup are kept by the same process: once is enough. */
static void pass_over(struct search *search, const struct oe_candidate *c)
{
	struct oe_pass *pass = &search->pass;

	if (!search->passed.pid)
		search->passed = *c;
	pass->choice.after = *c;
	search->nr_passed++;
	if (c->tie == OE_TIE_CGROUP && pass->nr_kept < OE_PASS_KEPT)
		pass->kept[pass->nr_kept++] =
			oe_kill_set_group(c->task, search->domain);
}

/* From a complete pass on; leaves the result in pass.choice.victim. */
static bool find_first(struct search *search)
{
	struct oe_candidate *first = &search->pass.choice.victim;

	while (first->pid && !may_die(search, first)) {
		pass_over(search, first);
		run_pass(search);
	}
	return first->pid;
}

static void find_second(struct search *search, struct oe_candidate *second)
{
	*second = search->pass.choice.runner_up;
	if (!second->pid || may_die(search, second))
		return;
	pass_over(search, second);
	run_pass(search);
	find_first(search);
	*second = search->pass.choice.victim;
}

/* True if the order is another one than that of the pass. */
static bool put_small_last(struct search *search,
			   const struct oe_policy *policy)
{
	const struct oe_choice *choice = &search->pass.choice;

	search->policy.min_gain = oe_policy_min_gain(
		policy->min_gain, oe_decide_memory(search->domain->memcg),
		choice->biggest);
	return oe_policy_is_small(&search->policy, &choice->victim) ||
	       (choice->runner_up.pid &&
		oe_policy_is_small(&search->policy, &choice->runner_up));
}

/*
 * If the memory is in no process, the caller would use up the memory that a
 * victim frees, and ask again.
 */
static bool prefer_asker(struct search *search, struct oe_candidate *first,
			 struct oe_candidate *second)
{
	struct oe_candidate *asker = &search->pass.asking;

	if (!asker->pid || asker->pid == first->pid || !may_die(search, asker))
		return false;
	*second = *first;
	*first = *asker;
	return true;
}

struct spare_arg {
	struct oe_candidate after;
	struct oe_candidate next;
};

static int visit_spare(const struct oe_candidate *c, void *data)
{
	struct spare_arg *arg = data;

	if (c->unkillable || c->rank == OE_RANK_NEVER)
		return 0;
	if (arg->after.pid && !oe_policy_given_up_before(&arg->after, c))
		return 0;
	if (!arg->next.pid || oe_policy_given_up_before(c, &arg->next))
		arg->next = *c;
	return 0;
}

/*
 * The protected process to give up. A kill set only makes a process more
 * protected, so the search ends when the ranking of the next process alone
 * protects it more than the best one found.
 */
static void find_spare(struct search *search, struct oe_candidate *best)
{
	struct spare_arg arg = {};

	*best = (struct oe_candidate){};
	for (;;) {
		arg.next = (struct oe_candidate){};
		oe_tasks_for_each(search->domain, OE_GROUP_PASS_OOM,
				  visit_spare, &arg);
		if (!arg.next.pid ||
		    (best->pid && !oe_policy_given_up_before(&arg.next, best)))
			return;
		arg.after = arg.next;
		oe_kill_set_judge(&arg.next, search->domain, &search->cache);
		if (arg.next.set_rank != OE_RANK_NEVER &&
		    (!best->pid || oe_policy_given_up_before(&arg.next, best)))
			*best = arg.next;
	}
}

static void name_process(const struct oe_candidate *c,
			 struct oe_process_name *name)
{
	struct task_struct *p = c->task;

	name->pid = c->pid;
	name->rank = c->rank;
	get_task_comm(name->comm, p);
}

static void describe_passed(const struct oe_candidate *passed,
			    struct oe_decision *decision)
{
	struct oe_candidate keeper;

	if (!passed->pid)
		return;
	name_process(passed, &decision->passed);
	decision->tie = passed->tie;
	if (passed->keeper && oe_tasks_snapshot(passed->keeper, &keeper))
		name_process(&keeper, &decision->keeper);
}

static void choose_first(struct search *search, const struct oe_policy *policy,
			 struct oe_decision *decision,
			 struct oe_candidate *first,
			 struct oe_candidate *second)
{
	struct oe_choice all;

	run_pass(search);
	all = search->pass.choice;
	if (put_small_last(search, policy))
		run_pass(search);
	find_first(search);
	*first = search->pass.choice.victim;
	find_second(search, second);
	decision->nr_eligible = all.nr_eligible - search->nr_passed;
	decision->nr_protected = all.nr_protected + search->nr_passed;
	decision->why = oe_policy_why(&search->policy, first, second);
	all.victim = *first;
	decision->pages = all.pages;
	decision->used = search->domain->used;
	decision->elsewhere =
		oe_policy_is_elsewhere(&all, search->domain->used);
	if (decision->elsewhere && first->pid &&
	    prefer_asker(search, first, second))
		decision->why = OE_WHY_ELSEWHERE;
}

/* The result is valid in the caller's RCU section. */
static struct oe_candidate find_victim(const struct oe_domain *domain,
				       const struct oe_policy *policy,
				       bool unprotect,
				       struct oe_decision *decision)
{
	struct search search = { .domain = domain, .policy = *policy };
	struct oe_candidate first, second;
	bool began;

	memset(decision, 0, sizeof(*decision));
	search.policy.min_gain = 0;
	/* Kill sets are judged between the walks, by the same findings. */
	began = oe_group_pass_begin(OE_GROUP_PASS_OOM);
	choose_first(&search, policy, decision, &first, &second);
	if (!first.pid && unprotect) {
		find_spare(&search, &first);
		decision->unprotected = first.pid;
		decision->why = OE_WHY_UNPROTECTED;
	}
	oe_group_pass_end(OE_GROUP_PASS_OOM, began);
	oe_tasks_describe(&first, &decision->victim);
	oe_tasks_describe(&second, &decision->runner_up);
	describe_passed(&search.passed, decision);
	return first;
}

/**
 * oe_decide_victim - the one function that chooses
 * @domain: only processes in it are considered
 * @policy: the administrator's decision
 * @unprotect: give up a protected process if none may be chosen
 * @decision: filled in; decision->task holds a reference if it is not NULL
 *
 * Context: process context, also the OOM path: allocates nothing, takes
 * task locks only.
 */
void oe_decide_victim(const struct oe_domain *domain,
		      const struct oe_policy *policy, bool unprotect,
		      struct oe_decision *decision)
{
	unsigned int tries = OE_VERSION_TRIES;
	struct oe_version version;
	struct oe_candidate first;

	/* One RCU section from the walk to the reference: tasks stay valid. */
	rcu_read_lock();
	do {
		version = oe_version_now();
		first = find_victim(domain, policy, unprotect, decision);
	} while (!oe_version_is(version) && --tries);
	if (first.pid) {
		decision->set_rank = first.set_rank;
		decision->task = first.task;
		get_task_struct(decision->task);
	}
	rcu_read_unlock();
}

/**
 * oe_decide_memory - the memory that a process may be a small part of
 * @memcg: the memory cgroup, or NULL for the machine
 *
 * Context: any.
 * Return: pages.
 */
unsigned long oe_decide_memory(const struct mem_cgroup *memcg)
{
#ifdef CONFIG_MEMCG
	if (memcg)
		return min(totalram_pages(), READ_ONCE(memcg->memory.max));
#endif
	return totalram_pages();
}

/**
 * oe_decide_why_name - what made the difference in words, as in the ABI
 * @why: what
 *
 * Return: a constant string.
 */
const char *oe_decide_why_name(enum oe_why why)
{
	static const char *const names[OE_NR_WHYS] = {
		[OE_WHY_ONLY] = "only",
		[OE_WHY_ORIGIN] = "origin",
		[OE_WHY_GAIN] = "gain",
		[OE_WHY_RANK] = "rank",
		[OE_WHY_BADNESS] = "badness",
		[OE_WHY_PID] = "pid",
		[OE_WHY_UNPROTECTED] = "unprotected",
		[OE_WHY_ELSEWHERE] = "not_in_processes",
	};

	return names[why];
}
