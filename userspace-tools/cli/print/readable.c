// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names as their owners wrote them, on a terminal that shows UTF-8 and in a page. A process chooses its name, so
 * only letters that stand for themselves are shown: no marks that combine, no formats, nothing that
 * is written from right to left, no blanks. All else stays escaped, as the module wrote it.
 */
#include "cli/print/readable.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/print/format.h"

enum {
	ESCAPE_SIZE = 4, /* "\xc3" */
	BYTES_MAX = 3, /* of a letter of the first plane */
};

/* Its letters look like those of Latin: not in a word with ASCII letters, which would be forged. */
enum look {
	LOOK_LATIN,
	LOOK_ALIKE,
	LOOK_WIDE, /* takes two columns */
};

struct block {
	unsigned int first;
	unsigned int last;
	enum look look;
};

static const struct block blocks[] = {
	{ 0x00a1, 0x00ac, LOOK_LATIN }, { 0x00ae, 0x024f, LOOK_LATIN },
	{ 0x0386, 0x03ff, LOOK_ALIKE }, { 0x0400, 0x0481, LOOK_ALIKE },
	{ 0x048a, 0x052f, LOOK_ALIKE }, { 0x0531, 0x0556, LOOK_ALIKE },
	{ 0x0561, 0x0587, LOOK_ALIKE }, { 0x10d0, 0x10fa, LOOK_ALIKE },
	{ 0x1e00, 0x1eff, LOOK_LATIN }, { 0x20a0, 0x20bf, LOOK_LATIN },
	{ 0x3041, 0x3096, LOOK_WIDE },	{ 0x30a1, 0x30fa, LOOK_WIDE },
	{ 0x30fc, 0x30fe, LOOK_WIDE },	{ 0x3400, 0x4dbf, LOOK_WIDE },
	{ 0x4e00, 0x9fff, LOOK_WIDE },	{ 0xac00, 0xd7a3, LOOK_WIDE },
};

static bool is_forbidden;

/**
 * readable_ascii_only - from now on readable() shows no UTF-8
 *
 * For an output that does not know how wide it is.
 */
void readable_ascii_only(void)
{
	is_forbidden = true;
}

/* By its name, which needs no tables of the system: a small one has none. */
static bool is_utf8_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") ||
			       strcasestr(value, "UTF8");
	}
	return false;
}

static bool shows_utf8(void)
{
	static int shows = -1;

	if (shows < 0)
		shows = isatty(STDOUT_FILENO) && is_utf8_locale();
	return shows && !is_forbidden;
}

static const struct block *find_block(unsigned int letter)
{
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (letter >= blocks[i].first && letter <= blocks[i].last)
			return &blocks[i];
	return NULL;
}

/* --- letters ---------------------------------------------------------------- */

/* Of the first plane and not longer than it must be. Returns its number of bytes, or 0. */
static size_t decode_letter(const unsigned char *byte, size_t nr,
			    unsigned int *letter)
{
	if (nr >= 2 && byte[0] >= 0xc2 && byte[0] <= 0xdf &&
	    (byte[1] & 0xc0) == 0x80) {
		*letter = (byte[0] & 0x1fU) << 6 | (byte[1] & 0x3fU);
		return 2;
	}
	if (nr >= 3 && (byte[0] & 0xf0) == 0xe0 && (byte[1] & 0xc0) == 0x80 &&
	    (byte[2] & 0xc0) == 0x80) {
		*letter = (byte[0] & 0xfU) << 12 | (byte[1] & 0x3fU) << 6 |
			  (byte[2] & 0x3fU);
		return *letter < 0x800 ? 0 : 3;
	}
	return 0;
}

static bool is_escape(const char *at)
{
	return at[0] == '\\' && at[1] == 'x' &&
	       isxdigit((unsigned char)at[2]) && isxdigit((unsigned char)at[3]);
}

/* The bytes that begin here, all escaped or all raw. Returns how many. */
static size_t get_bytes(const char *at, unsigned char *byte)
{
	size_t nr = 0;

	if (is_escape(at)) {
		for (; nr < BYTES_MAX && is_escape(at); at += ESCAPE_SIZE) {
			const char digits[] = { at[2], at[3], '\0' };

			byte[nr++] = (unsigned char)strtoul(digits, NULL, 16);
		}
		return nr;
	}
	for (; nr < BYTES_MAX && *at; at++)
		byte[nr++] = (unsigned char)*at;
	return nr;
}

static bool is_of_word(const char *at)
{
	return isalnum((unsigned char)*at) || strchr("-_.\\", *at) ||
	       !isascii((unsigned char)*at);
}

/* Looks at the rest of a word, up to its @end. */
static bool has_ascii_letter(const char *at, const char *end)
{
	while (at < end) {
		if (is_escape(at)) {
			at += ESCAPE_SIZE;
			continue;
		}
		if (isascii((unsigned char)*at) && isalpha((unsigned char)*at))
			return true;
		at++;
	}
	return false;
}

static const char *end_of_word(const char *at)
{
	while (*at && is_of_word(at))
		at++;
	return at;
}

/* Copies what is at @from to @to, shown or escaped. Returns how far to go in @from. */
static size_t show_next(char **to, const char *from, bool is_mixed)
{
	unsigned char byte[BYTES_MAX] = { 0 };
	unsigned int letter;
	bool escaped = is_escape(from);
	size_t nr = decode_letter(byte, get_bytes(from, byte), &letter);
	const struct block *block = nr ? find_block(letter) : NULL;

	if (block && !(is_mixed && block->look == LOOK_ALIKE)) {
		memmove(*to, byte, nr);
		*to += nr;
		return escaped ? nr * ESCAPE_SIZE : nr;
	}
	*(*to)++ = *from >= ' ' && *from <= '~' ? *from : '?';
	return 1;
}

/**
 * readable_utf8 - make a text fit for a document in UTF-8
 * @text: any bytes but newlines; changed in place, never longer than before
 *
 * As printable(), but letters in UTF-8, raw or escaped, are shown.
 *
 * Return: @text.
 */
char *readable_utf8(char *text)
{
	const char *from = text;
	const char *end = text;
	bool is_mixed = false;
	char *to = text;

	while (*from) {
		if (from >= end) {
			end = end_of_word(from);
			is_mixed = has_ascii_letter(from, end);
		}
		from += show_next(&to, from, is_mixed);
	}
	*to = '\0';
	return text;
}

/**
 * readable - make a text fit for a terminal
 * @text: any bytes but newlines; changed in place, never longer than before
 *
 * As printable(), but letters in UTF-8, raw or escaped, are shown where standard output is a
 * terminal of a locale with UTF-8.
 *
 * Return: @text.
 */
char *readable(char *text)
{
	return shows_utf8() ? readable_utf8(text) : printable(text);
}

/* --- columns ---------------------------------------------------------------- */

/* Of readable() only: all letters are known. */
static size_t measure_letter(const char *at, int *columns)
{
	unsigned char byte[BYTES_MAX] = { 0 };
	unsigned int letter = 0;
	const struct block *block;
	size_t nr = 0;

	*columns = 1;
	if (isascii((unsigned char)*at))
		return 1;
	nr = decode_letter(byte, get_bytes(at, byte), &letter);
	block = nr ? find_block(letter) : NULL;
	if (block && block->look == LOOK_WIDE)
		*columns = 2;
	return nr ? nr : 1;
}

/**
 * text_columns - how wide a text is
 * @text: of readable()
 *
 * Return: columns of a terminal.
 */
int text_columns(const char *text)
{
	int sum = 0;
	int columns;

	while (*text) {
		text += measure_letter(text, &columns);
		sum += columns;
	}
	return sum;
}

/**
 * text_cut - cut a text off
 * @text: of readable()
 * @columns: that it may have
 */
void text_cut(char *text, int columns)
{
	int used = 0;

	while (*text) {
		int width;
		size_t nr = measure_letter(text, &width);

		if (used + width > columns) {
			*text = '\0';
			return;
		}
		used += width;
		text += nr;
	}
}

/**
 * terminal_columns - how wide standard output is
 *
 * Asked of the terminal: the environment may say anything.
 *
 * Return: columns, or 0 where there is no end.
 */
int terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}
