// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ranking that counts for a process, and the groups of a process. Sources
 * of a ranking are an entry in the table, a loss at fork, and the rules of the
 * groups.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat/compat.h"
#include "rank/group.h"
#include "rank/group_pass.h"
#include "rank/exe.h"
#include "rank/group_rule.h"
#include "rank/inherit.h"
#include "rank/rank_table.h"
#include "rank/ranking.h"

enum {
	/* Processes that fork in a chain must not make a decision long. */
	GENERATIONS = 16,
};

/*
 * Between its appearance in the task list and the fork tracepoint a child has
 * no entry yet. Such a child cannot have run: its state is TASK_NEW.
 */
static bool is_new(struct task_struct *p)
{
	return READ_ONCE(p->__state) == TASK_NEW;
}

/*
 * The process whose entry @p should have got a copy of; NULL if there is none.
 * @fresh is is_new(), from before the look-up of its own.
 */
static struct task_struct *giver_of(struct task_struct *p, bool fresh)
{
	struct task_struct *parent =
		rcu_dereference(p->real_parent)->group_leader;

	if (fresh || (oe_inherit_is_lost(p) && !oe_inherit_adopts(parent)))
		return parent;
	return NULL;
}

/**
 * find_entry - the entry that counts for a process
 * @p: any of its threads
 * @own: set if it is that of the process itself
 *
 * A process that should have got a copy, and did not, is judged by the entry of
 * which it would have been one: its parent's, or of the parent's parent, if the
 * parent has lost its own.
 *
 * Return: the entry, valid under RCU, or NULL.
 */
static struct oe_rank_entry *find_entry(struct task_struct *p, bool *own)
{
	struct oe_rank_entry *entry = NULL;
	unsigned int i;

	p = p->group_leader;
	for (i = 0; p && i <= GENERATIONS; i++) {
		bool fresh = is_new(p);

		/* A process has its entry before it is no longer new. */
		smp_rmb(); /* pairs with the barriers of wake_up_new_task() */
		entry = oe_rank_table_find_told(task_tgid(p));
		if (entry)
			break;
		p = giver_of(p, fresh);
	}
	*own = entry && !i;
	return entry;
}

static bool of_entry(struct task_struct *p, struct oe_ranking *ranking)
{
	struct oe_rank_entry *entry;
	u32 packed;
	bool own;

	entry = find_entry(p, &own);
	if (!entry)
		return false;
	packed = READ_ONCE(entry->told.ranking); /* written by change_entry() */
	if (packed == OE_NO_RANKING || !(own || oe_rank_is_inheritable(packed)))
		return oe_group_of_members(entry->told.groups, ranking);
	*ranking = oe_rank_unpack(packed);
	if (!own)
		ranking->source = oe_inherit_is_lost(p) ? OE_SOURCE_LOST :
							  OE_SOURCE_INHERITED;
	return true;
}

/* It was said about another process, at a time when this one did not exist. */
static bool is_heritage(const struct oe_ranking *ranking)
{
	return ranking->source == OE_SOURCE_INHERITED ||
	       ranking->source == OE_SOURCE_LOST;
}

static struct oe_ranking default_ranking(void)
{
	return (struct oe_ranking){
		.rank = READ_ONCE(oe_config.default_rank),
		.source = OE_SOURCE_DEFAULT,
	};
}

/* The ranking without the process's own offer. */
static struct oe_ranking rank_by_others(struct task_struct *p,
					enum oe_exe_access access)
{
	struct oe_ranking by_rule;
	struct oe_ranking ranking;
	unsigned int exact;
	bool found;

	found = oe_rank_table_count() && of_entry(p, &ranking);
	if (found && !is_heritage(&ranking))
		return ranking;
	exact = oe_group_pass_judge(p, access, &by_rule);
	/* A rule for users only is less exact than a forefather's ranking. */
	if (exact > (found ? OE_ASKS_UID : 0))
		return by_rule;
	if (found)
		return ranking;
	return default_ranking();
}

/**
 * oe_rank_is_by_name - has it its ranking by its name alone?
 * @p: the process
 *
 * A process can give itself any name.
 *
 * Context: under RCU; as oe_rank_of().
 * Return: true if a rule by name alone decides.
 */
bool oe_rank_is_by_name(struct task_struct *p)
{
	struct oe_ranking ranking;
	bool found = oe_rank_table_count() && of_entry(p, &ranking);

	if (found && !is_heritage(&ranking))
		return false;
	return oe_group_pass_judge(p, OE_EXE_LOCK, &ranking) == OE_ASKS_COMM;
}

/*
 * The offer of the process, or of its parent; 0 if there is none. The offer of one
 * user does not count for a program that runs as another.
 */
static unsigned int rank_offered(struct task_struct *p)
{
	struct oe_rank_entry *entry;
	struct oe_offer offer;
	bool own;

	if (!READ_ONCE(oe_config.allow_offers) || !oe_rank_table_count())
		return 0;
	entry = find_entry(p, &own);
	if (!entry)
		return 0;
	offer = oe_rank_table_offer(entry);
	if (!offer.rank ||
	    (!uid_eq(offer.user, GLOBAL_ROOT_UID) &&
	     !uid_eq(offer.user, task_cred_xxx(p->group_leader, euid))))
		return 0;
	return offer.rank;
}

/* Of a process without an entry a moment ago: can it have a ranking all the same? */
static bool is_ranked_elsewhere(struct task_struct *p)
{
	if (oe_group_any_rule() || is_new(p->group_leader))
		return true;
	smp_rmb(); /* as in find_entry() */
	return oe_inherit_is_lost(p) || oe_rank_table_find(task_tgid(p));
}

static noinline struct oe_ranking rank_in_detail(struct task_struct *p,
						 enum oe_exe_access access)
{
	struct oe_ranking ranking = rank_by_others(p, access);
	unsigned int offered;

	if (!oe_rank_table_any_offer())
		return ranking;
	offered = rank_offered(p);
	if (offered > ranking.rank) {
		ranking.rank = offered;
		ranking.source = OE_SOURCE_OFFERED;
	}
	return ranking;
}

/* The process had no entry a moment ago; it may have one now. */
static noinline struct oe_ranking rank_without_entry(struct task_struct *p,
						     enum oe_exe_access access)
{
	if (oe_rank_table_count() ? is_ranked_elsewhere(p) :
				    oe_group_any_rule())
		return rank_in_detail(p, access);
	return default_ranking();
}

static noinline struct oe_ranking
rank_heir(struct task_struct *p, enum oe_exe_access access, u32 packed)
{
	if (oe_group_any_rule())
		return rank_in_detail(p, access);
	return oe_rank_unpack(packed);
}

static __always_inline struct oe_rank_entry *
find_own_entry(struct task_struct *p)
{
	struct pid *tgid = oe_rank_table_count() ? task_tgid(p) : NULL;

	return tgid ? oe_rank_table_find_inline(tgid) : NULL;
}

/**
 * oe_rank_peek - oe_rank_of(), also where no lock may be taken
 * @p: any of its threads; with OE_EXE_HELD the one that @access speaks of
 * @access: how its executable is read
 *
 * Context: under rcu_read_lock(), which also keeps @p.
 * Return: its ranking and where that came from.
 */
struct oe_ranking oe_rank_peek(struct task_struct *p, enum oe_exe_access access)
{
	struct oe_rank_entry *entry = find_own_entry(p);
	struct oe_ranking ranking;
	u32 packed;

	/* All calls are tail calls: the fast path saves no register. */
	if (!entry)
		return rank_without_entry(p, access);
	packed = READ_ONCE(entry->told.ranking); /* written by change_entry() */
	/* Written by oe_rank_table_set_offer(); an offer may be the higher one. */
	if (READ_ONCE(entry->told.offer.rank) || packed == OE_NO_RANKING)
		return rank_in_detail(p, access);
	ranking = oe_rank_unpack(packed);
	return is_heritage(&ranking) ? rank_heir(p, access, packed) : ranking;
}

/* Was the process, or a forefather of it, put into the group by its pid? */
static bool is_member_by_pid(struct task_struct *p, unsigned int group)
{
	struct oe_rank_entry *entry;
	bool own;

	if (!oe_rank_table_count())
		return false;
	entry = find_entry(p, &own);
	return entry && test_bit(group, entry->told.groups);
}

static bool is_in_group(const struct oe_group *group, struct task_struct *p,
			const union oe_subject *subject)
{
	return is_member_by_pid(p, oe_group_index(group)) ||
	       oe_group_has_by_rule(group, subject);
}

/**
 * oe_rank_in_group - is a process in a group, by its pid or by a rule?
 * @group: the group
 * @p: any of its threads
 *
 * Context: under rcu_read_lock(), which also keeps @p; takes task locks only.
 * Return: true if so.
 */
bool oe_rank_in_group(const struct oe_group *group, struct task_struct *p)
{
	union oe_subject subject;

	oe_group_describe(&subject, p, OE_EXE_LOCK);
	return is_in_group(group, p, &subject);
}

/**
 * oe_rank_signals - the signals that a process gets at OOM
 * @p: any of its threads
 *
 * Context: under rcu_read_lock(), which also keeps @p; takes task locks only.
 * Return: bit N-1 for signal N; each once, however many groups send it.
 */
u64 oe_rank_signals(struct task_struct *p)
{
	const struct oe_group *group;
	union oe_subject subject;
	u64 signals = 0;
	unsigned int i;

	oe_group_describe(&subject, p, OE_EXE_LOCK);
	for (i = 0; (group = oe_group_next(&i));) {
		int signal = oe_group_signal(group);

		if (signal && is_in_group(group, p, &subject))
			signals |= 1ULL << (signal - 1);
	}
	return signals;
}

/**
 * oe_source_name - a source in words, for lists and the log
 * @source: the source
 *
 * Return: a constant string.
 */
const char *oe_source_name(enum oe_source source)
{
	static const char *const names[] = {
		[OE_SOURCE_DEFAULT] = "default",
		[OE_SOURCE_EXPLICIT] = "explicit",
		[OE_SOURCE_SELF] = "self",
		[OE_SOURCE_INHERITED] = "inherited",
		[OE_SOURCE_LOST] = "lost",
		[OE_SOURCE_GROUP] = "group",
		[OE_SOURCE_OFFERED] = "offered",
	};

	return names[source];
}
