// SPDX-License-Identifier: GPL-2.0-only
/*
 * "rank": the ranking of a process, by number or name.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/change.h"
#include "cli/commands/commands.h"
#include "cli/commands/rank_self.h"
#include "cli/commands/rank_tree.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "cli/print/table.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "uapi/oom_embedded.h"

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* Sets @pids to what the word names; the caller frees them. */
static int find_processes(const char *word, int **pids, size_t *nr)
{
	struct oe_proc proc;
	long pid;
	int err;

	if (!is_number(word)) {
		err = oe_proc_find(word, pids, nr);
		if (err)
			return complain(EXIT_TROUBLE, "cannot read %s: %s",
					oe_proc_root(), strerror(-err));
		if (!*nr)
			return complain(EXIT_NOT_FOUND,
					"no process is called '%s'", word);
		return EXIT_OK;
	}
	pid = strtol(word, NULL, 10);
	if (pid < 1 || pid > INT_MAX || oe_proc_read((int)pid, &proc))
		return complain(EXIT_NOT_FOUND, "there is no process %s", word);
	*pids = malloc(sizeof(**pids));
	if (!*pids)
		return complain(EXIT_TROUBLE, "out of memory");
	**pids = (int)pid;
	*nr = 1;
	return EXIT_OK;
}

/*
 * Any user may read the list of rankings. The list of candidates, which only
 * root may read, knows the groups as well.
 */
static int show_processes(const int *pids, size_t nr)
{
	static const struct table_column columns[] = {
		{ "pid", true },
		{ "rank", true },
		{ "source", false },
		{ "comm", false },
	};
	struct oe_rows candidates;
	struct oe_rows ranking;
	struct table *table;
	long long fallback = -1;
	bool complete = !oe_records_candidates(&candidates);
	int err = oe_records_ranking(&ranking);
	int status;
	size_t i;

	if (err) {
		oe_records_free_rows(&candidates);
		return complain_file("oom_ranking", NULL, err);
	}
	oe_sysfs_read_number("default_rank", &fallback);
	table = table_new("processes", columns, 4);
	for (i = 0; i < nr; i++) {
		const struct oe_row *row = rank_find_row(&ranking, pids[i]);
		struct oe_proc proc;

		if (!row && complete)
			row = rank_find_row(&candidates, pids[i]);
		table_number(table, pids[i]);
		if (row || fallback >= 0)
			table_number(table, row ? row->rank : fallback);
		else
			table_text(table, NULL);
		table_text(table, row ? row->source : "default");
		oe_proc_read(pids[i], &proc);
		table_text(table, proc.comm);
	}
	table_end(table);
	status = complain_bad_lines("oom_ranking", ranking.nr_bad, EXIT_OK);
	oe_records_free_rows(&ranking);
	oe_records_free_rows(&candidates);
	return status;
}

static int set_ranks(const int *pids, size_t nr, const char *rank)
{
	struct oe_changes changes = {};
	struct oe_rows ranking;
	int err = oe_records_ranking(&ranking);
	int status;
	size_t i;

	if (err)
		return complain_file("oom_ranking", NULL, err);
	for (i = 0; i < nr; i++)
		/*
		 * Given by name, one of several processes may end meanwhile.
		 * The others are still ranked.
		 */
		rank_add_change(&changes, &ranking, pids[i], rank, nr > 1);
	oe_records_free_rows(&ranking);
	status = changes_make(&changes);
	oe_changes_free(&changes);
	return status;
}

/* A process that ends in between is no fault, if it was not the only one. */
static int set_trees(const int *pids, size_t nr, const char *rank)
{
	int status = EXIT_OK;
	size_t i;

	for (i = 0; i < nr && status == EXIT_OK; i++) {
		struct oe_proc proc;

		if (nr == 1 || !oe_proc_read(pids[i], &proc))
			status = rank_tree_set(pids[i], rank);
	}
	return status;
}

static void tell_others(const int *pids, size_t nr, const char *rank)
{
	long long others = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		long long below = rank_tree_others(pids[i], rank);

		others += below > 0 ? below : 0;
	}
	if (others)
		complain(
			EXIT_OK,
			"%lld process%s below keep%s another ranking; --tree sets %s, too",
			others, others == 1 ? "" : "es", others == 1 ? "s" : "",
			others == 1 ? "it" : "them");
}

/**
 * rank_run - the command "rank"
 * @args: PID|NAME [N|-], @tree; or what rank_self_run() takes, @self
 *
 * Return: an exit status.
 */
int rank_run(const struct arguments *args)
{
	const char *rank = args->argc > 1 ? args->argv[1] : NULL;
	int *pids = NULL;
	size_t nr = 0;
	int status;

	if (args->self)
		return rank_self_run(args);
	if (args->argc > 2)
		return complain(
			EXIT_USAGE,
			"too many words: '%s'; see \"oom-embedded rank --help\"",
			args->argv[2]);
	if (rank && strcmp(rank, "-") &&
	    (!is_number(rank) || strlen(rank) > 4 ||
	     atoi(rank) > OOM_EMBEDDED_RANK_MAX))
		return complain(
			EXIT_USAGE,
			"'%s' is no ranking: 0 (never chosen) to %d (first), or - to clear",
			rank, OOM_EMBEDDED_RANK_MAX);
	if (args->tree && !rank)
		return complain(EXIT_USAGE,
				"--tree wants a ranking to give, or -");
	status = find_processes(args->argv[0], &pids, &nr);
	if (status == EXIT_OK && rank && args->tree)
		status = set_trees(pids, nr, rank);
	else if (status == EXIT_OK && rank)
		status = set_ranks(pids, nr, rank);
	if (status == EXIT_OK && rank && !args->tree)
		tell_others(pids, nr, rank);
	if (status == EXIT_OK && (!rank || args->json))
		status = show_processes(pids, nr);
	free(pids);
	return status;
}
