// SPDX-License-Identifier: GPL-2.0-only
/*
 * "candidates", "events", "report": the module's lists.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/account.h"
#include "cli/commands/account_now.h"
#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "cli/print/table.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "common/words.h"

static int complain_list(const char *file, int err)
{
	if (err == -ENOENT && !oe_sysfs_present())
		return complain_absent(file);
	return complain_file(file, NULL, err);
}

/* --- candidates ------------------------------------------------------------ */

/**
 * candidates_run - the command "candidates", also called "tasks"
 * @args: @all, @count
 *
 * Return: an exit status.
 */
int candidates_run(const struct arguments *args)
{
	static const struct table_column columns[] = {
		{ "position", true },	{ "pid", true },
		{ "rank", true },	{ "source", false },
		{ "badness_kb", true }, { "verdict", false },
		{ "comm", false },	{ "reason", false },
		{ "keeper", true },	{ "set_rank", true },
	};
	struct table *table;
	struct oe_rows rows;
	long shown = 0;
	int err = oe_records_candidates(&rows);
	int status;
	size_t i;

	if (err)
		return complain_list("candidates", err);
	table = table_new("candidates", columns, 10);
	for (i = 0; i < rows.nr; i++) {
		const struct oe_row *row = &rows.row[i];

		if (!args->all && !oe_records_may_die(row))
			continue;
		if (args->count && shown++ == args->count)
			break;
		table_number(table, row->position);
		table_number(table, row->pid);
		table_number(table, row->rank);
		table_text(table, row->source);
		table_number(table, row->badness_kb);
		table_text(table, row->verdict);
		table_text(table, row->comm);
		table_text(table, *row->reason ? row->reason : "-");
		table_number(table, row->keeper);
		table_number(table, row->set_rank);
	}
	table_end(table);
	status = complain_bad_lines("candidates", rows.nr_bad, EXIT_OK);
	oe_records_free_rows(&rows);
	return status;
}

/* --- events ---------------------------------------------------------------- */

static void print_event_fields(const struct oe_event *event)
{
	size_t i;

	if (out_is_json())
		out_open("");
	for (i = 0; i < event->nr; i++)
		out_field(event->field[i].key, event->field[i].value);
	if (out_is_json())
		out_close();
}

static void print_event_row(const struct oe_event *event, struct table *table)
{
	static const char *const tail[] = {
		"victim_rank",
		"victim_rss_kb",
	};
	char process[FORMAT_PROCESS_SIZE];
	char time[FORMAT_SIZE];
	size_t i;

	table_number(table, event->seq);
	table_text(table,
		   format_time(time, oe_field_real(event->field, event->nr,
						   "time", -1)));
	table_text(table, event_text(event, "kind"));
	table_text(table, format_process(process, event, "trigger"));
	table_text(table, format_process(process, event, "victim"));
	for (i = 0; i < sizeof(tail) / sizeof(*tail); i++)
		table_text(table, event_text(event, tail[i]));
	table_text(table, format_process(process, event, "runner_up"));
	table_text(table, event_text(event, "outcome"));
	table_text(table, event_text(event, "reason"));
}

static void print_events(const struct oe_events *events, size_t first)
{
	static const struct table_column columns[] = {
		{ "seq", true },      { "time", false },
		{ "kind", false },    { "trigger", false },
		{ "victim", false },  { "rank", true },
		{ "rss_kb", true },   { "runner_up", false },
		{ "outcome", false }, { "reason", false },
	};
	struct table *table;
	size_t i;

	if (out_is_json()) {
		out_open_list("events");
		for (i = first; i < events->nr; i++)
			print_event_fields(&events->event[i]);
		out_close();
		return;
	}
	table = table_new("events", columns, 10);
	for (i = first; i < events->nr; i++)
		print_event_row(&events->event[i], table);
	table_end(table);
}

/* An emergency that goes on has a record for each time that it ended. */
static int print_one_event(const struct oe_events *events, const char *word)
{
	bool is_first = true;
	long long seq;
	size_t i;

	if (!oe_word_number(word, &seq) || seq < 1)
		return complain(EXIT_USAGE, "'%s' is no number of an event",
				word);
	if (!oe_records_find_event(events, seq))
		return complain(
			EXIT_NOT_FOUND,
			"there is no event %lld; the module keeps the last 64, see \"oom-embedded events\"",
			seq);
	if (out_is_json())
		out_open_list("events");
	for (i = 0; i < events->nr; i++) {
		if (events->event[i].seq != seq)
			continue;
		if (!out_is_json() && !is_first)
			putchar('\n');
		is_first = false;
		print_event_fields(&events->event[i]);
	}
	if (out_is_json())
		out_close();
	return EXIT_OK;
}

/**
 * events_run - the command "events"
 * @args: SEQ or nothing, @count
 *
 * Return: an exit status.
 */
int events_run(const struct arguments *args)
{
	struct oe_events events;
	size_t first = 0;
	int status = EXIT_OK;
	int err = oe_records_events(&events);

	if (err)
		return complain_list("events", err);
	if (args->argc) {
		status = print_one_event(&events, args->argv[0]);
	} else {
		if (args->count && events.nr > (size_t)args->count)
			first = events.nr - (size_t)args->count;
		print_events(&events, first);
	}
	status = complain_bad_lines("events", events.nr_bad, status);
	oe_records_free_events(&events);
	return status;
}

/* --- report ---------------------------------------------------------------- */

static void print_total(const struct oe_field *field)
{
	long long value;

	if (oe_word_number(field->value, &value))
		out_number(field->key, value);
	else
		out_text(field->key, field->value);
}

/* The owners of memory; the sentence comes first. */
static void print_account(const struct oe_report *report)
{
	struct account_note note[ACCOUNT_NOTES];
	struct account account;
	int nr_notes;
	size_t i;

	if (!account_make(&account, report->field, report->nr_fields))
		return;
	if (out_is_json()) {
		out_text("verdict", account.verdict);
		out_open("account");
		for (i = 0; i < ACCOUNT_PARTS; i++)
			out_number(account.part[i].key, account.part[i].kb);
		out_close();
		return;
	}
	printf("%s\n\n", account.verdict);
	for (i = 0; i < ACCOUNT_PARTS; i++)
		printf("%10lld kB  %s\n", account.part[i].kb,
		       account.part[i].name);
	printf("%10lld kB  all\n\n", account.total_kb);
	nr_notes = account_notes(note);
	for (int j = 0; j < nr_notes; j++)
		printf("%s: %s\n%s", note[j].title, note[j].text,
		       j == nr_notes - 1 ? "\n" : "");
}

/**
 * report_run - the command "report"
 * @args: @count
 *
 * Return: an exit status.
 */
int report_run(const struct arguments *args)
{
	static const struct table_column columns[] = {
		{ "pid", true },     { "uid", true },  { "rss_kb", true },
		{ "swap_kb", true }, { "rank", true }, { "source", false },
		{ "comm", false },
	};
	struct table *table;
	struct oe_report report;
	int err = oe_records_report(&report);
	int status;
	size_t i;

	if (err)
		return complain_list("report", err);
	if (!report.nr_fields) {
		oe_records_free_report(&report);
		return complain(
			EXIT_NOT_FOUND,
			"there is no report: memory has not run out since the module was loaded");
	}
	print_account(&report);
	for (i = 0; i < report.nr_fields; i++)
		print_total(&report.field[i]);
	if (!out_is_json())
		printf("\n");
	table = table_new("processes", columns, 7);
	for (i = 0; i < report.rows.nr; i++) {
		const struct oe_row *row = &report.rows.row[i];

		if (args->count && (long)i == args->count)
			break;
		table_number(table, row->pid);
		table_number(table, row->uid);
		table_number(table, row->rss_kb);
		table_number(table, row->swap_kb);
		table_number(table, row->rank);
		table_text(table, row->source);
		table_text(table, row->comm);
	}
	table_end(table);
	status = complain_bad_lines("report", report.rows.nr_bad, EXIT_OK);
	oe_records_free_report(&report);
	return status;
}
