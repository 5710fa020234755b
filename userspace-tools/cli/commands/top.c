// SPDX-License-Identifier: GPL-2.0-only
/*
 * "top": a live view. Needs no colours, no mouse, no wide characters, and sends
 * only what has changed, so that it is of use over a serial console.
 */
#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/commands/top_frame.h"
#include "cli/print/complain.h"
#include "cli/print/readable.h"

enum {
	PRINTED_ROWS = 40,
	PRINTED_COLUMNS = 100,
	INTERVAL_MS = 1000,
	INTERVAL_MAX_MS = 60000,
	INTERVAL_MIN_MS = 100,
};

/**
 * struct top - the user's choices
 * @frame: the picture
 * @interval_ms: between two of them
 * @is_paused: the picture stands still
 * @shows_help: in its place
 * @is_over: to be left
 */
struct top {
	struct frame frame;
	int interval_ms;
	bool is_paused;
	bool shows_help;
	bool is_over;
};

static volatile sig_atomic_t stopped;

static void stop_top(int signal)
{
	(void)signal;
	stopped = 1;
}

static int complain_gone(void)
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
			return complain_gone();
		for (i = 0; i < top->frame.nr; i++)
			puts(top->frame.line[i].text);
		if (fflush(stdout) || --count <= 0)
			break;
		putchar('\n');
		usleep((useconds_t)top->interval_ms * 1000);
	}
	return EXIT_OK;
}

/* --- the size -------------------------------------------------------------- */

/*
 * Others may have chosen it, and curses takes memory for each cell of 65535 lines of 65535. A
 * serial line does not know its size.
 */
static struct winsize read_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row ||
	    !size.ws_col) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	if (size.ws_row > FRAME_ROWS_MAX)
		size.ws_row = FRAME_ROWS_MAX;
	if (size.ws_col > FRAME_COLUMNS_MAX)
		size.ws_col = FRAME_COLUMNS_MAX;
	return size;
}

static void set_size(struct frame *frame)
{
	struct winsize size = read_size();

	frame->rows = size.ws_row > 1 ? size.ws_row - 1 : 1;
	frame->columns = size.ws_col;
}

/* The environment is asked before the terminal: it has to agree. */
static void set_first_size(void)
{
	struct winsize size = read_size();
	char text[16];

	snprintf(text, sizeof(text), "%d", size.ws_row);
	setenv("LINES", text, 1);
	snprintf(text, sizeof(text), "%d", size.ws_col);
	setenv("COLUMNS", text, 1);
}

static void follow_size(struct frame *frame)
{
	struct winsize size = read_size();

	if (is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
	set_size(frame);
}

static void wake_up(int signal)
{
	(void)signal;
}

/* --- with one -------------------------------------------------------------- */

/* https://no-color.org */
static bool wants_colours(void)
{
	const char *no_color = getenv("NO_COLOR");

	return has_colors() && !(no_color && *no_color);
}

static attr_t attribute_of(enum frame_style style)
{
	bool colours = wants_colours();

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
	if (!wants_colours())
		return;
	start_color();
	use_default_colors();
	init_pair(FRAME_GOOD, COLOR_GREEN, -1);
	init_pair(FRAME_WARNING, COLOR_YELLOW, -1);
	init_pair(FRAME_BAD, COLOR_RED, -1);
}

static const char *foot_of(const struct top *top)
{
	if (top->shows_help)
		return "any key: back  q quit";
	if (top->is_paused)
		return "PAUSED  p go on  q quit  ? help";
	return "q quit  p pause  up/down or j/k scroll  +/- faster/slower  ? help";
}

/* In place of the picture, or the next one of it. */
static int build_picture(struct top *top)
{
	static const char *const help[] = {
		"oom-embedded top",
		"",
		"q, Q           quit",
		"p, space       pause, and go on",
		"up, k  down, j scroll the candidates",
		"page up, down  by half a screen",
		"+ -            faster, slower",
		"?, h           this help",
		"",
		"In the bar w, c, i and o are the watermarks: warning, critical,",
		"imminent_oom, oom. \"next\" dies first; \"protected\" does not.",
	};
	struct frame *frame = &top->frame;
	int nr = (int)(sizeof(help) / sizeof(*help));
	int i;

	if (!top->shows_help)
		return top->is_paused ? 0 : frame_build(frame);
	frame->nr = nr < frame->rows ? nr : frame->rows;
	for (i = 0; i < frame->nr; i++) {
		snprintf(frame->line[i].text, sizeof(frame->line[i].text), "%s",
			 help[i]);
		text_cut(frame->line[i].text, frame->columns);
		frame->line[i].style = FRAME_PLAIN;
	}
	return 0;
}

static void draw_frame(const struct top *top)
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
		mvaddstr(i, 0, line->text);
	}
	attrset(A_DIM);
	mvprintw(LINES - 1, 0, "%.*s", COLS - 1, foot_of(top));
	attrset(A_NORMAL);
	refresh();
}

static void change_speed(struct top *top, int percent)
{
	top->interval_ms = top->interval_ms * percent / 100;
	if (top->interval_ms < INTERVAL_MIN_MS)
		top->interval_ms = INTERVAL_MIN_MS;
	if (top->interval_ms > INTERVAL_MAX_MS)
		top->interval_ms = INTERVAL_MAX_MS;
}

static void obey_key(struct top *top, int key)
{
	int page = top->frame.rows > 8 ? top->frame.rows / 2 : 1;

	if (top->shows_help && key != ERR && key != 'q' && key != 'Q') {
		top->shows_help = false;
		return;
	}
	switch (key) {
	case 'q':
	case 'Q':
		top->is_over = true;
		break;
	case 'p':
	case ' ':
		top->is_paused = !top->is_paused;
		break;
	case '?':
	case 'h':
		top->shows_help = true;
		break;
	case '+':
		change_speed(top, 50);
		break;
	case '-':
		change_speed(top, 200);
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

/* If SIGHUP is ignored, nothing else ends it. */
static bool is_hung_up(void)
{
	struct pollfd fd = { .fd = STDIN_FILENO };

	return poll(&fd, 1, 0) > 0 &&
	       fd.revents & (POLLHUP | POLLERR | POLLNVAL);
}

static int run_live(struct top *top, long count)
{
	bool is_counted = count > 0;
	int key;

	while (!stopped && !top->is_over) {
		follow_size(&top->frame);
		if (build_picture(top))
			return EXIT_NO_MODULE;
		draw_frame(top);
		if (is_counted && --count <= 0)
			break;
		timeout(top->interval_ms);
		key = getch();
		if (key == ERR && is_hung_up())
			break;
		obey_key(top, key);
	}
	return EXIT_OK;
}

/* --- with one that nobody has described ------------------------------------- */

/* Home, lines that are cleared to their ends, clear the rest: any VT100 can. */
static void draw_plain(const struct top *top)
{
	int i;

	fputs("\033[H", stdout);
	for (i = 0; i < top->frame.nr; i++) {
		const struct frame_line *line = &top->frame.line[i];

		printf("%s%s\033[0m\033[K\r\n",
		       line->style == FRAME_HEAD ? "\033[7m" :
		       line->style == FRAME_BAD	 ? "\033[1m" :
						   "",
		       line->text);
	}
	printf("\033[J%.*s", top->frame.columns - 1, foot_of(top));
	fflush(stdout);
}

static void obey_plain(struct top *top)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (poll(&fd, 1, top->interval_ms) <= 0)
		return;
	if (read(STDIN_FILENO, &key, 1) == 1)
		obey_key(top, key);
	else
		top->is_over = true;
}

/* Small systems have terminals, but no descriptions of them. */
static int run_plain(struct top *top, long count)
{
	bool is_counted = count > 0;
	int status = EXIT_OK;
	struct termios before;
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &before))
		return complain(EXIT_TROUBLE, "this is no terminal");
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	while (!stopped && !top->is_over && status == EXIT_OK) {
		set_size(&top->frame);
		if (build_picture(top))
			status = EXIT_NO_MODULE;
		draw_plain(top);
		if (is_counted && --count <= 0)
			break;
		if (status == EXIT_OK)
			obey_plain(top);
	}
	putchar('\n');
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	return status == EXIT_NO_MODULE ? complain_gone() : status;
}

/* curses takes the locale's word for it. The one that is built in reads no files of LOCPATH. */
static void use_utf8(void)
{
#ifdef HAVE_WIDE_CURSES
	unsetenv("LOCPATH");
	if (setlocale(LC_CTYPE, "C.UTF-8"))
		return;
#endif
	readable_ascii_only();
}

static bool is_dumb(const char *name)
{
	return !name || !*name || !strcmp(name, "dumb");
}

static int run_curses(struct top *top, long count)
{
	/* curses has no handler of its own then, and takes no size unasked. */
	const struct sigaction resized = { .sa_handler = wake_up };
	SCREEN *screen;
	int status;

	if (is_dumb(getenv("TERM")))
		return complain(
			EXIT_UNSUPPORTED,
			"this terminal cannot show it; try TERM=vt100, or \"top | cat\"");
	sigaction(SIGWINCH, &resized, NULL);
	set_first_size();
	use_utf8();
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return run_plain(top, count);
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	begin_colours();
	status = run_live(top, count);
	endwin();
	delscreen(screen);
	return status == EXIT_NO_MODULE ? complain_gone() : status;
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
	const struct sigaction action = { .sa_handler = stop_top };

	top.interval_ms = args->interval > 0 ? (int)(args->interval * 1000) :
					       INTERVAL_MS;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		return print_frames(&top, args->count ? args->count : 1);
	return run_curses(&top, args->count);
}
