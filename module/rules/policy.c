// SPDX-License-Identifier: GPL-2.0-only
/*
 * The choice of the victim: pure decisions on plain numbers.
 */
#include "rules/policy.h"

/**
 * oe_policy_verdict - may this process be chosen?
 * @policy: the administrator's decision
 * @c: the process
 *
 * A process is as protected as the most protected one that dies with it.
 *
 * Context: any.
 * Return: &enum oe_verdict.
 */
enum oe_verdict oe_policy_verdict(const struct oe_policy *policy,
				  const struct oe_candidate *c)
{
	if (c->unkillable)
		return OE_UNKILLABLE;
	if (c->set_rank == OE_RANK_NEVER || c->set_rank < policy->threshold)
		return OE_PROTECTED;
	return OE_ELIGIBLE;
}

/**
 * oe_policy_is_small - would this process die in vain?
 * @policy: the administrator's decision, for the memory in question
 * @c: the process
 *
 * The kernel's mark for swapoff is not about size: the process that runs
 * swapoff holds little.
 *
 * Context: any.
 * Return: true if its end brings too little to make a difference.
 */
bool oe_policy_is_small(const struct oe_policy *policy,
			const struct oe_candidate *c)
{
	return c->gain < policy->min_gain && !c->origin;
}

/* The order without regard to size: a strict total order, too. */
static inline bool is_declared_before(const struct oe_policy *policy,
				      const struct oe_candidate *a,
				      const struct oe_candidate *b)
{
	if (a->origin != b->origin)
		return a->origin;
	if (policy->order == OE_ORDER_RANK && a->rank != b->rank)
		return a->rank > b->rank;
	if (a->badness != b->badness)
		return a->badness > b->badness;
	return a->pid < b->pid;
}

/**
 * oe_policy_before - does @a die before @b?
 * @policy: the order among the eligible
 * @a: one process
 * @b: another one
 *
 * A strict total order over processes with different pids. Tuples are compared
 * one element after the other: packing them into one number does not fit into
 * 32-bit longs.
 *
 * Context: any.
 * Return: true if @a comes first.
 */
bool oe_policy_before(const struct oe_policy *policy,
		      const struct oe_candidate *a,
		      const struct oe_candidate *b)
{
	bool a_is_small = oe_policy_is_small(policy, a);

	if (a->origin == b->origin &&
	    a_is_small != oe_policy_is_small(policy, b))
		return !a_is_small;
	return is_declared_before(policy, a, b);
}

/**
 * oe_policy_why - why @a dies before @b
 * @policy: the order among the eligible
 * @a: the first
 * @b: the second; pid 0 if there is none
 *
 * Context: any.
 * Return: the first difference in oe_policy_before().
 */
enum oe_why oe_policy_why(const struct oe_policy *policy,
			  const struct oe_candidate *a,
			  const struct oe_candidate *b)
{
	if (a->origin && !(b->pid && b->origin))
		return OE_WHY_ORIGIN;
	if (!b->pid)
		return OE_WHY_ONLY;
	if (oe_policy_is_small(policy, a) != oe_policy_is_small(policy, b))
		return OE_WHY_GAIN;
	if (policy->order == OE_ORDER_RANK && a->rank != b->rank)
		return OE_WHY_RANK;
	return a->badness != b->badness ? OE_WHY_BADNESS : OE_WHY_PID;
}

/**
 * oe_policy_given_up_before - is @a given up before @b?
 * @a: one protected process
 * @b: another one
 *
 * The one whose end costs the least protected process comes first.
 *
 * Context: any.
 * Return: true if @a comes first; a strict total order, too.
 */
bool oe_policy_given_up_before(const struct oe_candidate *a,
			       const struct oe_candidate *b)
{
	const struct oe_policy by_rank = { .order = OE_ORDER_RANK };

	if (a->set_rank != b->set_rank)
		return a->set_rank > b->set_rank;
	return oe_policy_before(&by_rank, a, b);
}

static inline bool comes_third(const struct oe_policy *policy,
			       const struct oe_first_two *two,
			       const struct oe_candidate *c)
{
	return two->runner_up.pid &&
	       !is_declared_before(policy, c, &two->runner_up);
}

static void add_to_two(const struct oe_policy *policy, struct oe_first_two *two,
		       const struct oe_candidate *c)
{
	if (two->victim.pid && !is_declared_before(policy, c, &two->victim)) {
		two->runner_up = *c;
	} else {
		two->runner_up = two->victim;
		two->victim = *c;
	}
}

static inline void consider_eligible(const struct oe_policy *policy,
				     struct oe_choice *choice,
				     const struct oe_candidate *c)
{
	choice->nr_eligible++;
	choice->eligible_pages += c->gain;
	if (c->gain > choice->biggest.gain)
		choice->biggest = *c;
	if (!oe_policy_is_small(policy, c)) {
		/*
		 * Fast path: for most processes this is the only comparison. Two
		 * that come before it do so in the declared order, too.
		 */
		if (comes_third(policy, &choice->enough, c))
			return;
		add_to_two(policy, &choice->enough, c);
	}
	if (!comes_third(policy, &choice->declared, c))
		add_to_two(policy, &choice->declared, c);
}

/**
 * oe_policy_consider - take one more process into account
 * @policy: the administrator's decision, the same for the whole pass
 * @choice: the pass so far; zeroed before the first call
 * @c: the process
 *
 * The result does not depend on the order in which processes are considered.
 * Small are those that would be if there were a hog. It is known only after the
 * pass: oe_policy_put_small_last().
 *
 * Context: any.
 */
void oe_policy_consider(const struct oe_policy *policy,
			struct oe_choice *choice, const struct oe_candidate *c)
{
	choice->pages += c->gain;
	switch (oe_policy_verdict(policy, c)) {
	case OE_ELIGIBLE:
		consider_eligible(policy, choice, c);
		break;
	case OE_PROTECTED:
		choice->nr_protected++;
		break;
	case OE_UNKILLABLE:
		choice->nr_unkillable++;
		break;
	}
}

/**
 * oe_policy_min_gain - below which size does a process die in vain?
 * @wanted: pages, by the administrator; 0 = nowhere
 * @memory: pages of the machine, or of the memory cgroup
 * @biggest: pages of the biggest process that may be chosen
 *
 * Without a hog there is no better choice than the declared order.
 *
 * Context: any.
 * Return: pages, for &oe_policy.min_gain.
 */
unsigned long oe_policy_min_gain(unsigned long wanted, unsigned long memory,
				 unsigned long biggest)
{
	unsigned long most = memory / OE_SMALL_SHARE;

	if (biggest <= memory / OE_HOG_SHARE)
		return 0;
	return wanted < most ? wanted : most;
}

static bool has_small(const struct oe_policy *policy,
		      const struct oe_first_two *two)
{
	return oe_policy_is_small(policy, &two->victim) ||
	       (two->runner_up.pid &&
		oe_policy_is_small(policy, &two->runner_up));
}

/**
 * oe_policy_put_small_last - the first two of a complete pass
 * @policy: that of the pass; without a hog min_gain is 0 now
 * @choice: the pass
 * @two: filled in
 *
 * Context: any.
 * Return: true if small processes make way for others.
 */
bool oe_policy_put_small_last(const struct oe_policy *policy,
			      const struct oe_choice *choice,
			      struct oe_first_two *two)
{
	const struct oe_first_two *declared = &choice->declared;

	if (!has_small(policy, declared)) {
		*two = *declared;
		return false;
	}
	*two = choice->enough;
	/* After the hog comes the first of the small ones. */
	if (!two->runner_up.pid)
		two->runner_up = oe_policy_is_small(policy, &declared->victim) ?
					 declared->victim :
					 declared->runner_up;
	return true;
}

/**
 * oe_policy_is_elsewhere - is the memory where no kill brings it back?
 * @choice: a complete pass
 * @first: the one that is to die; pid 0 if there is none
 * @used: pages in use that cannot be reclaimed; 0 = unknown
 *
 * Examples are the files of a tmpfs, pipes, and the kernel's own memory. The
 * memory of protected processes counts as memory in processes, for which the
 * declared order holds.
 *
 * Context: any.
 * Return: true if all processes hold less than a half of it, those that may be
 * chosen less than a quarter, and the first of them less than a 32nd.
 */
bool oe_policy_is_elsewhere(const struct oe_choice *choice,
			    const struct oe_candidate *first,
			    unsigned long used)
{
	return choice->pages < used / OE_ELSEWHERE_ALL_SHARE &&
	       choice->eligible_pages < used / OE_ELSEWHERE_ELIGIBLE_SHARE &&
	       first->gain < used / OE_ELSEWHERE_FIRST_SHARE;
}
