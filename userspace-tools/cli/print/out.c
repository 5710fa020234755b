// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a command prints. In text, out_text() and its like print "key: value"
 * lines and objects are indented; in JSON they build one document, which
 * out_end() prints. Without jansson only text is there.
 */
#include "cli/print/out.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/complain.h"
#include "cli/print/format.h"

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

static void *must(void *memory)
{
	if (!memory)
		errx(EXIT_TROUBLE, "out of memory");
	return memory;
}

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
 * out_is_json - what does the user want to see?
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
	out.node[0] = must(json_object());
}

/* Takes @value over. Lists have no keys. */
static void json_add(const char *key, json_t *value)
{
	json_t *parent = out.node[out.depth];
	int err;

	must(value);
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

/* Everything that was read is printable ASCII; what was typed need not be. */
static json_t *json_text(const char *value)
{
	char *copy;
	char *at;
	json_t *text = json_string(value);

	if (text)
		return text;
	copy = must(strdup(value));
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
#define json_add(key, value) ((void)(key))
#define json_down(key, value) ((void)(key))
#define json_text(value) ((void *)0)
#define json_integer(value) ((void *)0)
#define json_real(value) ((void *)0)
#define json_boolean(value) ((void *)0)
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

static void indent(void)
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
	indent();
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

static void print_printable(const char *text)
{
	char *copy = must(strdup(text));

	fputs(printable(copy), stdout);
	free(copy);
}

/**
 * out_change - a value that becomes another one, as a line of a diff
 * @sign: '-' or '+'
 * @file: whose
 * @value: the old or the new one
 */
void out_change(char sign, const char *file, const char *value)
{
	printf("%c ", sign);
	print_printable(file);
	fputs(": ", stdout);
	print_printable(value);
	putchar('\n');
}

static void print_key(const char *key)
{
	indent();
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
	print_printable(value);
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
 * out_real - a decimal fraction
 * @key: its name; ignored in a list
 * @value: the number
 */
void out_real(const char *key, double value)
{
	if (out.json) {
		json_add(key, json_real(value));
		return;
	}
	print_key(key);
	printf("%.6f\n", value);
}

/**
 * out_bool - yes or no
 * @key: its name; ignored in a list
 * @value: which
 */
void out_bool(const char *key, bool value)
{
	if (out.json) {
		json_add(key, json_boolean(value));
		return;
	}
	print_key(key);
	printf("%s\n", value ? "yes" : "no");
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
	whole = strtoll(value, &end, 10);
	if (end != value && !*end) {
		out_number(key, whole);
		return;
	}
	real = strtod(value, &end);
	if (end != value && !*end &&
	    strspn(value, "-.0123456789") == strlen(value))
		out_real(key, real);
	else
		out_text(key, value);
}

/* --- tables ---------------------------------------------------------------- */

/**
 * struct out_table - a table under construction
 * @key: its name in JSON
 * @column: what they are
 * @nr_columns: of them
 * @cell: row by row, malloced
 * @nr_cells: of them
 * @room: for so many
 */
struct out_table {
	const char *key;
	const struct out_column *column;
	size_t nr_columns;
	char **cell;
	size_t nr_cells;
	size_t room;
};

/**
 * out_table_new - begin a table
 * @key: its name in JSON
 * @column: what they are; kept by reference
 * @nr: of them
 *
 * Return: the table, to be filled by rows and ended by out_table_end().
 */
struct out_table *out_table_new(const char *key,
				const struct out_column *column, size_t nr)
{
	struct out_table *table = must(calloc(1, sizeof(*table)));

	table->key = key;
	table->column = column;
	table->nr_columns = nr;
	return table;
}

/**
 * out_cell - the next cell
 * @table: rows are filled one after the other
 * @text: any; NULL is nothing: "-" in text, null in JSON
 */
void out_cell(struct out_table *table, const char *text)
{
	if (table->nr_cells == table->room) {
		table->room = table->room ? 2 * table->room : 64;
		table->cell = must(reallocarray(table->cell, table->room,
						sizeof(*table->cell)));
	}
	table->cell[table->nr_cells++] = text ? printable(must(strdup(text))) :
						NULL;
}

/**
 * out_cell_number - the next cell, a number
 * @table: rows are filled one after the other
 * @value: the number
 */
void out_cell_number(struct out_table *table, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	out_cell(table, text);
}

static void print_json(const struct out_table *table)
{
	size_t i;

	out_open_list(table->key);
	for (i = 0; i < table->nr_cells; i++) {
		const struct out_column *column =
			&table->column[i % table->nr_columns];
		const char *text = table->cell[i];

		if (!(i % table->nr_columns))
			out_open("");
		if (!text)
			out_null(column->name);
		else if (column->is_number)
			out_number(column->name, atoll(text));
		else
			out_text(column->name, text);
		if (i % table->nr_columns == table->nr_columns - 1)
			out_close();
	}
	out_close();
}

static int width_of(const struct out_table *table, size_t column)
{
	size_t width = strlen(table->column[column].name);
	size_t i;

	for (i = column; i < table->nr_cells; i += table->nr_columns)
		if (table->cell[i] && strlen(table->cell[i]) > width)
			width = strlen(table->cell[i]);
	return width < OUT_CELL_SIZE ? (int)width : OUT_CELL_SIZE;
}

static void print_cell(const struct out_table *table, size_t column,
		       const char *text, int width)
{
	bool last = column == table->nr_columns - 1;

	text = text ? text : "-";
	if (table->column[column].is_number)
		printf("%*s", width, text);
	else
		printf("%-*s", last ? 0 : width, text);
	printf("%s", last ? "\n" : "  ");
}

static void print_table(const struct out_table *table)
{
	int *width = must(calloc(table->nr_columns, sizeof(*width)));
	size_t i;

	for (i = 0; i < table->nr_columns; i++) {
		char head[OUT_CELL_SIZE];
		char *at;

		width[i] = width_of(table, i);
		snprintf(head, sizeof(head), "%s", table->column[i].name);
		for (at = head; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		print_cell(table, i, head, width[i]);
	}
	for (i = 0; i < table->nr_cells; i++)
		print_cell(table, i % table->nr_columns, table->cell[i],
			   width[i % table->nr_columns]);
	free(width);
}

/**
 * out_table_end - print and free a table
 * @table: with whole rows
 */
void out_table_end(struct out_table *table)
{
	size_t i;

	if (out.json)
		print_json(table);
	else
		print_table(table);
	for (i = 0; i < table->nr_cells; i++)
		free(table->cell[i]);
	free(table->cell);
	free(table);
}
