// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output of a command. In text, out_text() and similar functions print
 * "key: value" lines and objects are indented; in JSON they build one document,
 * which out_end() prints. Without jansson only text is there.
 */
#include "cli/print/out.h"

#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/complain.h"
#include "cli/print/readable.h"
#include "common/words.h"

#ifdef HAVE_JSON
#include <jansson.h>
#endif

enum {
	DEPTH_MAX = 8,
	KEY_WIDTH = 24,
};

static struct {
	bool json;
	unsigned int depth;
#ifdef HAVE_JSON
	json_t *node[DEPTH_MAX];
#endif
} out;

/**
 * out_can_json - was JSON built in?
 *
 * Return: true if --json works.
 */
bool out_can_json(void)
{
#ifdef HAVE_JSON
	return true;
#else
	return false;
#endif
}

/**
 * out_is_json - does the user want JSON?
 *
 * Return: true for JSON.
 */
bool out_is_json(void)
{
	return out.json;
}

#ifdef HAVE_JSON

static void json_begin(void)
{
	out.node[0] = must_have(json_object());
}

/* Takes @value over. Lists have no keys. */
static void json_add(const char *key, json_t *value)
{
	json_t *parent = out.node[out.depth];
	int err;

	must_have(value);
	if (json_is_array(parent))
		err = json_array_append_new(parent, value);
	else
		err = json_object_set_new(parent, key, value);
	if (err)
		errx(EXIT_TROUBLE, "out of memory");
}

static void json_down(const char *key, json_t *value)
{
	json_add(key, value);
	if (out.depth + 1 == DEPTH_MAX)
		errx(EXIT_TROUBLE, "output nested too deep");
	out.node[++out.depth] = value;
}

/* Everything that was read is printable ASCII; a typed word need not be. */
static json_t *json_text(const char *value)
{
	char *copy;
	char *at;
	json_t *text = json_string(value);

	if (text)
		return text;
	copy = must_have(strdup(value));
	for (at = copy; *at; at++)
		if (!isascii((unsigned char)*at))
			*at = '?';
	text = json_string(copy);
	free(copy);
	return text;
}

static int json_end(size_t indent)
{
	int err = json_dumpf(out.node[0], stdout, JSON_INDENT(indent));

	json_decref(out.node[0]);
	putchar('\n');
	return err;
}

#else

typedef void json_t;

#define json_begin() ((void)0)
#define json_add(key, value) ((void)(key), (void)(value))
#define json_down(key, value) ((void)(key))
#define json_text(value) ((void *)0)
#define json_integer(value) ((void *)0)
#define json_real(value) ((void)(value), (void *)0)
#define json_null() ((void *)0)
#define json_object() ((void *)0)
#define json_array() ((void *)0)
#define json_end(indent) 0

#endif

/**
 * out_begin - begin the output of a command
 * @json: JSON and not text
 */
void out_begin(bool json)
{
	out.json = json;
	out.depth = 0;
	if (json)
		json_begin();
}

/**
 * out_end - end it
 *
 * Return: 0, or -1 if it could not be written.
 */
int out_end(void)
{
	int err = 0;

	if (out.json)
		err = json_end(2);
	out.json = false;
	return fflush(stdout) || ferror(stdout) ? -1 : err;
}

/**
 * out_end_line - end it, a document on a line
 *
 * Return: 0, or -1 if it could not be written.
 */
int out_end_line(void)
{
	int err = json_end(0);

	out.json = false;
	return fflush(stdout) || ferror(stdout) ? -1 : err;
}

static void print_indent(void)
{
	printf("%*s", 2 * (int)out.depth, "");
}

/**
 * out_open - begin an object
 * @key: its name; ignored in a list
 */
void out_open(const char *key)
{
	if (out.json) {
		json_down(key, json_object());
		return;
	}
	print_indent();
	printf("%s:\n", key);
	out.depth++;
}

/**
 * out_open_list - begin a list
 * @key: its name
 */
void out_open_list(const char *key)
{
	if (out.json)
		json_down(key, json_array());
	else
		out_open(key);
}

/**
 * out_close - end an object or a list
 */
void out_close(void)
{
	out.depth--;
}

static void print_readable(const char *text)
{
	char *copy = must_have(strdup(text));

	fputs(readable(copy), stdout);
	free(copy);
}

/**
 * out_change - a value that becomes another one, as a line of a diff
 * @sign: '-' or '+'
 * @file: the file
 * @value: the old or the new one
 */
void out_change(char sign, const char *file, const char *value)
{
	printf("%c ", sign);
	print_readable(file);
	fputs(": ", stdout);
	print_readable(value);
	putchar('\n');
}

static void print_key(const char *key)
{
	print_indent();
	printf("%s:%*s", key, KEY_WIDTH - 2 * (int)out.depth - (int)strlen(key),
	       " ");
}

/**
 * out_text - a text
 * @key: its name; ignored in a list
 * @value: the text
 */
void out_text(const char *key, const char *value)
{
	if (out.json) {
		json_add(key, json_text(value));
		return;
	}
	print_key(key);
	print_readable(value);
	putchar('\n');
}

/**
 * out_number - a whole number
 * @key: its name; ignored in a list
 * @value: the number
 */
void out_number(const char *key, long long value)
{
	if (out.json) {
		json_add(key, json_integer(value));
		return;
	}
	print_key(key);
	printf("%lld\n", value);
}

/**
 * out_real - a decimal fraction, in JSON; text has it as the module wrote it
 * @key: its name; ignored in a list
 * @value: the number
 */
void out_real(const char *key, double value)
{
	json_add(key, json_real(value));
}

/**
 * out_null - nothing
 * @key: its name; ignored in a list
 */
void out_null(const char *key)
{
	if (out.json) {
		json_add(key, json_null());
		return;
	}
	print_key(key);
	printf("-\n");
}

/* By its name: a process may well be called "42". */
static bool is_number_key(const char *key)
{
	static const char *const exact[] = {
		"seq",	     "time",	       "uptime",
		"order",     "threshold",      "candidates",
		"protected", "rank_threshold", "grace_hold",
	};
	static const char *const ending[] = {
		"_kb", "_ms", "_ns", "_pid", "_uid", "_rank",
	};
	size_t length = strlen(key);
	size_t i;

	for (i = 0; i < sizeof(exact) / sizeof(*exact); i++)
		if (!strcmp(key, exact[i]))
			return true;
	for (i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (length > strlen(ending[i]) &&
		    !strcmp(key + length - strlen(ending[i]), ending[i]))
			return true;
	return false;
}

/**
 * out_field - a field of one of the module's lists
 * @key: its name, which also says what it is
 * @value: as the module wrote it; "-" is nothing
 */
void out_field(const char *key, const char *value)
{
	char *end;
	long long whole;
	double real;

	if (!out.json) {
		out_text(key, value);
		return;
	}
	if (!strcmp(value, "-")) {
		out_null(key);
		return;
	}
	if (!is_number_key(key)) {
		out_text(key, value);
		return;
	}
	if (oe_word_number(value, &whole)) {
		out_number(key, whole);
		return;
	}
	real = strtod(value, &end);
	if (end != value && !*end && strchr(value, '.') && isfinite(real) &&
	    strspn(value, "-.0123456789") == strlen(value))
		out_real(key, real);
	else
		out_text(key, value);
}
