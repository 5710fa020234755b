// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables, as text or as JSON.
 */
#include "cli/print/table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "cli/print/readable.h"
#include "common/words.h"

/**
 * struct table - a table under construction
 * @key: its name in JSON
 * @column: headings and kinds
 * @nr_columns: of them
 * @cell: row by row, malloced
 * @nr_cells: of them
 * @room: for so many
 */
struct table {
	const char *key;
	const struct table_column *column;
	size_t nr_columns;
	char **cell;
	size_t nr_cells;
	size_t room;
};

/**
 * table_new - begin a table
 * @key: its name in JSON
 * @column: headings and kinds; kept by reference
 * @nr: of them
 *
 * Return: the table, to be filled by rows and ended by table_end().
 */
struct table *table_new(const char *key, const struct table_column *column,
			size_t nr)
{
	struct table *table = must_have(calloc(1, sizeof(*table)));

	table->key = key;
	table->column = column;
	table->nr_columns = nr;
	return table;
}

/**
 * table_text - the next cell
 * @table: rows are filled one after the other
 * @text: any; NULL is nothing: "-" in text, null in JSON
 */
void table_text(struct table *table, const char *text)
{
	if (table->nr_cells == table->room) {
		table->room = table->room ? 2 * table->room : 64;
		table->cell = must_have(reallocarray(table->cell, table->room,
						     sizeof(*table->cell)));
	}
	table->cell[table->nr_cells++] =
		text ? printable(must_have(strdup(text))) : NULL;
}

/**
 * table_number - the next cell, a number
 * @table: rows are filled one after the other
 * @value: the number
 */
void table_number(struct table *table, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	table_text(table, text);
}

static void print_json_rows(const struct table *table)
{
	size_t i;

	out_open_list(table->key);
	for (i = 0; i < table->nr_cells; i++) {
		const struct table_column *column =
			&table->column[i % table->nr_columns];
		const char *text = table->cell[i];
		long long number;

		if (!(i % table->nr_columns))
			out_open("");
		if (!text)
			out_null(column->name);
		else if (column->is_number && oe_word_number(text, &number))
			out_number(column->name, number);
		else
			out_text(column->name, text);
		if (i % table->nr_columns == table->nr_columns - 1)
			out_close();
	}
	out_close();
}

/* In JSON what the module wrote; on a terminal what its reader can read. */
static void make_readable(const struct table *table)
{
	size_t i;

	for (i = 0; i < table->nr_cells; i++)
		if (table->cell[i])
			readable(table->cell[i]);
}

static int column_width(const struct table *table, size_t column)
{
	int width = (int)strlen(table->column[column].name);
	size_t i;

	for (i = column; i < table->nr_cells; i += table->nr_columns)
		if (table->cell[i] && text_columns(table->cell[i]) > width)
			width = text_columns(table->cell[i]);
	return width < TABLE_CELL_SIZE ? width : TABLE_CELL_SIZE;
}

static void print_cell(FILE *to, const struct table *table, size_t column,
		       const char *text, int width)
{
	bool last = column == table->nr_columns - 1;
	int blanks;

	text = text ? text : "-";
	blanks = width - text_columns(text);
	if (blanks < 0)
		blanks = 0;
	if (table->column[column].is_number)
		fprintf(to, "%*s%s", blanks, "", text);
	else
		fprintf(to, "%s%*s", text, last ? 0 : blanks, "");
	fputs(last ? "\n" : "  ", to);
}

static void print_rows(FILE *to, const struct table *table)
{
	int *width = must_have(calloc(table->nr_columns, sizeof(*width)));
	size_t i;

	for (i = 0; i < table->nr_columns; i++) {
		char head[TABLE_CELL_SIZE];
		char *at;

		width[i] = column_width(table, i);
		snprintf(head, sizeof(head), "%s", table->column[i].name);
		for (at = head; *at; at++)
			*at = (char)toupper((unsigned char)*at);
		print_cell(to, table, i, head, width[i]);
	}
	for (i = 0; i < table->nr_cells; i++)
		print_cell(to, table, i % table->nr_columns, table->cell[i],
			   width[i % table->nr_columns]);
	free(width);
}

/* A line that goes on below itself is hard to read. */
static void print_cut(char *text, int columns)
{
	char *line;
	char *next;

	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		text_cut(line, columns);
		puts(line);
	}
}

static void print_table(const struct table *table)
{
	int columns = terminal_columns();
	char *text = NULL;
	size_t length;
	FILE *to;

	make_readable(table);
	if (!columns) {
		print_rows(stdout, table);
		return;
	}
	to = must_have(open_memstream(&text, &length));
	print_rows(to, table);
	if (fclose(to))
		exit(complain(EXIT_TROUBLE, "out of memory"));
	print_cut(text, columns);
	free(text);
}

/**
 * table_end - print and free a table
 * @table: with whole rows
 */
void table_end(struct table *table)
{
	size_t i;

	if (out_is_json())
		print_json_rows(table);
	else
		print_table(table);
	for (i = 0; i < table->nr_cells; i++)
		free(table->cell[i]);
	free(table->cell);
	free(table);
}
