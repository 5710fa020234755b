// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two caches for one pass over all processes: the group whose rule a name,
 * user, cgroup and executable match, and the groups whose rules the last three
 * match with any name. Most processes have these in common with another
 * process, and many the name, too. The caches are there from the first group on.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "rank/group.h"
#include "rank/group_pass.h"
#include "rank/group_rule.h"
#include "rank/group_table.h"
#include "rank/name_index.h"
#include "rank/types.h"
#include "rank/version.h"

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
	/* hash_long() has no more. */
	HASHED_BITS = 32,
	FINDING_BITS = 6,
	KIND_BITS = 6,
	/* Of a subject, whose name comes last. */
	KIND_WORDS = OE_SUBJECT_WORDS - TASK_COMM_LEN / sizeof(long),
};

/**
 * struct kind - processes that differ by their names at most
 * @words: the others of a subject
 * @known: the rest is valid
 * @groups: those that they can be in by a rule that does not ask for a name
 */
struct kind {
	unsigned long words[KIND_WORDS];
	bool known;
	DECLARE_BITMAP(groups, OE_NR_GROUPS);
};

/**
 * struct pass - a cache
 * @owner: the task whose pass it serves, or NULL
 * @findings: by hash, the owner's
 * @kinds: by hash, the owner's
 * @last: the finding that was asked for last, or NULL: neighbours in the list of
 *	processes are often alike
 * @version: of the rules when the pass began
 */
struct pass {
	struct task_struct *owner;
	struct finding findings[1 << FINDING_BITS];
	struct kind kinds[1 << KIND_BITS];
	struct finding *last;
	struct oe_version version;
};

/* One for each user; NULL before the first group, then there until the end. */
static struct pass *passes;

/**
 * oe_group_pass_reserve - before there is a group
 *
 * Context: process context, may sleep; several may come at once.
 * Return: 0 or -ENOMEM.
 */
int oe_group_pass_reserve(void)
{
	struct pass *new;

	if (READ_ONCE(passes))
		return 0;
	new = vzalloc(array_size(OE_NR_GROUP_PASSES, sizeof(*new)));
	if (!new)
		return -ENOMEM;
	/* Pairs with the readers: they find it zeroed. */
	if (cmpxchg(&passes, NULL, new))
		vfree(new);
	return 0;
}

/**
 * oe_group_pass_free - give the caches back
 *
 * Context: module exit; nobody ranks a process any more.
 */
void oe_group_pass_free(void)
{
	vfree(passes);
	passes = NULL;
}

/* Only current sets or clears this value, so a plain read is safe. */
static struct pass *current_pass(void)
{
	struct pass *all = READ_ONCE(passes);
	unsigned int i;

	for (i = 0; all && i < OE_NR_GROUP_PASSES; i++)
		if (READ_ONCE(all[i].owner) == current)
			return &all[i];
	return NULL;
}

/**
 * oe_group_pass_begin - a pass over all processes begins, or several of them
 * @user: the user of the pass
 *
 * During a pass, processes of one name, user, cgroup and executable are judged
 * once. Each user has one cache: a second pass at the same time judges every process.
 *
 * Context: under one rcu_read_lock() until oe_group_pass_end(): the cache
 * compares cgroups by their address, which must not be reused meanwhile.
 * Return: for oe_group_pass_end(); false inside another pass, too.
 */
bool oe_group_pass_begin(enum oe_group_pass user)
{
	struct pass *all = READ_ONCE(passes);
	struct pass *pass;

	if (!all || !oe_group_any_rule())
		return false;
	pass = &all[user];
	if (cmpxchg_acquire(&pass->owner, NULL, current))
		return false;
	memset(pass->findings, 0, sizeof(pass->findings));
	memset(pass->kinds, 0, sizeof(pass->kinds));
	pass->last = NULL;
	pass->version = oe_version_now();
	return true;
}

/**
 * oe_group_pass_end - the pass is over
 * @user: as for oe_group_pass_begin()
 * @began: the return value of that
 *
 * Context: as oe_group_pass_begin(), by the same task.
 */
void oe_group_pass_end(enum oe_group_pass user, bool began)
{
	if (!began)
		return;
	/*
	 * Pairs with cmpxchg_acquire(): publish the findings before the cache
	 * is free.
	 */
	smp_store_release(&passes[user].owner, NULL);
}

static unsigned int hash_words(const unsigned long *words, unsigned int nr,
			       unsigned int bits)
{
	u32 hash = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		hash = hash_long(hash ^ words[i], HASHED_BITS);
	return hash >> (HASHED_BITS - bits); /* the upper ones are the best */
}

/* A memcmp() that the compiler sees through. */
static bool is_same(const unsigned long *a, const unsigned long *b,
		    unsigned int nr)
{
	unsigned long difference = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

static const unsigned long *groups_of_kind(struct pass *pass,
					   const union oe_subject *subject)
{
	struct kind *kind =
		&pass->kinds[hash_words(subject->words, KIND_WORDS, KIND_BITS)];

	if (!kind->known || !is_same(kind->words, subject->words, KIND_WORDS)) {
		memcpy(kind->words, subject->words, sizeof(kind->words));
		oe_group_of_kind(subject, kind->groups);
		kind->known = true;
	}
	return kind->groups;
}

/*
 * The two sets of groups are read one after the other, and one may be older: a
 * group whose rules are changed meanwhile could be in neither.
 */
static unsigned int judge_afresh(struct pass *pass,
				 const union oe_subject *subject,
				 struct oe_ranking *ranking)
{
	struct oe_version version = pass ? pass->version : oe_version_now();
	DECLARE_BITMAP(groups, OE_NR_GROUPS);

	oe_name_index_find(subject->comm, groups);
	if (pass)
		bitmap_or(groups, groups, groups_of_kind(pass, subject),
			  OE_NR_GROUPS);
	else
		oe_name_index_nameless(groups);
	if (!oe_version_is(version))
		bitmap_fill(groups, OE_NR_GROUPS);
	return oe_group_of_rules(subject, groups, ranking);
}

static bool is_about(const struct finding *finding,
		     const union oe_subject *subject)
{
	return finding->known && is_same(finding->subject.words, subject->words,
					 OE_SUBJECT_WORDS);
}

static const struct finding *find_finding(struct pass *pass,
					  const union oe_subject *subject)
{
	struct finding *finding = pass->last;

	if (finding && is_about(finding, subject))
		return finding;
	finding = &pass->findings[hash_words(subject->words, OE_SUBJECT_WORDS,
					     FINDING_BITS)];
	if (!is_about(finding, subject)) {
		finding->subject = *subject;
		finding->exact = judge_afresh(pass, subject, &finding->ranking);
		finding->known = true;
	}
	pass->last = finding;
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
	const struct finding *finding;
	union oe_subject subject;
	struct pass *pass;

	if (!READ_ONCE(oe_groups.nr_rules)) /* as oe_group_any_rule() */
		return 0;
	oe_group_describe(&subject, p, access);
	pass = current_pass();
	if (!pass)
		return judge_afresh(NULL, &subject, ranking);
	finding = find_finding(pass, &subject);
	if (finding->exact)
		*ranking = finding->ranking;
	return finding->exact;
}
