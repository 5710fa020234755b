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
 * Context: any.
 * Return: &enum oe_verdict.
 */
enum oe_verdict oe_policy_verdict(const struct oe_policy *policy,
				  const struct oe_candidate *c)
{
	if (c->unkillable)
		return OE_UNKILLABLE;
	if (c->rank == OE_RANK_NEVER || c->rank < policy->threshold)
		return OE_PROTECTED;
	return OE_ELIGIBLE;
}

/**
 * oe_policy_before - does @a die before @b?
 * @order: the order among the eligible
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
bool oe_policy_before(enum oe_order order, const struct oe_candidate *a,
		      const struct oe_candidate *b)
{
	if (order == OE_ORDER_RANK && a->rank != b->rank)
		return a->rank > b->rank;
	if (a->badness != b->badness)
		return a->badness > b->badness;
	return a->pid < b->pid;
}

static bool is_preferred(enum oe_order order, const struct oe_candidate *c,
			 const struct oe_candidate *holder)
{
	return !holder->pid || oe_policy_before(order, c, holder);
}

static void consider_eligible(enum oe_order order, struct oe_choice *choice,
			      const struct oe_candidate *c)
{
	choice->nr_eligible++;
	/* Most do not even come to this: one comparison a process. */
	if (!is_preferred(order, c, &choice->runner_up))
		return;
	if (is_preferred(order, c, &choice->victim)) {
		choice->runner_up = choice->victim;
		choice->victim = *c;
	} else {
		choice->runner_up = *c;
	}
}

/**
 * oe_policy_consider - take one more process into account
 * @policy: the administrator's decision, the same for the whole pass
 * @choice: the pass so far; zeroed before the first call
 * @c: the process
 *
 * The result does not depend on the order in which processes are considered.
 *
 * Context: any.
 */
void oe_policy_consider(const struct oe_policy *policy,
			struct oe_choice *choice, const struct oe_candidate *c)
{
	switch (oe_policy_verdict(policy, c)) {
	case OE_ELIGIBLE:
		consider_eligible(policy->order, choice, c);
		break;
	case OE_PROTECTED:
		choice->nr_protected++;
		if (c->rank != OE_RANK_NEVER &&
		    is_preferred(OE_ORDER_RANK, c, &choice->spare))
			choice->spare = *c;
		break;
	case OE_UNKILLABLE:
		choice->nr_unkillable++;
		break;
	}
}
