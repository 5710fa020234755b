/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ranking of a process and the order of death, written from the ABI page alone, for
 * random_ranks.c. It is slow and simple, and has no code of the module.
 */
#ifndef RANK_MODEL_H
#define RANK_MODEL_H

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

enum {
	NR_PROCS = 10,
	NR_GROUPS = 5,
	NR_LINES = 3,
	NONE = -1,
};

enum own { OWN_NONE, OWN_EXPLICIT, OWN_SELF, OWN_INHERITED };

enum verdict { ELIGIBLE, PROTECTED, UNKILLABLE };

/* A condition that is not asked for is NULL, or has the last user NONE. */
struct line {
	const char *exe;
	const char *cgroup;
	const char *comm;
	long first_uid;
	long last_uid;
};

struct group {
	int rank;
	int precedence;
	bool trusts_names;
	struct line lines[3 + NR_LINES]; /* cgroup, comm, uid, those of rules */
	int nr_lines;
};

struct proc {
	/* its nature */
	pid_t pid;
	bool alive;
	const char *exe;
	const char *cgroup;
	const char *comm;
	long ruid;
	long euid;
	int adj;
	long kb; /* resident, swapped, page tables */
	/* its settings */
	enum own own;
	int own_rank;
	unsigned int groups;
	int offer;
	long offer_user;
	/* the results */
	int rank;
	int set_rank;
	struct proc *keeper;
	enum verdict verdict;
	long badness_kb;
	char source[32];
};

struct world {
	struct group groups[NR_GROUPS];
	struct proc procs[NR_PROCS];
	const char *oom_group; /* cgroup with memory.oom.group, or NULL */
	int default_rank;
	int threshold;
	bool by_rank;
	bool allow_offers;
	long total_kb;
};

static bool is_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	if (!strcmp(above, "/"))
		return true;
	return !strncmp(path, above, length) && (!path[length] || path[length] == '/');
}

/* One of the cgroups from the process's own up to the root fits. */
static bool fits_cgroup(const char *path, const char *pattern)
{
	char part[64];

	if (!strcmp(pattern, "/"))
		return true;
	snprintf(part, sizeof(part), "%s", path);
	while (*part) {
		if (!fnmatch(pattern, part, FNM_PATHNAME))
			return true;
		*strrchr(part, '/') = '\0';
	}
	return false;
}

/* The more exact, the greater; 0 if it does not fit. */
static int line_fits(const struct world *w, const struct group *g, const struct line *l,
		     const struct proc *p)
{
	bool named = l->last_uid != NONE || l->cgroup;

	if (l->exe && strcmp(l->exe, p->exe))
		return 0;
	if (l->cgroup && !fits_cgroup(p->cgroup, l->cgroup))
		return 0;
	if (l->comm && fnmatch(l->comm, p->comm, 0))
		return 0;
	if (l->last_uid != NONE && (p->ruid < l->first_uid || p->ruid > l->last_uid))
		return 0;
	/* The name, and the program, are the choice of each user. */
	if (!named && g->rank < w->default_rank && !g->trusts_names && p->ruid)
		return 0;
	return (l->exe ? 1000 : 0) + (l->cgroup ? 100 : 0) + (l->comm ? 10 : 0) +
	       (l->last_uid != NONE ? 1 : 0);
}

/* Of two groups with equally good reasons: the highest precedence, then the lowest ranking. */
static bool counts_more(const struct group *a, const struct group *b)
{
	if (a->precedence != b->precedence)
		return a->precedence > b->precedence;
	return a->rank < b->rank;
}

/* The best rule's exactness; @group is the one that counts, the first of several. */
static int rank_by_rules(const struct world *w, const struct proc *p, int *group)
{
	int best = 0;

	for (int i = 0; i < NR_GROUPS; i++) {
		const struct group *g = &w->groups[i];

		for (int k = 0; k < g->nr_lines; k++) {
			int exact = line_fits(w, g, &g->lines[k], p);

			if (exact > best ||
			    (exact && exact == best &&
			     counts_more(g, &w->groups[*group]))) {
				best = exact;
				*group = i;
			}
		}
	}
	return best;
}

static int rank_by_members(const struct world *w, const struct proc *p)
{
	int group = NONE;

	for (int i = 0; i < NR_GROUPS; i++)
		if (p->groups & 1U << i &&
		    (group == NONE || counts_more(&w->groups[i], &w->groups[group])))
			group = i;
	return group;
}

static void set_rank_of(struct proc *p, int rank, const char *source)
{
	p->rank = rank;
	snprintf(p->source, sizeof(p->source), "%s", source);
}

static void rank_by_group(const struct world *w, struct proc *p, int group)
{
	p->rank = w->groups[group].rank;
	snprintf(p->source, sizeof(p->source), "group:g%d", group);
}

/* The table of groups/<name>/rank, and the offer above it. */
static void rank_process(const struct world *w, struct proc *p)
{
	int by_rule = NONE;
	int exact = rank_by_rules(w, p, &by_rule);
	int member = rank_by_members(w, p);

	if (p->own == OWN_EXPLICIT)
		set_rank_of(p, p->own_rank, "explicit");
	else if (p->own == OWN_SELF)
		set_rank_of(p, p->own_rank, "self");
	else if (p->own != OWN_INHERITED && member != NONE)
		rank_by_group(w, p, member);
	else if (exact > 1)
		rank_by_group(w, p, by_rule);
	else if (p->own == OWN_INHERITED)
		set_rank_of(p, p->own_rank, "inherited");
	else if (exact)
		rank_by_group(w, p, by_rule);
	else
		set_rank_of(p, w->default_rank, "default");
	if (w->allow_offers && p->offer > p->rank && (!p->offer_user || p->offer_user == p->euid))
		set_rank_of(p, p->offer, "offered");
}

/* With memory.oom.group the members die together, but for those of -1000. */
static void judge_set(struct world *w, struct proc *p)
{
	struct proc *lowest = NULL;

	p->set_rank = p->rank;
	p->keeper = NULL;
	if (!w->oom_group || !is_below(p->cgroup, w->oom_group) || p->verdict == UNKILLABLE)
		return;
	for (struct proc *q = w->procs; q < w->procs + NR_PROCS; q++) {
		if (!q->alive || q->adj == -1000 || !is_below(q->cgroup, w->oom_group))
			continue;
		if (!lowest || q->rank < lowest->rank ||
		    (q->rank == lowest->rank && q->pid < lowest->pid))
			lowest = q;
	}
	if (lowest && lowest->rank < p->rank) {
		p->set_rank = lowest->rank;
		p->keeper = lowest;
	}
}

static void judge_world(struct world *w)
{
	struct proc *end = w->procs + NR_PROCS;

	for (struct proc *p = w->procs; p < end; p++) {
		if (!p->alive)
			continue;
		rank_process(w, p);
		p->badness_kb = p->kb + p->adj * (w->total_kb / 4 / 1000 * 4);
		p->verdict = p->adj == -1000 ? UNKILLABLE : ELIGIBLE;
	}
	for (struct proc *p = w->procs; p < end; p++) {
		if (!p->alive)
			continue;
		judge_set(w, p);
		if (p->verdict == ELIGIBLE && (!p->set_rank || p->set_rank < w->threshold))
			p->verdict = PROTECTED;
	}
}

static bool dies_first(const struct world *w, const struct proc *a, const struct proc *b)
{
	bool given_up = a->verdict != ELIGIBLE;

	if (a->verdict != b->verdict)
		return a->verdict < b->verdict;
	if (given_up && a->set_rank != b->set_rank)
		return a->set_rank > b->set_rank;
	if ((given_up || w->by_rank) && a->rank != b->rank)
		return a->rank > b->rank;
	if (a->badness_kb != b->badness_kb)
		return a->badness_kb > b->badness_kb;
	return a->pid < b->pid;
}

/* The living ones in the order of candidates; returns how many there are. */
static int sort_world(struct world *w, struct proc **order)
{
	int nr = 0;

	for (struct proc *p = w->procs; p < w->procs + NR_PROCS; p++) {
		int at = nr;

		if (!p->alive)
			continue;
		for (; at && dies_first(w, p, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = p;
		nr++;
	}
	return nr;
}

/* Does @p die with the victim? */
static bool dies_too(const struct world *w, const struct proc *victim, const struct proc *p)
{
	if (p == victim)
		return true;
	return w->oom_group && p->adj != -1000 && is_below(victim->cgroup, w->oom_group) &&
	       is_below(p->cgroup, w->oom_group);
}

#endif /* RANK_MODEL_H */
