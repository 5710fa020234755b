// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of an emergency: by size as bars, and by ranking as a table.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "cli/print/format.h"
#include "cli/print/html.h"
#include "cli/commands/incident.h"
#include "common/sysfs.h"

enum {
	SHOWN = 30,
	WIDTH = 900,
	ROW = 20,
	NAME_WIDTH = 230,
	VALUE_WIDTH = 90,
	RANK_NEVER = 0,
	PID_INIT = 1,
};

/**
 * struct herd - the processes to show
 * @row: sorted
 * @nr: of them
 * @threshold: rankings below it are protected
 * @victim: pid, 0 for nobody
 * @trigger: pid
 * @runner_up: pid, 0 for nobody
 */
struct herd {
	struct oe_row *row;
	size_t nr;
	long long threshold;
	long long victim;
	long long trigger;
	long long runner_up;
};

static long long size_of(const struct oe_row *row)
{
	return row->rss_kb + row->swap_kb;
}

static int compare_numbers(long long left, long long right)
{
	return left < right ? -1 : left > right;
}

static int by_size(const void *a, const void *b)
{
	const struct oe_row *left = a;
	const struct oe_row *right = b;
	int order = compare_numbers(size_of(right), size_of(left));

	return order ? order : compare_numbers(left->pid, right->pid);
}

static int by_ranking(const void *a, const void *b)
{
	const struct oe_row *left = a;
	const struct oe_row *right = b;
	int order = compare_numbers(right->rank, left->rank);

	return order ? order : by_size(a, b);
}

/* The kernel's own rule for init; of others the report does not tell, candidates do. */
static bool is_unkillable(const struct oe_row *row)
{
	return row->pid == PID_INIT || !strcmp(row->verdict, "unkillable");
}

static bool is_protected(const struct herd *herd, const struct oe_row *row)
{
	return row->rank == RANK_NEVER || row->rank < herd->threshold;
}

static const char *class_of(const struct herd *herd, const struct oe_row *row)
{
	if (row->pid == herd->victim)
		return "victim";
	if (is_unkillable(row))
		return "other";
	return is_protected(herd, row) ? "protected" : "eligible";
}

static const char *role_of(const struct herd *herd, const struct oe_row *row)
{
	if (row->pid == herd->victim)
		return "victim";
	if (row->pid == herd->runner_up)
		return "runner-up";
	if (row->pid == herd->trigger)
		return "asked for memory";
	if (is_unkillable(row))
		return "unkillable";
	return is_protected(herd, row) ? "protected" : "";
}

static void draw_bar(FILE *to, const struct herd *herd, size_t i)
{
	const struct oe_row *row = &herd->row[i];
	double space = WIDTH - NAME_WIDTH - VALUE_WIDTH;
	double biggest = (double)size_of(&herd->row[0]);
	double width = biggest > 0 ? (double)size_of(row) / biggest * space : 0;
	int y = (int)i * ROW;
	char size[FORMAT_SIZE];

	fprintf(to,
		"<text class=\"name\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s/%lld</text>"
		"<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>"
		"<text x=\"%.1f\" y=\"%d\">%s</text>\n",
		NAME_WIDTH - 8, y + 14, html(row->comm), row->pid,
		class_of(herd, row), NAME_WIDTH, y + 3, width > 1 ? width : 1,
		ROW - 6, NAME_WIDTH + width + 8, y + 14,
		format_kb(size, size_of(row)));
}

static void draw_bars(FILE *to, struct herd *herd)
{
	size_t shown = herd->nr < SHOWN ? herd->nr : SHOWN;
	size_t i;

	qsort(herd->row, herd->nr, sizeof(*herd->row), by_size);
	fputs("<p class=\"dim\">By size (resident and swap):"
	      "<span class=\"key victim\"></span>victim"
	      "<span class=\"key eligible\"></span>may be chosen"
	      "<span class=\"key protected\"></span>protected"
	      "<span class=\"key other\"></span>unkillable</p>\n",
	      to);
	fprintf(to,
		"<div class=\"wide\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"processes by size\">\n",
		WIDTH, (int)shown * ROW);
	for (i = 0; i < shown; i++)
		draw_bar(to, herd, i);
	fputs("</svg></div>\n", to);
	if (herd->nr > shown)
		fprintf(to, "<p class=\"dim\">and %zu smaller ones</p>\n",
			herd->nr - shown);
}

static void print_table(FILE *to, struct herd *herd)
{
	size_t shown = herd->nr < SHOWN ? herd->nr : SHOWN;
	size_t i;

	qsort(herd->row, herd->nr, sizeof(*herd->row), by_ranking);
	fputs("<p class=\"dim\">By ranking, the most expendable first:</p>\n"
	      "<div class=\"wide\"><table><tr><th class=\"n\">ranking</th><th>source</th>"
	      "<th>process</th><th class=\"n\">pid</th><th class=\"n\">uid</th>"
	      "<th class=\"n\">resident</th><th class=\"n\">swap</th><th></th></tr>\n",
	      to);
	for (i = 0; i < shown; i++) {
		const struct oe_row *row = &herd->row[i];
		char rss[FORMAT_SIZE];
		char swap[FORMAT_SIZE];
		char uid[FORMAT_SIZE] = "";

		if (row->uid >= 0)
			snprintf(uid, sizeof(uid), "%lld", row->uid);
		fprintf(to,
			"<tr><td class=\"n\">%lld</td><td>%s</td><td class=\"c\">%s</td>"
			"<td class=\"n\">%lld</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
			"<td class=\"n\">%s</td><td>%s</td></tr>\n",
			row->rank, html(row->source), html(row->comm), row->pid,
			uid, format_kb(rss, row->rss_kb),
			format_kb(swap, row->swap_kb), role_of(herd, row));
	}
	fputs("</table></div>\n", to);
	if (herd->nr > shown)
		fprintf(to,
			"<p class=\"dim\">and %zu less expendable ones</p>\n",
			herd->nr - shown);
}

/* Candidates have a measure, and no resident size. */
static struct oe_row *copy_rows(const struct oe_rows *rows, bool by_badness)
{
	struct oe_row *copy = calloc(rows->nr, sizeof(*copy));
	size_t i;

	for (i = 0; copy && i < rows->nr; i++) {
		copy[i] = rows->row[i];
		if (by_badness)
			copy[i].rss_kb =
				copy[i].badness_kb > 0 ? copy[i].badness_kb : 0;
	}
	return copy;
}

/**
 * incident_processes - the processes by size and by ranking
 * @to: file
 * @incident: with a report, or with today's candidates
 */
void incident_processes(FILE *to, const struct incident *incident)
{
	const struct oe_event *event = incident->event;
	const struct oe_rows *rows = incident->is_report_of_it ?
					     &incident->report.rows :
					     &incident->candidates;
	struct herd herd = {
		.nr = rows->nr,
		.threshold = event_number(event, "threshold", 0),
		.victim = event_number(event, "victim_pid", 0),
		.trigger = event_number(event, "trigger_pid", 0),
		.runner_up = event_number(event, "runner_up_pid", 0),
	};

	if (!incident->is_report_of_it)
		html_section(
			to, "Processes now",
			"The memory report of this emergency has been replaced by a later one, so these are the processes at the time this page was made.");
	else
		html_section(to, "Processes at that time", "");
	herd.row = herd.nr ? copy_rows(rows, !incident->is_report_of_it) : NULL;
	if (!herd.row) {
		fputs("<p>There is no list of processes (reading it takes root).</p>\n",
		      to);
		return;
	}
	draw_bars(to, &herd);
	print_table(to, &herd);
	free(herd.row);
}
