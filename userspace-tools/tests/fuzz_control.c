// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the manager's FIFO. The input is read twice, once in big pieces and once in pieces of the
 * sizes that its first bytes say: obeyed commands and log lines must be the same.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz.h"

enum {
	NR_PIECES = 8,
	SAID = 256 * 1024,
};

static struct {
	const uint8_t *data;
	size_t size;
	const uint8_t *pieces; /* NULL: as big as there is room */
	unsigned int nr;
} fifo;

/* Commands obeyed and lines logged, one after the other. */
static struct said {
	char text[SAID];
	size_t used;
} said[2];
static struct said *saying;

static ssize_t take_piece(int fd, void *buf, size_t size);

#define read take_piece
/* clang-format off: the function above takes the place of the system call. */
#include "daemon/control.c"
/* clang-format on */
#undef read

static ssize_t take_piece(int fd, void *buf, size_t size)
{
	(void)fd;
	if (!size)
		abort();
	if (!fifo.size) {
		errno = EAGAIN;
		return -1;
	}
	if (fifo.pieces && size > fifo.pieces[fifo.nr % NR_PIECES])
		size = fifo.pieces[fifo.nr % NR_PIECES] + 1U;
	fifo.nr++;
	if (size > fifo.size)
		size = fifo.size;
	memcpy(buf, fifo.data, size);
	move_on(&fifo.data, &fifo.size, size);
	return (ssize_t)size;
}

static void note_call(const char *what)
{
	size_t length = strlen(what);

	must_be_text(what);
	if (saying->used + length >= SAID)
		return;
	memcpy(saying->text + saying->used, what, length + 1);
	saying->used += length;
}

/* --- in place of the other files of the manager --- */

void oe_log(enum oe_conf_log level, const char *format, ...)
{
	char text[OE_LINE];
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	note_call(text);
}

const struct oe_conf *oe_active_conf(void)
{
	static struct oe_conf conf;

	return &conf;
}

int oe_mode_find(const struct oe_conf *conf, const char *name)
{
	(void)conf;
	return strcmp(name, "normal") ? -1 : 0;
}

void oe_mode_pin(const struct oe_conf *conf, int mode)
{
	(void)conf;
	note_call(mode < 0 ? "<auto>" : "<pin>");
}

int oe_mode_current(void)
{
	return 0;
}

bool oe_link_is_up(void)
{
	return true;
}

uint64_t oe_link_emergencies(void)
{
	return 0;
}

int oe_members_count(int service)
{
	return service;
}

int oe_watch_add(int fd, void (*ready)(void))
{
	(void)fd;
	(void)ready;
	return 0;
}

void oe_watch_remove(int fd)
{
	(void)fd;
}

static void read_all(struct said *to, const uint8_t *data, size_t size,
		     const uint8_t *pieces)
{
	saying = to;
	saying->used = 0;
	saying->text[0] = '\0';
	fifo.data = data;
	fifo.size = size;
	fifo.pieces = pieces;
	fifo.nr = 0;
	/* Once more at the end: text without a newline is a command when nothing is left. */
	do
		read_commands();
	while (fifo.size);
	read_commands();
	if (control.used || control.skips)
		abort();
	if (oe_control_wants_reload())
		note_call("<reload>");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *pieces = data;

	if (size < NR_PIECES)
		return 0;
	move_on(&data, &size, NR_PIECES);
	read_all(&said[0], data, size, NULL);
	read_all(&said[1], data, size, pieces);
	if (strcmp(said[0].text, said[1].text))
		abort();
	return 0;
}
