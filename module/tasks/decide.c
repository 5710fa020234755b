// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one function that chooses. In the plain case it is one pass over all
 * processes. Another pass follows if
 *
 *  - the first or the second in order has a kill set with a protected process
 *    in it, or the hog has that comes before small ones: the pass is made again,
 *    and judges each process with its set;
 *  - nobody may be chosen, and a protected process is to be given up.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/limits.h>
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

enum {
	/* Room for protected kill sets: one for each MB of memory, within these. */
	MIN_SETS = 64,
	MAX_SETS = 4096,
};

/*
 * NULL until a process may be protected, then there until the end. Users hold
 * oom_lock; without it a set is looked for alone, which is right and slow.
 */
static struct oe_kill_table *protected_sets;
static bool ready; /* the module is loaded */

/* A decision under way. */
struct search {
	const struct oe_domain *domain;
	struct oe_policy policy;
	struct oe_pass pass;
	struct oe_first_two two; /* its outcome */
	bool small_last; /* because of a hog */
	struct oe_kill_cache exact; /* finds the ranking of any set */
	struct oe_kill_cache sets; /* finds the protected ones, in one walk */
	struct oe_candidate passed; /* the first kept by its kill set */
};

static bool may_die(struct search *search, struct oe_candidate *c)
{
	oe_kill_set_judge(c, search->domain, &search->exact);
	return oe_policy_verdict(&search->policy, c) == OE_ELIGIBLE;
}

static void find_two(struct search *search, unsigned long min_gain)
{
	unsigned long memory = oe_decide_memory(search->domain->memcg ?:
							search->domain->within);
	struct oe_choice *choice = &search->pass.choice;

	*choice = (struct oe_choice){};
	search->policy.min_gain =
		oe_policy_min_gain(min_gain, memory, ULONG_MAX);
	oe_tasks_consider(search->domain, &search->policy, &search->pass);
	search->policy.min_gain =
		oe_policy_min_gain(min_gain, memory, choice->biggest.gain);
	search->small_last =
		oe_policy_put_small_last(&search->policy, choice, &search->two);
}

/* Judges the two, and the hog, with their sets. False if one may not die. */
static bool are_right(struct search *search)
{
	struct oe_candidate *two[] = {
		&search->two.victim,
		&search->two.runner_up,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(two); i++) {
		if (!two[i]->pid || may_die(search, two[i]))
			continue;
		if (!search->passed.pid)
			search->passed = *two[i];
		return false;
	}
	/* A hog that may not die spares no small process. */
	return !search->small_last ||
	       may_die(search, &search->pass.choice.biggest);
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
	struct search *search;
	struct oe_candidate *best;
};

static int visit_spare(const struct oe_candidate *c, void *data)
{
	const struct spare_arg *arg = data;
	struct oe_candidate *best = arg->best;
	struct oe_candidate whole = *c;

	/* A kill set only makes a process more protected. */
	if (c->unkillable || c->rank == OE_RANK_NEVER ||
	    (best->pid && !oe_policy_given_up_before(c, best)))
		return 0;
	oe_kill_set_judge(&whole, arg->search->domain, &arg->search->sets);
	if (whole.set_rank != OE_RANK_NEVER &&
	    (!best->pid || oe_policy_given_up_before(&whole, best)))
		*best = whole;
	return 0;
}

/* The protected process to give up. */
static void find_spare(struct search *search, struct oe_candidate *best)
{
	struct spare_arg arg = { search, best };

	*best = (struct oe_candidate){};
	oe_tasks_for_each(search->domain, OE_GROUP_PASS_OOM, visit_spare, &arg);
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
	const struct oe_choice *choice = &search->pass.choice;

	find_two(search, policy->min_gain);
	if (!are_right(search)) {
		search->pass.sets = &search->sets;
		find_two(search, policy->min_gain);
		are_right(search);
	}
	*first = search->two.victim;
	*second = search->two.runner_up;
	decision->nr_eligible = choice->nr_eligible;
	decision->nr_protected = choice->nr_protected;
	decision->why = oe_policy_why(&search->policy, first, second);
	decision->pages = choice->pages;
	decision->used = search->domain->used;
	decision->elsewhere =
		oe_policy_is_elsewhere(choice, first, search->domain->used);
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
	struct search search = {
		.domain = domain,
		.policy = *policy,
		.sets = {
			/* Published by oe_decide_reserve(). */
			.table = READ_ONCE(protected_sets),
			/* Ranking 0 is protected with any threshold. */
			.below = max(policy->threshold, OE_RANK_NEVER + 1U),
		},
	};
	struct oe_candidate first, second;
	bool began;

	memset(decision, 0, sizeof(*decision));
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
 * oe_decide_reserve - set memory aside for decisions: a process may be protected
 *
 * Without memory it is tried again when there is the next reason: a ranking that
 * a manager writes in an OOM is in force by then.
 *
 * Context: process context, may sleep and allocate, but does not call the OOM
 * killer; several may come at once.
 */
void oe_decide_reserve(void)
{
	unsigned long mb = totalram_pages() >> (20 - PAGE_SHIFT);
	struct oe_kill_table *sets;

	if (READ_ONCE(protected_sets))
		return;
	sets = oe_kill_table_new(clamp_t(unsigned long, mb, MIN_SETS, MAX_SETS),
				 GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	/* Pairs with find_victim(): it is found empty. */
	if (sets && cmpxchg(&protected_sets, NULL, sets))
		oe_kill_table_free(sets);
}

/**
 * oe_decide_changed - a tunable has another value
 *
 * Context: as oe_decide_reserve().
 */
void oe_decide_changed(void)
{
	/* Parameters are parsed while the load may still fail. */
	if (ready && (READ_ONCE(oe_config.rank_threshold) ||
		      !READ_ONCE(oe_config.default_rank)))
		oe_decide_reserve();
}

/**
 * oe_decide_init - from now on memory may be set aside
 *
 * Context: module init, may sleep and allocate.
 */
void oe_decide_init(void)
{
	ready = true;
	oe_decide_changed();
}

/**
 * oe_decide_exit - there are no more decisions
 *
 * Context: module exit, may sleep.
 */
void oe_decide_exit(void)
{
	oe_kill_table_free(protected_sets);
}

/**
 * oe_decide_victim - the one function that chooses
 * @domain: only processes in it are considered
 * @policy: the administrator's decision
 * @unprotect: give up a protected process if none may be chosen
 * @decision: filled in; decision->task holds a reference if it is not NULL
 *
 * Context: OOM path, oom_lock held; allocates nothing, takes task locks only.
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
 * oe_decide_why_name - the decisive difference in words, as in the ABI
 * @why: the difference
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
