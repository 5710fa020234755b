// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process and those below it, while they fork and end.
 */
#include "cli/commands/rank_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/change.h"
#include "cli/print/complain.h"
#include "common/proc.h"
#include "common/sysfs.h"

enum {
	ROUNDS = 64, /* of looking for processes that were started meanwhile */
};

/**
 * struct family - all processes
 * @pid: their numbers
 * @parent: those of their parents
 * @nr: of them
 */
struct family {
	int *pid;
	int *parent;
	size_t nr;
};

static int read_family(struct family *family)
{
	int err = oe_proc_pids(&family->pid, &family->nr);
	size_t i;

	family->parent = NULL;
	if (err)
		return err;
	family->parent = calloc(family->nr + 1, sizeof(*family->parent));
	if (!family->parent) {
		free(family->pid);
		return -ENOMEM;
	}
	for (i = 0; i < family->nr; i++) {
		struct oe_proc proc;

		/* One that has ended, and waits for its parent, looks like those. */
		if (!oe_proc_read(family->pid[i], &proc) && !proc.is_kernel)
			family->parent[i] = proc.ppid;
	}
	return 0;
}

static void free_family(struct family *family)
{
	free(family->pid);
	free(family->parent);
}

/* Sets @below to the root and what is below it, parents first; to be freed. */
static int find_below(int root, int **below, size_t *nr)
{
	struct family family;
	int err = read_family(&family);
	size_t next;
	size_t i;

	if (err)
		return err;
	*below = calloc(family.nr + 1, sizeof(**below));
	if (!*below)
		err = -ENOMEM;
	*nr = 0;
	if (!err)
		(*below)[(*nr)++] = root;
	for (next = 0; !err && next < *nr; next++)
		for (i = 0; i < family.nr && *nr <= family.nr; i++)
			if (family.parent[i] == (*below)[next] &&
			    family.pid[i] != root)
				(*below)[(*nr)++] = family.pid[i];
	free_family(&family);
	return err;
}

/**
 * rank_find_row - the line about a process
 * @rows: a list
 * @pid: its number
 *
 * Return: the line, or NULL.
 */
const struct oe_row *rank_find_row(const struct oe_rows *rows, int pid)
{
	size_t i;

	for (i = 0; i < rows->nr; i++)
		if (rows->row[i].pid == pid)
			return &rows->row[i];
	return NULL;
}

static bool is_inheritable(const struct oe_row *row)
{
	return row && (!strcmp(row->source, "explicit") ||
		       !strcmp(row->source, "inherited") ||
		       !strcmp(row->source, "lost"));
}

static bool is_for_itself(const struct oe_row *row)
{
	return row && !strcmp(row->source, "self");
}

/*
 * Only the process itself can make its offer again. The same ranking, written,
 * is the nearest to it: the process does not become better protected.
 */
static bool is_to_be_given_back(const struct oe_row *row)
{
	return is_inheritable(row) || is_for_itself(row) ||
	       (row && !strcmp(row->source, "offered"));
}

/**
 * rank_add_change - add a ranking to a set of changes
 * @changes: the set
 * @ranking: the present state
 * @pid: of the process
 * @rank: a number, or "-"
 * @may_vanish: no fault if the process ends before
 *
 * The change is undone by writing the ranking that the process has of its own,
 * for itself alone if it was so, or "-".
 */
void rank_add_change(struct oe_changes *changes, const struct oe_rows *ranking,
		     int pid, const char *rank, bool may_vanish)
{
	const struct oe_row *row = rank_find_row(ranking, pid);
	char value[64];
	char undo[64];
	char old[64];

	snprintf(value, sizeof(value), "%d %s", pid, rank);
	snprintf(undo, sizeof(undo), "%d -", pid);
	if (row)
		snprintf(old, sizeof(old), "%d %lld%s", pid, row->rank,
			 is_for_itself(row) ? " self" : "");
	if (is_to_be_given_back(row))
		snprintf(undo, sizeof(undo), "%s", old);
	oe_changes_add_line(changes, "oom_ranking", value, undo,
			    row ? old : NULL, may_vanish);
}

/* A process that is ranked for itself does not pass the ranking on: it is to be ranked. */
static bool has_rank(const struct oe_row *row, const char *rank)
{
	if (!strcmp(rank, "-"))
		return !is_inheritable(row) && !is_for_itself(row);
	return is_inheritable(row) && row->rank == atoll(rank);
}

/**
 * struct tried - the processes that have been written about
 * @pid: their numbers
 * @nr: of them
 */
struct tried {
	int *pid;
	size_t nr;
};

/* False if it was there, or there is no memory. */
static bool note_tried(struct tried *tried, int pid)
{
	size_t i;
	int *more;

	for (i = 0; i < tried->nr; i++)
		if (tried->pid[i] == pid)
			return false;
	more = reallocarray(tried->pid, tried->nr + 1, sizeof(*more));
	if (!more)
		return false;
	more[tried->nr++] = pid;
	tried->pid = more;
	return true;
}

/*
 * Adds what is not as it should be, and the root the first time. Once each: a
 * process that has ended, and waits for its parent, has no ranking any more.
 */
static int add_round(struct oe_changes *changes, int root, const char *rank,
		     struct tried *tried)
{
	struct oe_rows ranking;
	size_t nr = 0;
	size_t i;
	int *below;
	int err = find_below(root, &below, &nr);

	if (err)
		return err;
	/* After the look at who is there: a child has its ranking by then. */
	err = oe_records_ranking(&ranking);
	if (err) {
		free(below);
		return err;
	}
	for (i = 0; i < nr; i++)
		if ((!i ||
		     !has_rank(rank_find_row(&ranking, below[i]), rank)) &&
		    note_tried(tried, below[i]))
			rank_add_change(changes, &ranking, below[i], rank,
					i > 0);
	oe_records_free_rows(&ranking);
	free(below);
	return 0;
}

static int undo_rounds(struct oe_changes *rounds, int nr, int status)
{
	const struct oe_change *failed;

	while (nr--)
		if (oe_changes_undo(&rounds[nr], &failed))
			status = complain(EXIT_NOT_UNDONE,
					  "not everything could be put back");
	return status;
}

/**
 * rank_tree_set - rank a process and all below it, all or none
 * @root: the process
 * @rank: a number, or "-"
 *
 * Parents first: a child that is started after its parent was ranked inherits that,
 * and one that was started before is found by the next look. A child whose
 * parent ends before the first look cannot be told from a stranger.
 *
 * Return: an exit status.
 */
int rank_tree_set(int root, const char *rank)
{
	struct oe_changes rounds[ROUNDS] = {};
	struct tried tried = {};
	int status = EXIT_OK;
	int nr;
	int i;

	for (nr = 0; nr < ROUNDS && status == EXIT_OK; nr++) {
		int err = add_round(&rounds[nr], root, rank, &tried);

		if (err)
			status = complain_file("oom_ranking", NULL, err);
		else if (!rounds[nr].nr)
			break;
		else
			status = changes_make(&rounds[nr]);
	}
	if (nr == ROUNDS && status == EXIT_OK)
		status = complain(
			EXIT_TROUBLE,
			"process %d and its children fork faster than they can be ranked",
			root);
	if (status != EXIT_OK)
		status = undo_rounds(rounds, nr, status);
	for (i = 0; i < ROUNDS; i++)
		oe_changes_free(&rounds[i]);
	free(tried.pid);
	return status;
}

/**
 * rank_tree_others - how many processes below a process are ranked in another way
 * @root: the process
 * @rank: its ranking, or "-": how many have any of their own
 *
 * Return: the number, or a negative errno.
 */
long long rank_tree_others(int root, const char *rank)
{
	struct oe_rows ranking;
	long long others = 0;
	size_t nr = 0;
	size_t i;
	int *below;
	int err = find_below(root, &below, &nr);

	if (err)
		return err;
	err = oe_records_ranking(&ranking);
	for (i = 1; !err && i < nr; i++)
		if (!has_rank(rank_find_row(&ranking, below[i]), rank))
			others++;
	if (!err)
		oe_records_free_rows(&ranking);
	free(below);
	return err ? err : others;
}
