// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory curve of an emergency: the samples that belong to it, and the
 * picture.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/print/format.h"
#include "cli/print/html.h"
#include "cli/commands/incident.h"
#include "cli/commands/incident_frame.h"

enum {
	AROUND_S = 30, /* shown before and after if no level tells */
	MARGIN_S = 2,
};

/* --- which samples --------------------------------------------------------- */

static bool is_normal(const struct oe_sample *sample)
{
	return !strcmp(sample->level, "normal");
}

static bool has_levels(const struct incident *incident)
{
	int i;

	for (i = 0; i < NR_WATERMARKS; i++)
		if (incident->watermark_kb[i] > 0)
			return true;
	return false;
}

/* The last sample at or before the emergency; the first one if there is none. */
static size_t sample_at(const struct incident *incident)
{
	const struct oe_history *history = &incident->history;
	size_t i = 0;

	while (i + 1 < history->nr &&
	       history->sample[i + 1].uptime <= incident->uptime)
		i++;
	return i;
}

static void window_by_time(struct incident *incident, size_t at, double before,
			   double after)
{
	const struct oe_sample *sample = incident->history.sample;

	incident->first = at;
	incident->last = at;
	while (incident->first &&
	       sample[incident->first].uptime > incident->uptime - before)
		incident->first--;
	while (incident->last + 1 < incident->history.nr &&
	       sample[incident->last].uptime < incident->uptime + after)
		incident->last++;
}

/* From the first warning that led to it, to the return to normal. */
static void window_by_level(struct incident *incident, size_t at)
{
	const struct oe_sample *sample = incident->history.sample;

	incident->first = at;
	incident->last = at;
	while (incident->first && !is_normal(&sample[incident->first]))
		incident->first--;
	while (incident->last + 1 < incident->history.nr) {
		incident->last++;
		if (sample[incident->last].uptime > incident->uptime &&
		    is_normal(&sample[incident->last])) {
			incident->has_recovered = true;
			break;
		}
	}
}

/* So that one sees that it stays well. */
static void show_what_came_after(struct incident *incident)
{
	const struct oe_sample *sample = incident->history.sample;
	double end = sample[incident->last].uptime;
	double more = (end - sample[incident->first].uptime) / 8;

	while (incident->has_recovered &&
	       incident->last + 1 < incident->history.nr &&
	       sample[incident->last + 1].uptime <= end + more)
		incident->last++;
}

/**
 * incident_find_window - the part of the memory curve that belongs to it
 * @incident: with its history; the window is filled in
 */
void incident_find_window(struct incident *incident)
{
	size_t at;

	if (incident->history.nr < 2 || incident->uptime < 0)
		return;
	at = sample_at(incident);
	incident->has_window = true;
	if (has_levels(incident))
		window_by_level(incident, at);
	else
		window_by_time(incident, at, AROUND_S, AROUND_S);
	show_what_came_after(incident);
	/* An emergency out of the blue: a little of what was before is shown. */
	if (incident->first == at)
		while (incident->first &&
		       incident->history.sample[incident->first].uptime >
			       incident->uptime - AROUND_S)
			incident->first--;
}

/* --- the picture ----------------------------------------------------------- */

static struct incident_frame frame_of(const struct incident *incident)
{
	const struct oe_sample *sample = incident->history.sample;
	struct incident_frame frame = {
		.from = fmin(sample[incident->first].uptime, incident->uptime),
		.to = fmax(sample[incident->last].uptime, incident->uptime),
		.top_kb = 1,
	};
	double margin = fmax((frame.to - frame.from) * 0.03, MARGIN_S * 0.1);
	size_t i;

	frame.from -= margin;
	frame.to += margin;
	for (i = incident->first; i <= incident->last; i++)
		frame.top_kb =
			fmax(frame.top_kb, (double)sample[i].available_kb);
	for (i = 0; i < NR_WATERMARKS; i++)
		frame.top_kb = fmax(frame.top_kb,
				    (double)incident->watermark_kb[i] * 1.1);
	frame.top_kb *= 1.05;
	return frame;
}

static void draw_watermarks(FILE *to, const struct incident *incident,
			    const struct incident_frame *frame)
{
	double lowest = FRAME_HEIGHT;
	int i;

	for (i = NR_WATERMARKS - 1; i >= 0; i--) {
		double y = incident_y(frame, (double)incident->watermark_kb[i]);
		double text_y;

		if (incident->watermark_kb[i] <= 0)
			continue;
		/* Names of lines that are close do not cover each other. */
		text_y = fmin(y + 4, lowest - 13);
		lowest = text_y;
		fprintf(to,
			"<line class=\"mark\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text class=\"warntext\" x=\"%d\" y=\"%.1f\">%s</text>\n",
			FRAME_LEFT, FRAME_WIDTH - FRAME_RIGHT, y, y,
			FRAME_WIDTH - FRAME_RIGHT + 6, text_y,
			incident_watermark(i));
	}
}

static void draw_points(FILE *to, const struct incident *incident,
			const struct incident_frame *frame)
{
	size_t i;

	for (i = incident->first; i <= incident->last; i++) {
		const struct oe_sample *sample = &incident->history.sample[i];

		fprintf(to, " %.1f,%.1f", incident_x(frame, sample->uptime),
			incident_y(frame, (double)sample->available_kb));
	}
}

static void draw_memory(FILE *to, const struct incident *incident,
			const struct incident_frame *frame)
{
	const struct oe_sample *sample = incident->history.sample;
	double bottom = FRAME_HEIGHT - FRAME_BOTTOM;

	fprintf(to, "<polygon class=\"area\" points=\"%.1f,%.1f",
		incident_x(frame, sample[incident->first].uptime), bottom);
	draw_points(to, incident, frame);
	fprintf(to, " %.1f,%.1f\"/>\n<polyline class=\"curve\" points=\"",
		incident_x(frame, sample[incident->last].uptime), bottom);
	draw_points(to, incident, frame);
	fputs("\"/>\n", to);
}

static void draw_emergencies(FILE *to, const struct incident *incident,
			     const struct incident_frame *frame)
{
	size_t i;

	for (i = 0; i < incident->events.nr; i++) {
		const struct oe_event *event = &incident->events.event[i];
		double uptime =
			oe_field_real(event->field, event->nr, "uptime", -1);
		bool is_it = event == incident->event;

		if (uptime < frame->from || uptime > frame->to)
			continue;
		fprintf(to,
			"<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\">"
			"<title>seq %lld</title></line>\n",
			is_it ? "oom" : "other", incident_x(frame, uptime),
			incident_x(frame, uptime), FRAME_TOP,
			FRAME_HEIGHT - FRAME_BOTTOM, event->seq);
		if (is_it)
			fprintf(to,
				"<text class=\"badtext\" x=\"%.1f\" y=\"%d\" "
				"text-anchor=\"middle\">out of memory</text>\n",
				incident_x(frame, uptime), FRAME_TOP - 8);
	}
}

/**
 * incident_curve - draw the memory curve
 * @to: file
 * @incident: with its window
 */
void incident_curve(FILE *to, const struct incident *incident)
{
	struct incident_frame frame;

	if (!incident->has_window) {
		fputs("<p>There is no memory curve: the module has recorded no "
		      "samples around this time.</p>\n",
		      to);
		return;
	}
	frame = frame_of(incident);
	fprintf(to,
		"<div class=\"wide\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"available memory over time\">\n",
		FRAME_WIDTH, FRAME_HEIGHT);
	incident_axes(to, &frame, incident->uptime);
	draw_watermarks(to, incident, &frame);
	draw_memory(to, incident, &frame);
	draw_emergencies(to, incident, &frame);
	fputs("</svg></div>\n", to);
}
