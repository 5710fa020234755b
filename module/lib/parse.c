// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to numbers and back: strict, so that bad input changes nothing.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "lib/parse.h"
#include "rules/policy.h"

/* kstrto*() take a trailing newline and a sign; a number here is digits only. */
static bool starts_with_digit(const char *text)
{
	return *text >= '0' && *text <= '9';
}

/**
 * oe_parse_number - a decimal number within limits
 * @text: NUL terminated; one trailing newline is allowed, nothing else
 * @min: smallest allowed value
 * @max: largest allowed value
 * @value: written on success only
 *
 * Context: any.
 * Return: 0, -EINVAL if it is no number, -ERANGE if it is outside the limits
 * (a negative number is).
 */
int oe_parse_number(const char *text, u64 min, u64 max, u64 *value)
{
	bool negative = *text == '-';
	u64 number;
	int err;

	if (!starts_with_digit(text + negative))
		return -EINVAL;
	err = kstrtoull(text + negative, 10, &number);
	if (err)
		return err;
	if ((negative && number) || number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

/* The factor of a suffix, in bytes; 0 for any other character. */
static u64 unit_of(char suffix)
{
	switch (suffix) {
	case 'K':
	case 'k':
		return 1ULL << 10;
	case 'M':
	case 'm':
		return 1ULL << 20;
	case 'G':
	case 'g':
		return 1ULL << 30;
	default:
		return 0;
	}
}

/**
 * oe_parse_size - an amount of memory
 * @text: NUL terminated: a decimal number in KiB, or with K, M, G, or with %;
 *	one trailing newline is allowed
 * @total_kb: 100 %, in KiB
 * @max_kb: largest allowed value, in KiB
 * @kb: written on success only, in KiB
 *
 * Context: any.
 * Return: 0, -EINVAL if it is no size, -ERANGE if it is more than @max_kb or
 * more than 100 %.
 */
int oe_parse_size(const char *text, u64 total_kb, u64 max_kb, u64 *kb)
{
	char digits[24];
	size_t length = strcspn(text, "\n");
	u64 number;
	u64 unit;
	char last;
	int err;

	if (!length || length >= sizeof(digits) ||
	    (text[length] && text[length + 1]))
		return -EINVAL;
	strscpy(digits, text, length + 1);
	last = digits[length - 1];
	unit = unit_of(last);
	if (unit || last == '%')
		digits[length - 1] = '\0';
	/* Without a unit, as much as the largest one gives: what was taken reads in KiB. */
	err = oe_parse_number(digits, 0,
			      last == '%' ? 100 :
			      unit	  ? U32_MAX :
					    (u64)U32_MAX << 20,
			      &number);
	if (err)
		return err;
	if (last == '%')
		number = div_u64(total_kb * number, 100);
	else if (unit)
		number = (number * unit) >> 10;
	if (number > max_kb)
		return -ERANGE;
	*kb = number;
	return 0;
}

/**
 * oe_parse_word - one word out of a list
 * @text: NUL terminated; one trailing newline is allowed
 * @words: the allowed words
 * @nr_words: how many there are
 * @index: written on success only
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int oe_parse_word(const char *text, const char *const *words,
		  unsigned int nr_words, unsigned int *index)
{
	unsigned int i;

	for (i = 0; i < nr_words; i++) {
		if (sysfs_streq(text, words[i])) {
			*index = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_bounded(const char *text, u64 min, u64 max, u64 *value)
{
	/* kstrtouint() would accept a newline, which a line cannot contain. */
	if (strchr(text, '\n'))
		return -EINVAL;
	return oe_parse_number(text, min, max, value);
}

/* Cuts the next word off; the rest is behind the blanks, or NULL. */
static char *cut_word(char *text)
{
	text = strpbrk(text, " \t");
	if (!text)
		return NULL;
	*text++ = '\0';
	return text + strspn(text, " \t");
}

/* The ranking of children: "inherit", or nothing, or "self". */
static int parse_heritage(const char *text, bool *self)
{
	*self = text && !strcmp(text, "self");
	return !text || *self || !strcmp(text, "inherit") ? 0 : -EINVAL;
}

/**
 * oe_parse_rank_line - "PID RANK", "PID RANK inherit", "PID RANK self" or "PID -"
 * @line: NUL terminated, without the newline; is taken apart
 * @parsed: written on success only
 *
 * The words are separated by spaces or tabs; none may lead or trail, so that a
 * line has one spelling.
 *
 * Context: any.
 * Return: 0, -EINVAL if the line is malformed, -ERANGE if the ranking is above
 * OE_RANK_MAX or negative, -ESRCH if no process can have that pid.
 */
int oe_parse_rank_line(char *line, struct oe_rank_line *parsed)
{
	char *rank_text = cut_word(line);
	char *heritage_text = rank_text ? cut_word(rank_text) : NULL;
	struct oe_rank_line result = {};
	u64 number;
	int err;

	if (!rank_text)
		return -EINVAL;
	err = parse_bounded(line, 1, INT_MAX, &number);
	if (err)
		return err == -ERANGE ? -ESRCH : err;
	result.pid = number;

	result.clear = !strcmp(rank_text, "-");
	if (result.clear && heritage_text)
		return -EINVAL;
	if (!result.clear) {
		err = parse_bounded(rank_text, 0, OE_RANK_MAX, &number) ?:
			      parse_heritage(heritage_text, &result.self);
		if (err)
			return err;
		result.rank = number;
	}
	*parsed = result;
	return 0;
}

/**
 * oe_parse_member_line - "PID" or "-PID"
 * @line: NUL terminated, without the newline
 * @parsed: written on success only
 *
 * Context: any.
 * Return: 0, -EINVAL if the line is malformed, -ESRCH if no process can have
 * that pid.
 */
int oe_parse_member_line(const char *line, struct oe_member_line *parsed)
{
	bool leave = *line == '-';
	u64 number;
	int err;

	err = parse_bounded(line + leave, 1, INT_MAX, &number);
	if (err)
		return err == -ERANGE ? -ESRCH : err;
	parsed->pid = number;
	parsed->leave = leave;
	return 0;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

/**
 * oe_parse_name - the name of a group
 * @text: NUL terminated; one trailing newline is allowed
 * @name: written on success only, without the newline
 * @size: of @name
 *
 * [a-z0-9_-], at least one of them: safe in a path, a log line and a list.
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int oe_parse_name(const char *text, char *name, size_t size)
{
	size_t length = 0;

	while (is_name_char(text[length]))
		length++;
	if (!length || length >= size || !sysfs_streq(text + length, ""))
		return -EINVAL;
	strscpy(name, text, length + 1);
	return 0;
}

/**
 * oe_parse_uid_range - "UID" or "FIRST-LAST"
 * @text: NUL terminated, without a newline
 * @first: written on success only
 * @last: written on success only, not below @first
 *
 * Context: any.
 * Return: 0, -EINVAL if it is malformed or the wrong way round, -ERANGE if no
 * user can have that number.
 */
int oe_parse_uid_range(const char *text, u32 *first, u32 *last)
{
	const char *dash = strchr(text, '-');
	size_t length = dash ? dash - text : strlen(text);
	char number[12];
	u64 low, high;
	int err;

	if (length >= sizeof(number))
		return -EINVAL;
	strscpy(number, text, length + 1);
	/* (uid_t)-1 is no user. */
	err = parse_bounded(number, 0, U32_MAX - 1, &low);
	if (err)
		return err;
	high = low;
	if (dash)
		err = parse_bounded(dash + 1, 0, U32_MAX - 1, &high);
	if (err)
		return err;
	if (high < low)
		return -EINVAL;
	*first = low;
	*last = high;
	return 0;
}

/**
 * oe_escape - make a name safe for logs, lists and uevents
 * @escaped: the result
 * @size: room there, with the NUL
 * @text: NUL terminated
 *
 * Printable ASCII stays; white space, control characters, bytes above 0x7e,
 * quotes, backslash and '=' become \xHH, so that no name can end a line, a word
 * or a key. A longer text is truncated, but never in the middle of a \xHH.
 *
 * Context: any.
 * Return: @escaped.
 */
const char *oe_escape(char *escaped, size_t size, const char *text)
{
	char *end = escaped + size;
	char *out = escaped;

	for (; *text && out + 4 < end; text++) {
		unsigned char c = *text;

		if (c > ' ' && c < 0x7f && !strchr("\"'\\=", c))
			*out++ = c;
		else
			out += sprintf(out, "\\x%02x", c);
	}
	*out = '\0';
	return escaped;
}

/* Two digits. hex2bin() is in another header from 7.x on. */
static int parse_hex_byte(const char *text, u8 *byte)
{
	const char digits[] = { text[0], text[1], '\0' };

	if (!isxdigit(text[0]) || !isxdigit(text[1]))
		return -EINVAL;
	return kstrtou8(digits, 16, byte);
}

/**
 * oe_unescape - undo oe_escape()
 * @text: NUL terminated; changed in place, and no longer than it was
 *
 * Every byte but a backslash stands for itself, escaped or not.
 *
 * Context: any.
 * Return: 0; -EINVAL if a backslash does not begin \xHH, or that is a NUL.
 */
int oe_unescape(char *text)
{
	char *out = text;
	u8 byte;

	for (; *text; text++) {
		if (*text != '\\') {
			*out++ = *text;
			continue;
		}
		if (text[1] != 'x' || !text[2] || !text[3] ||
		    parse_hex_byte(text + 2, &byte) || !byte)
			return -EINVAL;
		*out++ = byte;
		text += 3;
	}
	*out = '\0';
	return 0;
}

/**
 * oe_escape_comm - make a process name safe for logs, lists and uevents
 * @escaped: the result
 * @comm: NUL terminated, at most 15 bytes
 *
 * As oe_escape(), and always whole.
 *
 * Context: any.
 * Return: @escaped.
 */
const char *oe_escape_comm(char escaped[OE_COMM_ESCAPED], const char *comm)
{
	return oe_escape(escaped, OE_COMM_ESCAPED, comm);
}
