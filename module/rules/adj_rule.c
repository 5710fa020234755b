// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rankings as values of oom_score_adj: pure decisions on plain numbers.
 */
#include "rules/adj_rule.h"
#include "rules/policy.h"

/**
 * oe_adj_rule_value - the value that says what the rankings say
 * @policy: the administrator's decision
 * @rank: the ranking of the process, 0..OE_RANK_MAX
 * @set_rank: the lowest ranking among those who die with it
 * @own: the value that it has without us
 *
 * A process with OE_ADJ_NEVER of its own keeps that: no ranking makes it eligible.
 * An expendable one is never made less expendable than it is.
 *
 * Context: any.
 * Return: -1000..1000; @own, if the rankings say nothing about it.
 */
s16 oe_adj_rule_value(const struct oe_adj_policy *policy, unsigned int rank,
		      unsigned int set_rank, s16 own)
{
	unsigned int above;
	s16 value;

	if (own == OE_ADJ_NEVER || set_rank == OE_RANK_NEVER)
		return OE_ADJ_NEVER;
	if (set_rank < policy->threshold)
		return OE_ADJ_PROTECTED;
	if (rank <= policy->default_rank)
		return own;
	above = rank - policy->default_rank;
	value = above * OE_ADJ_MAX / (OE_RANK_MAX - policy->default_rank);
	return own > value ? own : value;
}

static u8 kind_of(s16 value)
{
	if (value == OE_ADJ_NEVER)
		return OE_ADJ_KIND_NEVER;
	if (value == OE_ADJ_PROTECTED)
		return OE_ADJ_KIND_PROTECTED;
	return value > 0 ? OE_ADJ_KIND_SPARE : 0;
}

/**
 * oe_adj_rule_begin - a process that was given nothing yet
 * @record: about it
 * @value: that it has
 *
 * Context: any.
 */
void oe_adj_rule_begin(struct oe_adj_record *record, s16 value)
{
	*record = (struct oe_adj_record){
		.original = value,
		.written = value,
	};
}

/**
 * oe_adj_rule_gave - a process was given a value
 * @record: about it
 * @value: the value; its own one takes back what was given
 *
 * Context: any.
 */
void oe_adj_rule_gave(struct oe_adj_record *record, s16 value)
{
	record->written = value;
	if (value != record->original)
		record->past |= kind_of(value);
}

/**
 * oe_adj_rule_lost - a process has a value that somebody else wrote
 * @record: about it
 * @value: the value, from now on its own
 *
 * Context: any.
 * Return: true if a value that it was given is lost with that.
 */
bool oe_adj_rule_lost(struct oe_adj_record *record, s16 value)
{
	bool lost = record->written != record->original;

	record->left |= lost;
	record->original = value;
	record->written = value;
	return lost;
}

/**
 * oe_adj_rule_own - the value that a process has without us
 * @record: about it
 * @value: that it has
 *
 * Context: any.
 * Return: @value, if it is not the one that the process was given.
 */
s16 oe_adj_rule_own(const struct oe_adj_record *record, s16 value)
{
	return value == record->written ? record->original : value;
}

/**
 * oe_adj_rule_of_child - the value that a new process should have
 * @parent: about its parent
 * @parent_value: that the parent has now
 * @value: that the child has got
 *
 * The child has a copy of a moment in its fork: the parent may have been given
 * another value since, or have its own again.
 *
 * Context: any.
 * Return: the parent's own, if the child has a value that the parent was given.
 */
s16 oe_adj_rule_of_child(const struct oe_adj_record *parent, s16 parent_value,
			 s16 value)
{
	/* Somebody else has just written it, to the parent. */
	if (value == parent_value && value != parent->written)
		return value;
	if (value == parent->written || (parent->past & kind_of(value)))
		return parent->original;
	return value;
}
