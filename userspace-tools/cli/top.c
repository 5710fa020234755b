// SPDX-License-Identifier: GPL-2.0-only
/*
 * "top": a live view. Needs no colours, no mouse, no wide characters, and sends
 * only what has changed, so that it is of use over a serial console.
 */
#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/top_frame.h"

enum {
	PRINTED_ROWS = 40,
	PRINTED_COLUMNS = 100,
	INTERVAL_MS = 1000,
	INTERVAL_MAX_MS = 60000,
	INTERVAL_MIN_MS = 100,
};

/**
 * struct top - what the user wants
 * @frame: the picture
 * @interval_ms: between two of them
 * @is_paused: the picture stands still
 * @is_over: to be left
 */
struct top {
	struct frame frame;
	int interval_ms;
	bool is_paused;
	bool is_over;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int gone(void)
{
	return complain(EXIT_NO_MODULE, "the module was unloaded");
}

/* --- without a terminal ---------------------------------------------------- */

static int print_frames(struct top *top, long count)
{
	int i;

	top->frame.rows = PRINTED_ROWS;
	top->frame.columns = PRINTED_COLUMNS;
	while (!stopped) {
		if (frame_build(&top->frame))
			return gone();
		for (i = 0; i < top->frame.nr; i++)
			puts(top->frame.line[i].text);
		if (fflush(stdout) || --count <= 0)
			break;
		putchar('\n');
		usleep((useconds_t)top->interval_ms * 1000);
	}
	return EXIT_OK;
}

/* --- with one -------------------------------------------------------------- */

static attr_t attribute_of(enum frame_style style)
{
	bool colours = has_colors();

	switch (style) {
	case FRAME_HEAD:
		return A_REVERSE;
	case FRAME_DIM:
		return A_DIM;
	case FRAME_GOOD:
		return colours ? COLOR_PAIR(FRAME_GOOD) : A_NORMAL;
	case FRAME_WARNING:
		return colours ? COLOR_PAIR(FRAME_WARNING) : A_BOLD;
	case FRAME_BAD:
		return A_BOLD | (colours ? COLOR_PAIR(FRAME_BAD) : 0);
	default:
		return A_NORMAL;
	}
}

static void begin_colours(void)
{
	if (!has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(FRAME_GOOD, COLOR_GREEN, -1);
	init_pair(FRAME_WARNING, COLOR_YELLOW, -1);
	init_pair(FRAME_BAD, COLOR_RED, -1);
}

static void draw(const struct top *top)
{
	int i;

	erase();
	for (i = 0; i < top->frame.nr; i++) {
		const struct frame_line *line = &top->frame.line[i];
		attr_t attribute = attribute_of(line->style);

		attrset(attribute);
		/* The head of a table goes all the way. */
		if (line->style == FRAME_HEAD)
			mvhline(i, 0, ' ' | attribute, COLS);
		mvaddnstr(i, 0, line->text, COLS);
	}
	attrset(A_DIM);
	mvprintw(LINES - 1, 0, "%.*s", COLS - 1,
		 top->is_paused ?
			 "PAUSED  p go on  q quit" :
			 "q quit  p pause  up/down scroll  +/- faster/slower");
	attrset(A_NORMAL);
	refresh();
}

static void slower(struct top *top, int percent)
{
	top->interval_ms = top->interval_ms * percent / 100;
	if (top->interval_ms < INTERVAL_MIN_MS)
		top->interval_ms = INTERVAL_MIN_MS;
	if (top->interval_ms > INTERVAL_MAX_MS)
		top->interval_ms = INTERVAL_MAX_MS;
}

static void obey(struct top *top, int key)
{
	int page = LINES > 8 ? LINES / 2 : 1;

	switch (key) {
	case 'q':
	case 'Q':
		top->is_over = true;
		break;
	case 'p':
	case ' ':
		top->is_paused = !top->is_paused;
		break;
	case '+':
		slower(top, 50);
		break;
	case '-':
		slower(top, 200);
		break;
	case KEY_UP:
	case 'k':
		top->frame.scroll--;
		break;
	case KEY_DOWN:
	case 'j':
		top->frame.scroll++;
		break;
	case KEY_PPAGE:
		top->frame.scroll -= page;
		break;
	case KEY_NPAGE:
		top->frame.scroll += page;
		break;
	default:
		break;
	}
}

static int live(struct top *top, long count)
{
	bool is_counted = count > 0;

	while (!stopped && !top->is_over) {
		top->frame.rows = LINES > 1 ? LINES - 1 : 1;
		top->frame.columns = COLS;
		if (!top->is_paused && frame_build(&top->frame))
			return EXIT_NO_MODULE;
		draw(top);
		if (is_counted && --count <= 0)
			break;
		timeout(top->interval_ms);
		obey(top, getch());
	}
	return EXIT_OK;
}

static int run_curses(struct top *top, long count)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);
	const char *name = getenv("TERM");
	int status;

	if (!screen)
		return complain(
			EXIT_UNSUPPORTED,
			"no description of the terminal '%s'; try TERM=vt100, or \"top | cat\"",
			name ? name : "");
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	begin_colours();
	status = live(top, count);
	endwin();
	delscreen(screen);
	return status == EXIT_NO_MODULE ? gone() : status;
}

/**
 * top_run - the command "top"
 * @args: @interval, @count
 *
 * Return: an exit status.
 */
int top_run(const struct arguments *args)
{
	static struct top top;
	const struct sigaction action = { .sa_handler = stop };

	top.interval_ms = args->interval > 0 ? (int)(args->interval * 1000) :
					       INTERVAL_MS;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		return print_frames(&top, args->count ? args->count : 1);
	return run_curses(&top, args->count);
}
