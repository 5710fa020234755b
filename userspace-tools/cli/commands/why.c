// SPDX-License-Identifier: GPL-2.0-only
/*
 * "why": the ranking of a process and its origin, whether it may be chosen, the process that
 * protects it, and when its turn would come.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/commands.h"
#include "cli/commands/why_rules.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "common/words.h"

enum {
	TEXT_SIZE = 512,
	PATH_SIZE = 4096,
};

static int parse_pid(const char *word, int *pid)
{
	long long value;

	if (!oe_word_number(word, &value) || value < 1 || value > INT_MAX)
		return complain(EXIT_USAGE, "'%s' is no number of a process",
				word);
	*pid = (int)value;
	return EXIT_OK;
}

/* --- from where ------------------------------------------------------------ */

/* The group by pid or by rule that @source speaks of, if it can be seen from here. */
static const struct why_rule *find_winner(const struct why_rule *rules,
					  size_t nr, const char *source)
{
	const struct why_rule *winner = NULL;
	size_t i;

	if (strncmp(source, "group:", 6))
		return NULL;
	for (i = 0; i < nr && !winner; i++)
		if (!strcmp(rules[i].group, source + 6) && rules[i].trusted)
			winner = &rules[i];
	return winner;
}

static void explain_source(const struct oe_row *row,
			   const struct why_rule *winner, char *text)
{
	const char *source = row->source;

	if (!strcmp(source, "explicit"))
		snprintf(text, TEXT_SIZE,
			 "it was given to this process, in oom_ranking");
	else if (!strcmp(source, "self"))
		snprintf(
			text, TEXT_SIZE,
			"it was given to this process and not to its children, in oom_ranking");
	else if (!strcmp(source, "inherited"))
		snprintf(text, TEXT_SIZE,
			 "its parent had it when the process was started");
	else if (!strcmp(source, "lost"))
		snprintf(
			text, TEXT_SIZE,
			"its parent had it, and there was no memory to inherit it yet");
	else if (!strcmp(source, "offered"))
		snprintf(
			text, TEXT_SIZE,
			"it has made itself more expendable, or its parent had");
	else if (winner)
		snprintf(text, TEXT_SIZE, "of the group %s: %s", winner->group,
			 winner->text);
	else if (!strncmp(source, "group:", 6))
		snprintf(text, TEXT_SIZE, "of the group %s", source + 6);
	else
		snprintf(text, TEXT_SIZE, "nobody gave it one: default_rank");
}

static void print_passed(const struct why_rule *rule, const char *reason)
{
	char group[WHY_GROUP_SIZE + 8];
	char text[2 * WHY_TEXT_SIZE];

	snprintf(group, sizeof(group), "group:%s", rule->group);
	if (!out_is_json()) {
		snprintf(text, sizeof(text), "ranking %lld, %s: %s", rule->rank,
			 rule->text, reason);
		out_text(group, text);
		return;
	}
	out_open("");
	out_text("source", group);
	out_number("ranking", rule->rank);
	out_text("rule", rule->text);
	out_text("reason", reason);
	out_close();
}

/* The rankings that the process would have if the one that counts were not there. */
static void print_all_passed(const struct why_rule *rules, size_t nr,
			     const struct why_rule *winner, const char *source)
{
	bool is_open = out_is_json();
	size_t i;

	if (is_open)
		out_open_list("passed_over");
	for (i = 0; i < nr; i++) {
		const char *reason =
			&rules[i] == winner ?
				NULL :
				why_rules_passed(&rules[i], winner, source);

		if (!reason)
			continue;
		if (!is_open)
			out_open_list("passed_over");
		is_open = true;
		print_passed(&rules[i], reason);
	}
	if (is_open)
		out_close();
}

/* --- may it be chosen? ----------------------------------------------------- */

static const char *words_for_tie(const char *reason)
{
	if (!strcmp(reason, "memory"))
		return "shares its memory";
	if (!strcmp(reason, "cgroup"))
		return "is in its cgroup, which has memory.oom.group";
	if (!strcmp(reason, "pidns"))
		return "is in the pid namespace whose init it is";
	return "dies with it";
}

static void explain_protected(const struct oe_row *row, char *text)
{
	struct oe_proc keeper = {};
	long long threshold = 0;

	oe_sysfs_read_number("rank_threshold", &threshold);
	if (row->set_rank >= row->rank && !row->keeper) {
		if (row->rank)
			snprintf(text, TEXT_SIZE,
				 "its ranking is below rank_threshold, %lld",
				 threshold);
		else
			snprintf(text, TEXT_SIZE, "ranking 0 is never chosen");
		return;
	}
	if (row->keeper)
		oe_proc_read((int)row->keeper, &keeper);
	snprintf(text, TEXT_SIZE,
		 "process %lld %s with ranking %lld %s, and would die, too",
		 row->keeper, keeper.comm, row->set_rank,
		 words_for_tie(row->reason));
}

static void explain_unkillable(const struct oe_row *row,
			       const struct oe_proc *proc, char *text)
{
	if (row->pid == 1)
		snprintf(text, TEXT_SIZE, "it is init");
	else if (proc->oom_score_adj == -1000)
		snprintf(text, TEXT_SIZE, "its oom_score_adj is -1000");
	else
		snprintf(text, TEXT_SIZE,
			 "it is being killed, or in the middle of vfork");
}

static void explain_verdict(const struct oe_row *row,
			    const struct oe_proc *proc, char *text)
{
	long long gain = 0;

	if (!strcmp(row->verdict, "protected")) {
		explain_protected(row, text);
	} else if (!strcmp(row->verdict, "unkillable")) {
		explain_unkillable(row, proc, text);
	} else if (!strcmp(row->verdict, "small")) {
		oe_sysfs_read_number("min_gain_kb", &gain);
		snprintf(
			text, TEXT_SIZE,
			"it holds less than min_gain_kb, %lld: last, while there is a hog",
			gain);
	} else if (!strcmp(row->reason, "origin")) {
		snprintf(
			text, TEXT_SIZE,
			"the kernel wants it first: it runs swapoff, or stops KSM");
	} else {
		snprintf(text, TEXT_SIZE, "it may be chosen");
	}
}

/* The highest cgroup above it that dies as a whole. */
static bool find_oom_group(int pid, char *group)
{
	char path[PATH_SIZE];
	bool found = false;
	long long value;
	char *slash;

	if (oe_proc_cgroup(pid, path, sizeof(path)))
		return false;
	while ((slash = strrchr(path, '/')) && slash[1]) {
		if (!oe_proc_cgroup_number(path, "memory.oom.group", &value) &&
		    value) {
			snprintf(group, PATH_SIZE, "%s", path);
			found = true;
		}
		*slash = '\0';
	}
	return found;
}

/* --- the command ----------------------------------------------------------- */

static void print_turn(const struct oe_rows *rows, const struct oe_row *row)
{
	char text[TEXT_SIZE];
	size_t nth = 0;
	size_t nr = 0;
	size_t i;

	for (i = 0; i < rows->nr; i++) {
		if (!oe_records_may_die(&rows->row[i]))
			continue;
		nr++;
		if (&rows->row[i] == row)
			nth = nr;
	}
	if (out_is_json()) {
		if (nth)
			out_number("turn", (long long)nth);
		else
			out_null("turn");
		out_number("may_be_chosen", (long long)nr);
		return;
	}
	if (nth)
		snprintf(text, sizeof(text),
			 "number %zu of the %zu that may be chosen", nth, nr);
	else
		snprintf(text, sizeof(text), "none; %zu others may be chosen",
			 nr);
	out_text("turn", text);
}

static void print_row(const struct oe_rows *rows, const struct oe_row *row,
		      const struct oe_proc *proc)
{
	char group[PATH_SIZE];
	char text[TEXT_SIZE];
	struct why_rule *rules;
	size_t nr = why_rules_find(proc, &rules);
	const struct why_rule *winner = find_winner(rules, nr, row->source);

	out_number("pid", proc->pid);
	out_text("comm", proc->comm);
	out_number("ranking", row->rank);
	out_text("source", row->source);
	explain_source(row, winner, text);
	out_text("because", text);
	print_all_passed(rules, nr, winner, row->source);
	free(rules);
	out_text("verdict", row->verdict);
	explain_verdict(row, proc, text);
	out_text("reason", text);
	print_turn(rows, row);
	out_number("badness_kb", row->badness_kb);
	/* Modules that do not know kill sets have no such column. */
	if (*row->reason)
		out_number("lowest_rank_of_kill_set", row->set_rank);
	if (find_oom_group(proc->pid, group))
		out_text("dies_with_cgroup", group);
}

/**
 * why_run - the command "why"
 * @args: PID
 *
 * Return: an exit status.
 */
int why_run(const struct arguments *args)
{
	const struct oe_row *row = NULL;
	struct oe_rows rows;
	struct oe_proc proc;
	int pid = 0;
	int status = parse_pid(args->argv[0], &pid);
	int err;
	size_t i;

	if (status != EXIT_OK)
		return status;
	if (oe_proc_read(pid, &proc))
		return complain(EXIT_NOT_FOUND, "there is no process %d", pid);
	err = oe_records_candidates(&rows);
	if (err)
		return complain_file("candidates", NULL, err);
	for (i = 0; i < rows.nr && !row; i++)
		if (rows.row[i].pid == pid)
			row = &rows.row[i];
	if (row)
		print_row(&rows, row, &proc);
	else if (proc.is_kernel)
		status = complain(EXIT_NOT_FOUND,
				  "%d is a kernel thread: never chosen", pid);
	else
		status = complain(
			EXIT_NOT_FOUND,
			"process %d is not among the candidates: it holds no memory, or is no thread group leader",
			pid);
	oe_records_free_rows(&rows);
	return status;
}
