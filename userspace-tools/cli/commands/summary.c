// SPDX-License-Identifier: GPL-2.0-only
/*
 * How things stand, in a few lines for a person. "status -v" has the values.
 */
#include "cli/commands/summary.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/check.h"
#include "cli/commands/footprint.h"
#include "cli/commands/manager.h"
#include "cli/commands/watched.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/readable.h"
#include "common/commit.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"

enum {
	WORD_SIZE = 64,
	NAMES_MAX = 4, /* of the protected, before "and N more" */
	LINE_SIZE = 512,
};

static void print_line(const char *head, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print_line(const char *head, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	printf("%-11s%s\n", head, readable(text));
}

static void print_memory(void)
{
	char level[WORD_SIZE];
	char left[FORMAT_SIZE];
	char all[FORMAT_SIZE];
	long long available;
	long long total;
	const char *days;
	long long ms;

	if (!oe_sysfs_read_number("levels/available_kb", &available)) {
		bool has_total = !oe_proc_meminfo("MemTotal", &total);

		print_line("memory", "%s left%s%s, level %s",
			   format_kb(left, available), has_total ? " of " : "",
			   has_total ? format_kb(all, total) : "",
			   oe_sysfs_read_word("levels/level", level,
					      sizeof(level)));
	}
	if (oe_sysfs_read_number("levels/oom_forecast_ms", &ms))
		return;
	days = manager_trend()->text;
	if (ms >= 0)
		print_line("trend", "falling: out of memory in %.1f s",
			   (double)ms / 1000);
	else
		print_line("trend", "%s",
			   *days ? days : "not falling towards an emergency");
}

static void print_commit(void)
{
	struct oe_commit commit;
	char limit[FORMAT_SIZE];
	char left[FORMAT_SIZE];

	if (oe_commit_read(&commit))
		print_line("promises", "%s left of %s: overcommit is strict",
			   format_kb(left, commit.left_kb),
			   format_kb(limit, commit.limit_kb));
}

static void print_cgroups(void)
{
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("cgroups", &names, &nr, 1))
		return;
	for (i = 0; i < nr; i++) {
		struct watched watched;
		char text[WATCHED_TEXT];

		watched_read(names[i], &watched);
		print_line("cgroup", "%s: %s (%s)", names[i],
			   watched_text(&watched, text), watched.path);
	}
	oe_sysfs_free_names(names, nr);
}

static void print_footprint(void)
{
	struct footprint footprint;
	char loaded[FORMAT_SIZE];
	char stacks[FORMAT_SIZE];
	char pages[FORMAT_SIZE];

	if (footprint_read(&footprint))
		return;
	format_kb(loaded, footprint.loaded_kb);
	format_kb(stacks, footprint.stacks_kb);
	if (footprint.pages_kb >= 0)
		print_line("module", "%s as loaded, %s set aside, %s of stacks",
			   loaded, format_kb(pages, footprint.pages_kb),
			   stacks);
	else
		print_line(
			"module",
			"%s as loaded, %s of stacks; only root may know what is set aside",
			loaded, stacks);
}

static void print_policy(void)
{
	char order[WORD_SIZE];
	char action[WORD_SIZE];
	char mode[WORD_SIZE];
	char threshold[WORD_SIZE];

	print_line(
		"policy",
		"%s, by %s, rankings below %s are protected; if nobody may be chosen: %s",
		oe_sysfs_read_word("mode", mode, sizeof(mode)),
		oe_sysfs_read_word("selection_order", order, sizeof(order)),
		oe_sysfs_read_word("rank_threshold", threshold,
				   sizeof(threshold)),
		oe_sysfs_read_word("no_victim_action", action, sizeof(action)));
}

static void print_next(const struct oe_rows *rows)
{
	const struct oe_row *row = rows->row;
	char action[WORD_SIZE];
	char size[FORMAT_SIZE];

	if (!rows->nr || strcmp(row->verdict, "next")) {
		print_line(
			"next",
			"nobody may be chosen now: the next OOM ends in no_victim_action=%s",
			oe_sysfs_read_word("no_victim_action", action,
					   sizeof(action)));
		return;
	}
	print_line("next", "%s/%lld, ranking %lld (%s), %s", row->comm,
		   row->pid, row->rank, row->source,
		   format_kb(size, row->badness_kb));
}

static void print_protected(const struct oe_rows *rows)
{
	char names[LINE_SIZE] = "";
	unsigned long nr = 0;
	size_t i;

	for (i = 0; i < rows->nr; i++) {
		const struct oe_row *row = &rows->row[i];
		size_t used = strlen(names);

		if (strcmp(row->verdict, "protected"))
			continue;
		if (nr++ < NAMES_MAX)
			snprintf(names + used, sizeof(names) - used,
				 "%s%s/%lld", used ? ", " : "", row->comm,
				 row->pid);
	}
	if (!nr)
		print_line("protected", "nobody");
	else if (nr > NAMES_MAX)
		print_line("protected", "%s and %lu more", names,
			   nr - NAMES_MAX);
	else
		print_line("protected", "%s", names);
}

/* Does the threshold protect every process that was given no ranking? */
static bool is_excessive(void)
{
	long long threshold;
	long long fallback;

	return !oe_sysfs_read_number("rank_threshold", &threshold) &&
	       !oe_sysfs_read_number("default_rank", &fallback) &&
	       threshold > fallback;
}

static void print_processes(void)
{
	struct oe_rows rows;

	if (oe_records_candidates(&rows)) {
		print_line(
			"next", "only root may know%s",
			is_excessive() ?
				"; everybody without a ranking is protected" :
				"");
		return;
	}
	print_next(&rows);
	print_protected(&rows);
	oe_records_free_rows(&rows);
}

static void print_manager(void)
{
	char mode[MANAGER_TEXT];
	long long grace = 0;
	size_t nr = 0;
	int *pids;

	oe_sysfs_read_number("grace_ms", &grace);
	if (oe_proc_find("oom-embeddedd", &pids, &nr))
		return;
	if (nr)
		print_line("manager", "oom-embeddedd/%d runs%s; it has %lld ms",
			   pids[0], manager_mode(mode), grace);
	else
		print_line("manager", "oom-embeddedd does not run");
	free(pids);
}

static void print_findings(void)
{
	unsigned long nr_errors;
	unsigned long nr_warnings;

	if (check_count(&nr_errors, &nr_warnings) != EXIT_OK)
		return;
	if (!nr_errors && !nr_warnings)
		print_line("findings", "none");
	else
		print_line(
			"findings",
			"%lu error%s, %lu warning%s: \"oom-embedded check\" says which",
			nr_errors, nr_errors == 1 ? "" : "s", nr_warnings,
			nr_warnings == 1 ? "" : "s");
}

static void print_last(void)
{
	const struct oe_event *event;
	struct oe_events events;
	const char *outcome;
	const char *reason;
	char victim[FORMAT_PROCESS_SIZE];
	char time[FORMAT_SIZE];

	if (oe_records_events(&events))
		return;
	event = oe_records_find_event(&events, -1);
	if (!event) {
		print_line("last", "no emergency since the module was loaded");
	} else {
		outcome = event_text(event, "outcome");
		reason = event_text(event, "reason");
		format_process(victim, event, "victim");
		print_line(
			"last", "%s %s%s%s (%s); number %lld",
			format_time(time, oe_field_real(event->field, event->nr,
							"time", -1)),
			outcome ? outcome : "?", strcmp(victim, "-") ? " " : "",
			strcmp(victim, "-") ? victim : "",
			reason ? reason : "?", event->seq);
	}
	oe_records_free_events(&events);
}

/**
 * summary_print - print how things stand
 *
 * Facts that this module does not have, or does not show to this user, are left out.
 */
void summary_print(void)
{
	print_memory();
	print_commit();
	print_cgroups();
	print_footprint();
	print_policy();
	print_processes();
	print_manager();
	print_last();
	print_findings();
	print_line("more", "status -v, candidates, events, check");
}
