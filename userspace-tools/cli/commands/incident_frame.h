/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_INCIDENT_FRAME_H
#define OE_CLI_INCIDENT_FRAME_H

#include <stdio.h>

enum {
	FRAME_WIDTH = 900,
	FRAME_HEIGHT = 300,
	FRAME_LEFT = 70,
	FRAME_RIGHT = 110, /* names of the watermarks */
	FRAME_TOP = 22,
	FRAME_BOTTOM = 30,
};

/**
 * struct incident_frame - how numbers become places in a picture
 * @from: uptime at the left edge
 * @to: at the right edge
 * @top_kb: memory at the upper edge
 */
struct incident_frame {
	double from;
	double to;
	double top_kb;
};

double incident_x(const struct incident_frame *frame, double uptime);
double incident_y(const struct incident_frame *frame, double kb);
void incident_axes(FILE *to, const struct incident_frame *frame, double zero);

#endif
