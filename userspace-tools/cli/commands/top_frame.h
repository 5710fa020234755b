/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_TOP_FRAME_H
#define OE_CLI_TOP_FRAME_H

#include <stddef.h>

enum {
	FRAME_ROWS_MAX = 200,
	FRAME_COLUMNS_MAX = 240,
	FRAME_LINE_SIZE =
		4 * FRAME_COLUMNS_MAX + 1, /* a byte of a name is four */
};

/* How a line looks. */
enum frame_style {
	FRAME_PLAIN,
	FRAME_HEAD, /* of a table */
	FRAME_DIM,
	FRAME_GOOD,
	FRAME_WARNING,
	FRAME_BAD,
};

/**
 * struct frame_line - a line of the picture
 * @text: as readable() makes it
 * @style: how it looks
 */
struct frame_line {
	char text[FRAME_LINE_SIZE];
	enum frame_style style;
};

/**
 * struct frame - a picture
 * @rows: of the terminal
 * @columns: of it
 * @scroll: candidates to skip; is cut to what there is
 * @line: the picture
 * @nr: lines of it, at most @rows
 */
struct frame {
	int rows;
	int columns;
	int scroll;
	struct frame_line line[FRAME_ROWS_MAX];
	int nr;
};

int frame_build(struct frame *frame);

#endif
