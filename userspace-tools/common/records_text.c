// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of the module's lists: blanks separate words, newlines lines; no word holds a blank,
 * because the module escapes what others may choose.
 */
#include "common/records_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sysfs.h"
#include "common/words.h"

/* Lists contain no bytes that could control a terminal or end the text early. */
static void make_printable(char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			text[i] = text[i] == '\t' ? ' ' : '?';
}

/**
 * oe_records_read - read a list and make it printable
 * @file: of the module
 * @text: gets the text, to be freed by the caller
 *
 * Return: 0 or a negative errno.
 */
int oe_records_read(const char *file, char **text)
{
	size_t length;
	int err = oe_sysfs_read_list(file, text, &length);

	if (!err)
		make_printable(*text, length);
	return err;
}

/**
 * oe_records_line - cut off the next line
 * @rest: moves behind it
 *
 * Return: the line, or NULL at the end.
 */
char *oe_records_line(char **rest)
{
	char *line = *rest;
	char *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	*rest = end;
	return line;
}

/**
 * oe_records_is_blank - does a line hold blanks only?
 * @line: the line
 *
 * Return: 1 if so, else 0.
 */
int oe_records_is_blank(const char *line)
{
	return line[strspn(line, " ")] == '\0';
}

/**
 * oe_records_split - split a line into words
 * @line: is taken apart
 * @word: result
 * @max: room for so many words; the rest is left out
 *
 * Return: the number of words.
 */
size_t oe_records_split(char *line, char **word, size_t max)
{
	size_t nr = 0;
	char *save;
	char *next;

	for (next = strtok_r(line, " ", &save); next && nr < max;
	     next = strtok_r(NULL, " ", &save))
		word[nr++] = next;
	return nr;
}

/**
 * oe_records_copy - copy a word, cut off if it must be
 * @to: result
 * @size: of @to
 * @from: the word
 */
void oe_records_copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/**
 * oe_records_append - make room for one element more
 * @array: malloced, or NULL
 * @nr: elements in it
 * @size: of an element
 *
 * Return: the array with a zeroed element at the end, or NULL without memory; @array stays
 * valid then.
 */
void *oe_records_append(void *array, size_t nr, size_t size)
{
	char *bigger = array;

	/* Powers of two: ten thousand lines are a dozen moves. */
	if (!(nr & (nr - 1))) {
		bigger = reallocarray(array, nr ? 2 * nr : 1, size);
		if (!bigger)
			return NULL;
	}
	memset(bigger + nr * size, 0, size);
	return bigger;
}

/**
 * oe_records_fields - take "key=value key= value ..." apart, where blanks pad
 * @line: the fields point into it
 * @field: result, OE_FIELDS_MAX of them
 *
 * Return: the number of fields.
 */
size_t oe_records_fields(char *line, struct oe_field *field)
{
	size_t nr = 0;
	char *save;
	char *word;

	for (word = strtok_r(line, " ", &save); word && nr < OE_FIELDS_MAX;
	     word = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(word, '=');

		if (!equals && nr && !*field[nr - 1].value)
			field[nr - 1].value = word;
		if (!equals || equals == word)
			continue;
		*equals = '\0';
		field[nr].key = word;
		field[nr].value = equals + 1;
		nr++;
	}
	return nr;
}

/**
 * oe_field_text - a value by its key
 * @field: the fields
 * @nr: of them
 * @key: the key
 *
 * Return: the value; NULL if it is missing or "-".
 */
const char *oe_field_text(const struct oe_field *field, size_t nr,
			  const char *key)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(field[i].key, key))
			return strcmp(field[i].value, "-") ? field[i].value :
							     NULL;
	return NULL;
}

/**
 * oe_field_number - a whole number by its key
 * @field: the fields
 * @nr: of them
 * @key: the key
 * @fallback: if it is missing or no number
 *
 * Return: the number.
 */
long long oe_field_number(const struct oe_field *field, size_t nr,
			  const char *key, long long fallback)
{
	const char *text = oe_field_text(field, nr, key);
	long long value;

	return text && oe_word_number(text, &value) ? value : fallback;
}

/**
 * oe_field_real - a decimal fraction by its key
 * @field: the fields
 * @nr: of them
 * @key: the key
 * @fallback: if it is missing or no number
 *
 * Return: the number.
 */
double oe_field_real(const struct oe_field *field, size_t nr, const char *key,
		     double fallback)
{
	const char *text = oe_field_text(field, nr, key);
	double value;
	char *end;

	/* Digits only: strtod() also knows "inf", "nan" and hexadecimal. */
	if (!text || strspn(text, "0123456789.") != strlen(text))
		return fallback;
	value = strtod(text, &end);
	return end == text || *end || !isfinite(value) ? fallback : value;
}
