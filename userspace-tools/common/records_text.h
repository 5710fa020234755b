/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_RECORDS_TEXT_H
#define OE_RECORDS_TEXT_H

#include "common/records.h"

/*
 * How the text of a list is taken apart. Private to records.c.
 */

int oe_records_read(const char *file, char **text);
char *oe_records_line(char **rest);
int oe_records_is_blank(const char *line);
size_t oe_records_split(char *line, char **word, size_t max);
size_t oe_records_fields(char *line, struct oe_field *field);
void oe_records_copy(char *to, size_t size, const char *from);
void *oe_records_append(void *array, size_t nr, size_t size);

#endif
