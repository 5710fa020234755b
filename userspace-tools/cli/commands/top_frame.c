// SPDX-License-Identifier: GPL-2.0-only
/*
 * The picture of "top" as lines of text. This file knows no terminal, so that
 * the picture can also be printed and tested.
 */
#include "cli/commands/top_frame.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/commands/manager.h"
#include "cli/commands/stack.h"
#include "cli/commands/watched.h"
#include "cli/print/format.h"
#include "cli/print/readable.h"
#include "common/commit.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"

enum {
	WORD_SIZE = 64,
	EVENTS_SHOWN = 5,
	PROCESS_COLUMNS = 22,
	MIN_CANDIDATES = 4,
	BAR_LEFT = 8, /* "memory [" */
	STACK_ROWS = 8, /* of the picture of memory over time, */
	CGROUPS_SHOWN = 4,
	STACK_ROOM = 40, /* on a terminal with so many rows */
};

static void add_line(struct frame *frame, enum frame_style style,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_line(struct frame *frame, enum frame_style style,
		     const char *format, ...)
{
	struct frame_line *line;
	va_list list;

	if (frame->nr == frame->rows)
		return;
	line = &frame->line[frame->nr++];
	va_start(list, format);
	vsnprintf(line->text, sizeof(line->text), format, list);
	va_end(list);
	text_cut(readable(line->text), frame->columns);
	line->style = style;
}

static long long read_number(const char *file, long long fallback)
{
	oe_sysfs_read_number(file, &fallback);
	return fallback;
}

/* --- head ------------------------------------------------------------------ */

static void add_policy(struct frame *frame)
{
	char clock[FORMAT_SIZE];
	char mode[WORD_SIZE];
	char order[WORD_SIZE];
	char action[WORD_SIZE];

	format_clock(clock, (double)time(NULL));
	/* Milliseconds of a picture a second are noise. */
	clock[strcspn(clock, ".")] = '\0';
	add_line(
		frame, FRAME_PLAIN,
		"oom-embedded %s UTC  mode %s  order %s  threshold %lld  nobody: %s",
		clock, oe_sysfs_read_word("mode", mode, sizeof(mode)),
		oe_sysfs_read_word("selection_order", order, sizeof(order)),
		read_number("rank_threshold", 0),
		oe_sysfs_read_word("no_victim_action", action, sizeof(action)));
}

static enum frame_style style_of_level(const char *level)
{
	if (!strcmp(level, "normal"))
		return FRAME_GOOD;
	return strcmp(level, "warning") ? FRAME_BAD : FRAME_WARNING;
}

static void add_level(struct frame *frame)
{
	long long forecast = read_number("levels/oom_forecast_ms", -1);
	char forecast_text[WORD_SIZE] = "not falling";
	char level[WORD_SIZE];
	char available[FORMAT_SIZE];
	char reserve[FORMAT_SIZE];

	if (oe_sysfs_exists("levels/level")) {
		add_line(frame, FRAME_DIM, "level   this module has none");
		return;
	}
	oe_sysfs_read_word("levels/level", level, sizeof(level));
	if (forecast >= 0)
		snprintf(forecast_text, sizeof(forecast_text), "OOM in %.1f s",
			 (double)forecast / 1000);
	else if (manager_trend()->left_s >= 0)
		snprintf(forecast_text, sizeof(forecast_text), "OOM in %lld h",
			 manager_trend()->left_s / 3600);
	add_line(frame, style_of_level(level),
		 "level   %-12s  available %s  forecast: %s  reserve %s", level,
		 format_kb(available, read_number("levels/available_kb", 0)),
		 forecast_text,
		 format_kb(reserve, read_number("reserve_available_kb", 0)));
}

/* A line of its own: a number that is cut off would be another number. */
static void add_commit(struct frame *frame)
{
	struct oe_commit commit;
	char limit[FORMAT_SIZE];
	char left[FORMAT_SIZE];

	if (oe_commit_read(&commit))
		add_line(frame, FRAME_PLAIN, "commit  %s left of %s",
			 format_kb(left, commit.left_kb),
			 format_kb(limit, commit.limit_kb));
}

/* Available memory, and the watermarks as letters: w, c, i, o. */
static void add_bar(struct frame *frame)
{
	static const char *const files[] = {
		"levels/oom_kb",
		"levels/imminent_oom_kb",
		"levels/critical_kb",
		"levels/warning_kb",
	};
	static const char letters[] = "oicw";
	char bar[FRAME_COLUMNS_MAX + 1];
	int width = frame->columns - BAR_LEFT - 1;
	long long available = read_number("levels/available_kb", -1);
	long long total;
	int i;

	if (width < 10 || available < 0 ||
	    oe_proc_meminfo("MemTotal", &total) || total <= 0)
		return;
	for (i = 0; i < width; i++)
		bar[i] = i < (double)available / (double)total * width ? '#' :
									 ' ';
	for (i = 0; i < 4; i++) {
		long long kb = read_number(files[i], 0);
		double at = (double)kb / (double)total * width;

		if (kb > 0 && at < width)
			bar[(int)at] = letters[i];
	}
	bar[width] = '\0';
	add_line(frame, FRAME_PLAIN, "memory [%s]", bar);
}

static void add_cgroups(struct frame *frame)
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
		if (i == CGROUPS_SHOWN - 1 && i + 1 < nr) {
			add_line(frame, FRAME_DIM,
				 "        and %zu more cgroups", nr - i);
			break;
		}
		add_line(frame,
			 *watched.level ? style_of_level(watched.level) :
					  FRAME_DIM,
			 "cgroup  %s: %s (%s)", names[i],
			 watched_text(&watched, text), watched.path);
	}
	oe_sysfs_free_names(names, nr);
}

/* The part that is at a height of a sample's stack. */
static char letter_at(const struct oe_sample *sample, long long total_kb,
		      double height_kb)
{
	double kb[STACK_PARTS];
	int part;

	if (!stack_of(sample, total_kb, kb))
		return ' ';
	for (part = 0; part < STACK_PARTS - 1; part++) {
		if (height_kb < kb[part])
			break;
		height_kb -= kb[part];
	}
	return stack_letter(part);
}

/* The sample that was the last one at a moment. */
static const struct oe_sample *sample_at(const struct oe_history *history,
					 double uptime)
{
	size_t i = 0;

	while (i + 1 < history->nr && history->sample[i + 1].uptime <= uptime)
		i++;
	return &history->sample[i];
}

static void draw_stack(struct frame *frame, const struct oe_history *history,
		       long long total_kb)
{
	int width = frame->columns - BAR_LEFT - 1;
	double from = history->sample[0].uptime;
	double to = history->sample[history->nr - 1].uptime;
	char line[FRAME_COLUMNS_MAX + 1];
	int row;
	int i;

	for (row = STACK_ROWS - 1; row >= 0; row--) {
		double height = (row + 0.5) / STACK_ROWS * (double)total_kb;

		for (i = 0; i < width; i++)
			line[i] = letter_at(
				sample_at(history,
					  from + (to - from) * (i + 1) / width),
				total_kb, height);
		line[width] = '\0';
		add_line(frame, FRAME_PLAIN, "%s %s",
			 row == STACK_ROWS - 1 ? "parts  " : "       ", line);
	}
	add_line(
		frame, FRAME_DIM,
		"        %.0f s: P processes  C page cache  T tmpfs  S kernel objects  Z zram  # other  . free",
		to - from);
}

/* Where the memory was, over time, if there is room for it. */
static void add_stack(struct frame *frame)
{
	struct oe_history history;
	double kb[STACK_PARTS];
	long long total_kb;

	if (frame->rows < STACK_ROOM || frame->columns < 2 * BAR_LEFT ||
	    oe_proc_meminfo("MemTotal", &total_kb) ||
	    oe_records_history(&history))
		return;
	if (history.nr && stack_of(&history.sample[0], total_kb, kb))
		draw_stack(frame, &history, total_kb);
	oe_records_free_history(&history);
}

static void add_counters(struct frame *frame)
{
	long long wanted = 0;

	oe_records_wanted(&wanted);
	add_line(
		frame, FRAME_PLAIN,
		"OOMs    global %lld  memcg %lld  sysrq %lld  request %lld   victims %lld  avoided %lld   asked %lld  acknowledged %lld",
		read_number("stats/oom_global", 0),
		read_number("stats/oom_memcg", 0),
		read_number("stats/oom_sysrq", 0),
		read_number("stats/oom_request", 0),
		read_number("stats/victims", 0),
		read_number("stats/avoided", 0), wanted,
		read_number("reconfigure_done", 0));
}

/* --- tables ---------------------------------------------------------------- */

static void add_groups(struct frame *frame, int room)
{
	char **names;
	size_t nr;
	size_t i;

	if (room < 2 || oe_sysfs_list_dir("groups", &names, &nr, 1))
		return;
	if (nr)
		add_line(frame, FRAME_HEAD, "%-32s %5s %8s  %s", "GROUP",
			 "RANK", "MEMBERS", "SIGNAL");
	for (i = 0; i < nr && (int)i < room - 1; i++) {
		char rank[OE_SYSFS_PATH_MAX];
		char members[OE_SYSFS_PATH_MAX];
		char file[OE_SYSFS_PATH_MAX];
		char signal[WORD_SIZE];

		snprintf(rank, sizeof(rank), "groups/%s/rank", names[i]);
		snprintf(members, sizeof(members), "groups/%s/nr_members",
			 names[i]);
		snprintf(file, sizeof(file), "groups/%s/signal", names[i]);
		if ((int)i == room - 2 && i + 1 < nr)
			add_line(frame, FRAME_DIM, "and %zu more", nr - i);
		else
			add_line(frame, FRAME_PLAIN, "%-32s %5lld %8lld  %s",
				 names[i], read_number(rank, -1),
				 read_number(members, 0),
				 oe_sysfs_read_word(file, signal,
						    sizeof(signal)));
	}
	oe_sysfs_free_names(names, nr);
}

static enum frame_style style_of_verdict(const char *verdict)
{
	if (!strcmp(verdict, "next"))
		return FRAME_BAD;
	if (!strcmp(verdict, "eligible") || !strcmp(verdict, "small"))
		return FRAME_PLAIN;
	return strcmp(verdict, "protected") ? FRAME_DIM : FRAME_GOOD;
}

static void add_candidates(struct frame *frame, int room)
{
	struct oe_rows rows;
	int i;

	if (room < 2)
		return;
	if (oe_records_candidates(&rows)) {
		add_line(frame, FRAME_DIM,
			 "candidates cannot be read (are you root?)");
		return;
	}
	if (frame->scroll > (int)rows.nr - (room - 1))
		frame->scroll = (int)rows.nr - (room - 1);
	if (frame->scroll < 0)
		frame->scroll = 0;
	add_line(frame, FRAME_HEAD, "%5s %8s %5s %-16s %12s  %-10s %s", "POS",
		 "PID", "RANK", "SOURCE", "BADNESS_KB", "VERDICT", "PROCESS");
	for (i = frame->scroll;
	     i < (int)rows.nr && i < frame->scroll + room - 1; i++) {
		const struct oe_row *row = &rows.row[i];

		add_line(frame, style_of_verdict(row->verdict),
			 "%5lld %8lld %5lld %-16s %12lld  %-10s %s",
			 row->position, row->pid, row->rank, row->source,
			 row->badness_kb, row->verdict, row->comm);
	}
	oe_records_free_rows(&rows);
}

/* Up to the next column. */
static int blanks_after(const char *process)
{
	int columns = text_columns(process);

	return columns < PROCESS_COLUMNS ? PROCESS_COLUMNS - columns : 0;
}

static void add_event(struct frame *frame, const struct oe_event *event)
{
	double when = oe_field_real(event->field, event->nr, "time", -1);
	const char *kind = event_text(event, "kind");
	const char *outcome = event_text(event, "outcome");
	const char *reason = event_text(event, "reason");
	char victim[FORMAT_PROCESS_SIZE];
	char trigger[FORMAT_PROCESS_SIZE];
	char clock[FORMAT_SIZE];

	readable(format_process(trigger, event, "trigger"));
	readable(format_process(victim, event, "victim"));
	add_line(frame, FRAME_PLAIN, "%5lld  %-13s %-9s %s%*s %s%*s %s %s",
		 event->seq, format_clock(clock, when), kind ? kind : "-",
		 trigger, blanks_after(trigger), "", victim,
		 blanks_after(victim), "", outcome ? outcome : "-",
		 reason ? reason : "");
}

static void add_events(struct frame *frame, const struct oe_events *events,
		       int room)
{
	size_t shown = room > 1 ? (size_t)room - 1 : 0;
	size_t i;

	if (!shown)
		return;
	add_line(frame, FRAME_HEAD, "%5s  %-13s %-9s %-22s %-22s %s", "SEQ",
		 "TIME", "KIND", "ASKED", "VICTIM", "OUTCOME");
	if (!events->nr)
		add_line(frame, FRAME_DIM, "nothing has happened yet");
	for (i = events->nr > shown ? events->nr - shown : 0; i < events->nr;
	     i++)
		add_event(frame, &events->event[i]);
}

static void fill_until(struct frame *frame, int row)
{
	while (frame->nr < row && frame->nr < frame->rows)
		add_line(frame, FRAME_PLAIN, "%s", "");
}

/**
 * frame_build - look, and make a picture of it
 * @frame: rows, columns and scroll are given
 *
 * Return: 0, or a negative errno if the module is gone.
 */
int frame_build(struct frame *frame)
{
	struct oe_events events;
	int event_rows;
	int err = oe_sysfs_present();

	if (err)
		return err;
	if (frame->rows > FRAME_ROWS_MAX)
		frame->rows = FRAME_ROWS_MAX;
	if (frame->columns > FRAME_COLUMNS_MAX)
		frame->columns = FRAME_COLUMNS_MAX;
	frame->nr = 0;
	add_policy(frame);
	add_level(frame);
	add_commit(frame);
	add_bar(frame);
	add_cgroups(frame);
	add_stack(frame);
	add_counters(frame);
	if (oe_records_events(&events))
		memset(&events, 0, sizeof(events));
	event_rows = events.nr > EVENTS_SHOWN ? EVENTS_SHOWN + 1 :
		     events.nr		      ? (int)events.nr + 1 :
						2;
	if (frame->rows - frame->nr - event_rows < MIN_CANDIDATES + 2)
		event_rows = 0;
	fill_until(frame, frame->nr + 1);
	add_groups(frame, (frame->rows - frame->nr - event_rows) / 3);
	add_candidates(frame, frame->rows - frame->nr - event_rows -
				      (event_rows ? 1 : 0));
	fill_until(frame, frame->rows - event_rows);
	add_events(frame, &events, event_rows);
	oe_records_free_events(&events);
	return 0;
}
