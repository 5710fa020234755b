// SPDX-License-Identifier: GPL-2.0-only
/*
 * "incident": one page about one emergency, to be attached to a bug report.
 */
#include "cli/commands/incident.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/commands/account.h"
#include "cli/commands/account_now.h"
#include "cli/commands/commands.h"
#include "cli/commands/manager.h"
#include "cli/print/atomic_file.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/html.h"
#include "common/commit.h"
#include "common/proc.h"
#include "common/sysfs.h"
#include "common/words.h"

enum {
	TEXT_SIZE = 320,
	VALUE_SIZE = 128,
};

/* --- words ----------------------------------------------------------------- */

static const char *reason_sentence(const char *reason)
{
	static const struct {
		const char *reason;
		const char *sentence;
	} known[] = {
		{ "rank",
		  "it had the highest ranking of those that may be chosen" },
		{ "badness",
		  "by the kernel's measure it was the biggest of those that may be chosen" },
		{ "pid",
		  "it had the lowest pid of several with the same ranking and measure" },
		{ "only", "it was the only one that may be chosen" },
		{ "nobody", "everybody was protected or unkillable" },
		{ "unprotected",
		  "everybody was protected, and no_victim_action gave it up" },
		{ "pending", "a process was still giving its memory back" },
		{ "memory_back", "memory came back in time" },
		{ "done", "userspace made room in time" },
		{ "kernel", "the kernel decided, not the rankings" },
	};
	size_t i;

	for (i = 0; reason && i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].reason, reason))
			return known[i].sentence;
	return reason;
}

static void write_terminated(const struct oe_event *event, char *text)
{
	char process[FORMAT_PROCESS_SIZE];

	format_process(process, event, "would");
	snprintf(text, TEXT_SIZE, "Memory was short: %s was sent SIGTERM",
		 process);
}

static void write_headline(const struct oe_event *event, char *text)
{
	const char *outcome = event_text(event, "outcome");
	char victim[FORMAT_PROCESS_SIZE];

	format_process(victim, event, "victim");
	if (!outcome)
		outcome = "?";
	if (!strcmp(outcome, "killed"))
		snprintf(text, TEXT_SIZE, "Out of memory: %s was killed",
			 victim);
	else if (!strcmp(outcome, "avoided"))
		snprintf(text, TEXT_SIZE,
			 "Out of memory: memory came back, nobody was killed");
	else if (!strcmp(outcome, "no_victim"))
		snprintf(text, TEXT_SIZE,
			 "Out of memory: nobody could be chosen");
	else if (!strcmp(outcome, "victim_pending"))
		snprintf(text, TEXT_SIZE,
			 "Out of memory: a process was still ending");
	else if (!strcmp(outcome, "sigterm"))
		write_terminated(event, text);
	else
		snprintf(text, TEXT_SIZE, "Out of memory: %s", outcome);
}

/* --- memory ---------------------------------------------------------------- */

static bool has_account(const struct incident *incident,
			struct account *account)
{
	return incident->is_report_of_it &&
	       account_make(account, incident->report.field,
			    incident->report.nr_fields);
}

static void print_account(FILE *to, const struct incident *incident)
{
	struct account_note note[ACCOUNT_NOTES];
	struct account account;
	char size[FORMAT_SIZE];
	int nr_notes;
	size_t i;

	if (!has_account(incident, &account))
		return;
	html_section(to, "Owners of the memory", account.verdict);
	fputs("<table>\n", to);
	for (i = 0; i < ACCOUNT_PARTS; i++)
		fprintf(to, "<tr><td>%s</td><td class=\"c\">%s</td></tr>\n",
			html(account.part[i].name),
			html(format_kb(size, account.part[i].kb)));
	fputs("</table>\n", to);
	nr_notes = account_notes(note);
	for (int j = 0; j < nr_notes; j++)
		fprintf(to, "<p>%s: %s</p>\n", note[j].title,
			html(note[j].text));
}

/* --- facts ----------------------------------------------------------------- */

/* "resident 50 MiB, ranking 800 (group:batch), pid 388, uid 1000" */
static const char *describe_process(const struct oe_event *event,
				    const char *role, char *text)
{
	static const char *const keys[] = { "rank", "source", "badness_kb",
					    "uid" };
	const char *value[4];
	char who[FORMAT_PROCESS_SIZE];
	char key[FORMAT_SIZE];
	char size[FORMAT_SIZE] = "";
	size_t i;

	format_process(who, event, role);
	if (!strcmp(who, "-"))
		return NULL;
	for (i = 0; i < 4; i++) {
		snprintf(key, sizeof(key), "%s_%s", role, keys[i]);
		value[i] = event_text(event, key);
	}
	if (value[2])
		format_kb(size, atoll(value[2]));
	snprintf(text, TEXT_SIZE, "%s%s%s%s%s%s%s%s%s%s", who,
		 value[0] ? ", ranking " : "", value[0] ? value[0] : "",
		 value[1] ? " (" : "", value[1] ? value[1] : "",
		 value[1] ? ")" : "", value[3] ? ", uid " : "",
		 value[3] ? value[3] : "", *size ? ", measure " : "", size);
	return text;
}

static const char *file_value(const char *file, char *value)
{
	return oe_sysfs_read(file, value, VALUE_SIZE) >= 0 ? value : NULL;
}

static void print_facts(FILE *to, const struct incident *incident)
{
	const struct manager_trend *days = manager_trend();
	const struct oe_event *event = incident->event;
	const char *reason = event_text(event, "reason");
	char command[FORMAT_COMMAND_SIZE];
	struct oe_commit commit;
	char text[TEXT_SIZE];

	fputs("<div class=\"facts\">\n", to);
	html_pair(to, "Victim", describe_process(event, "victim", text));
	html_pair(to, "Victim's command line", format_command(command, event));
	html_pair(to, "Victim's cgroup", event_text(event, "victim_cgroup"));
	html_pair(to, "Why", reason_sentence(reason));
	html_pair(to, "Would have been chosen",
		  describe_process(event, "would", text));
	html_pair(to, "Runner-up", describe_process(event, "runner_up", text));
	html_pair(to, "Asked for memory",
		  describe_process(event, "trigger", text));
	html_pair(to, "Kind", event_text(event, "kind"));
	html_pair(to, "Memory cgroup", event_text(event, "memcg"));
	if (event_number(event, "victim_rss_kb", -1) >= 0)
		html_pair(to, "Victim's resident memory",
			  format_kb(text,
				    event_number(event, "victim_rss_kb", 0)));
	if (event_number(event, "total_ns", 0) > 0)
		html_pair(to, "Took",
			  format_ns(text, event_number(event, "total_ns", 0)));
	html_pair(to, "Recovered",
		  !incident->has_window	  ? NULL :
		  incident->has_recovered ? "yes" :
					    "not seen in the memory curve");
	html_pair(to, "Memory now", days->left_s >= 0 ? days->text : NULL);
	if (oe_commit_read(&commit))
		html_pair(to, "Left to be promised now",
			  format_kb(text, commit.left_kb));
	fputs("</div>\n", to);
}

/* --- programs that were told ----------------------------------------------- */

static void print_followers(FILE *to)
{
	char path[PATH_MAX];
	char file[OE_SYSFS_PATH_MAX];
	char text[TEXT_SIZE] = "";
	size_t used = 0;
	size_t nr;
	size_t i;
	int *pids;

	snprintf(file, sizeof(file), "%s/reconfigure_wanted", oe_sysfs_root());
	if (!realpath(file, path) || oe_proc_pids(&pids, &nr))
		return;
	for (i = 0; i < nr && used < sizeof(text) / 2; i++) {
		struct oe_proc proc;

		if (oe_proc_has_open(pids[i], path) > 0 &&
		    !oe_proc_read(pids[i], &proc))
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used, "%s%s/%d",
						 used ? ", " : "", proc.comm,
						 pids[i]);
	}
	free(pids);
	html_pair(to, "Follow reconfigure_wanted now",
		  used ? text : "nobody that can be seen");
}

static void print_signalled(FILE *to)
{
	char text[TEXT_SIZE] = "";
	size_t used = 0;
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("groups", &names, &nr, 1))
		return;
	for (i = 0; i < nr && used < sizeof(text) / 2; i++) {
		char file[OE_SYSFS_PATH_MAX];
		char value[VALUE_SIZE];

		snprintf(file, sizeof(file), "groups/%s/signal", names[i]);
		if (file_value(file, value) && strcmp(value, "none"))
			used += (size_t)snprintf(text + used,
						 sizeof(text) - used,
						 "%s%.40s to %.40s",
						 used ? ", " : "", value,
						 names[i]);
	}
	oe_sysfs_free_names(names, nr);
	html_pair(to, "Signals to groups, as set now", used ? text : "none");
}

static void print_told(FILE *to, const struct incident *incident)
{
	const struct oe_event *event = incident->event;
	long long ack = event_number(event, "ack_ms", -1);
	char text[TEXT_SIZE];
	char count[VALUE_SIZE];

	html_section(to, "Programs that were told", "");
	fputs("<div class=\"facts\">\n", to);
	if (event_text(event, "announce_ns")) {
		char time[FORMAT_SIZE];

		snprintf(text, sizeof(text), "counter, pollers and uevent, %s",
			 format_ns(time,
				   event_number(event, "announce_ns", 0)));
		html_pair(to, "Announced in", text);
	}
	snprintf(text, sizeof(text), "after %lld ms", ack);
	html_pair(to, "Acknowledged", ack >= 0 ? text : "no");
	snprintf(text, sizeof(text), "%lld of %lld ms",
		 event_number(event, "grace_used_ms", 0),
		 event_number(event, "grace_ms", 0));
	html_pair(to, "Grace used", text);
	print_signalled(to);
	print_followers(to);
	html_pair(to, "reconfigure_done now",
		  file_value("reconfigure_done", count));
	fputs("</div>\n", to);
}

/* --- tables ---------------------------------------------------------------- */

static void print_fields(FILE *to, const char *title,
			 const struct oe_field *field, size_t nr)
{
	size_t i;

	fprintf(to, "<details><summary>%s</summary><table>\n", html(title));
	for (i = 0; i < nr; i++)
		fprintf(to, "<tr><td>%s</td><td class=\"c\">%s</td></tr>\n",
			html(field[i].key), html(field[i].value));
	fputs("</table></details>\n", to);
}

static void print_settings(FILE *to)
{
	static const char *const files[] = {
		"mode",
		"coverage",
		"rank_threshold",
		"default_rank",
		"selection_order",
		"no_victim_action",
		"grace_ms",
		"grace_hold",
		"reserve_kb",
		"levels/warning_kb",
		"levels/critical_kb",
		"levels/imminent_oom_kb",
		"levels/oom_kb",
	};
	size_t i;

	fputs("<details><summary>Settings now</summary><table>\n", to);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char value[VALUE_SIZE];

		if (file_value(files[i], value))
			fprintf(to,
				"<tr><td>%s</td><td class=\"c\">%s</td></tr>\n",
				files[i], html(value));
	}
	fputs("</table></details>\n", to);
}

static void print_page(FILE *to, const struct incident *incident)
{
	const struct oe_event *event = incident->event;
	char title[TEXT_SIZE];
	char time[FORMAT_SIZE];
	struct utsname system;

	write_headline(event, title);
	html_begin(to, title);
	fprintf(to, "<h1>%s</h1>\n<p class=\"dim\">seq %lld, %s", html(title),
		event->seq,
		format_time(time, oe_field_real(event->field, event->nr, "time",
						-1)));
	if (!uname(&system))
		fprintf(to, ", on %s: Linux %s %s", html(system.nodename),
			html(system.release), html(system.machine));
	fputs("</p>\n", to);
	print_facts(to, incident);
	html_section(to, "Memory",
		     "Available memory; seconds from the emergency on.");
	incident_curve(to, incident);
	incident_stack(to, incident);
	print_account(to, incident);
	html_section(to, "Timeline", "");
	incident_timeline(to, incident);
	print_told(to, incident);
	incident_processes(to, incident);
	html_section(to, "All of it", "");
	print_fields(to, "The record of the decision", event->field, event->nr);
	if (incident->is_report_of_it)
		print_fields(to, "Memory at that time", incident->report.field,
			     incident->report.nr_fields);
	print_settings(to);
	html_end(to);
}

/* --- the command ----------------------------------------------------------- */

static void collect_facts(struct incident *incident)
{
	const struct oe_event *event = incident->event;
	int i;

	incident->uptime = oe_field_real(event->field, event->nr, "uptime", -1);
	for (i = 0; i < NR_WATERMARKS; i++) {
		char file[OE_SYSFS_PATH_MAX];

		snprintf(file, sizeof(file), "levels/%s_kb",
			 incident_watermark(i));
		oe_sysfs_read_number(file, &incident->watermark_kb[i]);
	}
	oe_records_history(&incident->history);
	incident_find_window(incident);
	oe_records_report(&incident->report);
	incident->is_report_of_it = oe_field_number(incident->report.field,
						    incident->report.nr_fields,
						    "ReportSeq",
						    -1) == event->seq;
	if (!incident->is_report_of_it)
		oe_records_candidates(&incident->candidates);
}

static int find_event(const struct arguments *args, struct incident *incident)
{
	long long seq = -1;

	if (args->argc && (!oe_word_number(args->argv[0], &seq) || seq < 1))
		return complain(EXIT_USAGE, "'%s' is no number of an event",
				args->argv[0]);
	incident->event = oe_records_find_event(&incident->events, seq);
	if (incident->event)
		return EXIT_OK;
	if (seq < 0)
		return complain(
			EXIT_NOT_FOUND,
			"nothing has happened since the module was loaded");
	return complain(
		EXIT_NOT_FOUND,
		"there is no event %lld; the module keeps the last 64, see \"oom-embedded events\"",
		seq);
}

/**
 * incident_run - the command "incident"
 * @args: SEQ or nothing, @output
 *
 * Return: an exit status.
 */
int incident_run(const struct arguments *args)
{
	struct incident incident = {};
	struct atomic_file output;
	int status;
	int err = oe_records_events(&incident.events);

	if (err == -ENOENT && !oe_sysfs_present())
		return complain_absent("events");
	if (err)
		return complain_file("events", NULL, err);
	status = find_event(args, &incident);
	if (status == EXIT_OK)
		status = atomic_file_open(&output, args->output);
	if (status == EXIT_OK) {
		collect_facts(&incident);
		print_page(output.file, &incident);
		status = atomic_file_close(&output, status);
	}
	oe_records_free_events(&incident.events);
	oe_records_free_history(&incident.history);
	oe_records_free_report(&incident.report);
	oe_records_free_rows(&incident.candidates);
	return status;
}
