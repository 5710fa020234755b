/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_TABLE_H
#define OE_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A table: columns for people, a list of objects for programs. Rows are filled
 * cell by cell; out.h says which of the two it is to be.
 */

enum {
	TABLE_CELL_SIZE = 256,
};

/**
 * struct table_column - a column of a table
 * @name: the key in JSON; the head in text, in capitals
 * @is_number: right-aligned, and a number in JSON
 */
struct table_column {
	const char *name;
	bool is_number;
};

struct table;

struct table *table_new(const char *key, const struct table_column *column,
			size_t nr);
void table_text(struct table *table, const char *text);
void table_number(struct table *table, long long value);
void table_end(struct table *table);

#endif
