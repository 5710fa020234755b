// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cache for one pass over all processes: which group's rule a name, user,
 * cgroup and executable match. Most processes have all four in common with
 * another process.
 */
#include "core.h"

#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "rank/group.h"
#include "rank/group_pass.h"
#include "rank/group_rule.h"
#include "rank/types.h"

/**
 * struct finding - a cached result
 * @subject: of this name, user, cgroup and executable
 * @known: the rest is valid
 * @exact: how exact the rule is that it matches, 0 = none
 * @ranking: then that of the group
 */
struct finding {
	union oe_subject subject;
	bool known;
	u8 exact;
	struct oe_ranking ranking;
};

enum {
	FINDING_BITS = 6,
};

static struct pass {
	struct task_struct *owner;
	struct finding findings[1 << FINDING_BITS]; /* by hash, the owner's */
} passes[OE_NR_GROUP_PASSES];

/* Only current sets or clears this value, so a plain read is safe. */
static struct pass *current_pass(void)
{
	unsigned int i;

	for (i = 0; i < OE_NR_GROUP_PASSES; i++)
		if (READ_ONCE(passes[i].owner) == current)
			return &passes[i];
	return NULL;
}

/**
 * oe_group_pass_begin - a pass over all processes begins
 * @user: who makes it
 *
 * During a pass, processes of one name, user, cgroup and executable are judged
 * once. Each user has one cache: a second pass at the same time judges every process.
 *
 * Context: under one rcu_read_lock() until oe_group_pass_end(): the cache
 * compares cgroups by their address, which must not be reused meanwhile.
 */
void oe_group_pass_begin(enum oe_group_pass user)
{
	struct pass *pass = &passes[user];

	if (!oe_group_any_rule() ||
	    cmpxchg_acquire(&pass->owner, NULL, current))
		return;
	memset(pass->findings, 0, sizeof(pass->findings));
}

/**
 * oe_group_pass_end - the pass is over
 *
 * Context: as oe_group_pass_begin(), by the same task.
 */
void oe_group_pass_end(void)
{
	struct pass *pass = current_pass();

	if (!pass)
		return;
	/*
	 * Pairs with cmpxchg_acquire(): publish the findings before the cache
	 * is free.
	 */
	smp_store_release(&pass->owner, NULL);
}

static struct finding *finding_of(struct pass *pass,
				  const union oe_subject *subject)
{
	unsigned long hash = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(subject->words); i++)
		hash = hash_long(hash ^ subject->words[i], BITS_PER_LONG);
	return &pass->findings[hash >> (BITS_PER_LONG - FINDING_BITS)];
}

/* A memcmp() that the compiler sees through. */
static bool is_same(const union oe_subject *a, const union oe_subject *b)
{
	unsigned long difference = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(a->words); i++)
		difference |= a->words[i] ^ b->words[i];
	return !difference;
}

/*
 * The cached result for a subject, or an empty place to fill in; NULL if no
 * cache is current's.
 */
static struct finding *find_finding(const union oe_subject *subject)
{
	struct pass *pass = current_pass();
	struct finding *finding;

	if (!pass)
		return NULL;
	finding = finding_of(pass, subject);
	if (!finding->known || !is_same(&finding->subject, subject)) {
		finding->subject = *subject;
		finding->known = false;
	}
	return finding;
}

/**
 * oe_group_pass_judge - the group that counts among those whose rule a process
 *	matches
 * @p: any of its threads
 * @access: how its executable is read
 * @ranking: written if there is one
 *
 * Context: under rcu_read_lock(), which also keeps @p; between
 * oe_group_pass_begin() and oe_group_pass_end() each kind of process is judged
 * once.
 * Return: how exact that rule is, as a sum of &enum oe_condition; 0 if none is
 * matched.
 */
unsigned int oe_group_pass_judge(struct task_struct *p,
				 enum oe_exe_access access,
				 struct oe_ranking *ranking)
{
	struct finding *finding;
	union oe_subject subject;

	if (!oe_group_any_rule())
		return 0;
	oe_group_describe(&subject, p, access);
	finding = find_finding(&subject);
	if (!finding)
		return oe_group_of_rules(&subject, ranking);
	if (!finding->known) {
		finding->exact = oe_group_of_rules(&subject, &finding->ranking);
		finding->known = true;
	}
	if (finding->exact)
		*ranking = finding->ranking;
	return finding->exact;
}
