// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the memory was before and after an emergency: a stack of parts over time.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/commands/incident.h"
#include "cli/commands/incident_frame.h"
#include "cli/commands/stack.h"
#include "cli/print/html.h"
#include "common/proc.h"

/* Of that time, if the report says it: a page may be made on another machine. */
static long long total_of(const struct incident *incident)
{
	long long total = oe_field_number(incident->report.field,
					  incident->report.nr_fields,
					  "MemTotal", 0);

	if (total <= 0 && oe_proc_meminfo("MemTotal", &total))
		return 0;
	return total;
}

static bool has_parts(const struct incident *incident, long long total_kb)
{
	double kb[STACK_PARTS];
	size_t i;

	if (!incident->has_window || incident->first == incident->last)
		return false;
	for (i = incident->first; i <= incident->last; i++)
		if (!stack_of(&incident->history.sample[i], total_kb, kb))
			return false;
	return true;
}

/* How high the stack is, up to and with a part; -1 is the ground. */
static double height_of(const struct oe_sample *sample, long long total_kb,
			int part)
{
	double kb[STACK_PARTS];
	double height = 0;

	if (!stack_of(sample, total_kb, kb))
		return 0;
	for (; part >= 0; part--)
		height += kb[part];
	return height;
}

static void draw_point(FILE *to, const struct incident_frame *frame,
		       const struct oe_sample *sample, int part)
{
	fprintf(to, " %.1f,%.1f", incident_x(frame, sample->uptime),
		incident_y(frame,
			   height_of(sample, (long long)frame->top_kb, part)));
}

/* There along its upper edge, back along its lower one. */
static void draw_part(FILE *to, const struct incident *incident,
		      const struct incident_frame *frame, int part)
{
	const struct oe_sample *sample = incident->history.sample;
	size_t i;

	fprintf(to, "<polygon class=\"part%d\" points=\"", part);
	for (i = incident->first; i <= incident->last; i++)
		draw_point(to, frame, &sample[i], part);
	for (i = incident->last + 1; i-- > incident->first;)
		draw_point(to, frame, &sample[i], part - 1);
	fprintf(to, "\"><title>%s</title></polygon>\n", stack_name(part));
}

static void draw_keys(FILE *to)
{
	int part;

	fputs("<p class=\"dim\">", to);
	for (part = STACK_PARTS - 1; part >= 0; part--)
		fprintf(to, "<span class=\"key part%d\"></span>%s\n", part,
			stack_name(part));
	fputs("</p>\n", to);
}

/**
 * incident_stack - draw where the memory was
 * @to: file
 * @incident: with its window
 *
 * Draws nothing if the module does not tell the parts.
 */
void incident_stack(FILE *to, const struct incident *incident)
{
	const struct oe_sample *sample = incident->history.sample;
	long long total_kb = total_of(incident);
	struct incident_frame frame = { .top_kb = (double)total_kb };
	int part;

	if (!has_parts(incident, total_kb))
		return;
	frame.from = fmin(sample[incident->first].uptime, incident->uptime);
	frame.to = fmax(sample[incident->last].uptime, incident->uptime);
	if (frame.to <= frame.from)
		return;
	html_section(to, "Where the memory was",
		     "All of it; seconds from the emergency on.");
	fprintf(to,
		"<div class=\"wide\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"parts of the memory over time\">\n",
		FRAME_WIDTH, FRAME_HEIGHT);
	for (part = 0; part < STACK_PARTS; part++)
		draw_part(to, incident, &frame, part);
	incident_axes(to, &frame, incident->uptime);
	fprintf(to,
		"<line class=\"oom\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n",
		incident_x(&frame, incident->uptime),
		incident_x(&frame, incident->uptime), FRAME_TOP,
		FRAME_HEIGHT - FRAME_BOTTOM);
	fputs("</svg></div>\n", to);
	draw_keys(to);
}
