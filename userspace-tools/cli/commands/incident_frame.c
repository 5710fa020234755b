// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame of a picture of memory over time: places and axes.
 */
#include "cli/commands/incident_frame.h"

#include <math.h>

#include "cli/print/format.h"

enum {
	TICKS = 6,
};

/**
 * incident_x - the place of a moment
 * @frame: of the picture
 * @uptime: seconds
 *
 * Return: from the left edge.
 */
double incident_x(const struct incident_frame *frame, double uptime)
{
	return FRAME_LEFT + (uptime - frame->from) / (frame->to - frame->from) *
				    (FRAME_WIDTH - FRAME_LEFT - FRAME_RIGHT);
}

/**
 * incident_y - the place of an amount
 * @frame: of the picture
 * @kb: amount
 *
 * Return: from the upper edge.
 */
double incident_y(const struct incident_frame *frame, double kb)
{
	return FRAME_HEIGHT - FRAME_BOTTOM -
	       kb / frame->top_kb * (FRAME_HEIGHT - FRAME_TOP - FRAME_BOTTOM);
}

/* 1, 2 or 5 times a power of ten, so that there are about TICKS of them. */
static double step_of(double range)
{
	double rough = range / TICKS;
	double power = pow(10, floor(log10(rough)));
	double digit = rough / power;

	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static void draw_memory_axis(FILE *to, const struct incident_frame *frame)
{
	double step = step_of(frame->top_kb / 1024);
	double mib;

	for (mib = 0; mib * 1024 < frame->top_kb; mib += step) {
		double y = incident_y(frame, mib * 1024);

		fprintf(to,
			"<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g MiB</text>\n",
			FRAME_LEFT, FRAME_WIDTH - FRAME_RIGHT, y, y,
			FRAME_LEFT - 6, y + 4, mib);
	}
}

static void draw_time_axis(FILE *to, const struct incident_frame *frame,
			   double zero)
{
	double step = step_of(frame->to - frame->from);
	double at = ceil((frame->from - zero) / step) * step;

	for (; zero + at <= frame->to; at += step) {
		char label[FORMAT_SIZE] = "0";

		/* Sums of fractions need not be 0 where 0 is meant. */
		if (fabs(at) > step / 2)
			snprintf(label, sizeof(label), "%+g s", at);
		fprintf(to,
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
			incident_x(frame, zero + at), FRAME_HEIGHT - 8, label);
	}
}

/**
 * incident_axes - what is written at the left and below a picture
 * @to: file
 * @frame: of the picture
 * @zero: uptime that is 0 s
 */
void incident_axes(FILE *to, const struct incident_frame *frame, double zero)
{
	draw_memory_axis(to, frame);
	draw_time_axis(to, frame, zero);
}
