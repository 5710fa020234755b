// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Did you mean": the nearest of the words that there are.
 */
#include "cli/print/suggest.h"

#include <string.h>

enum {
	LENGTH_MAX = 32,
	DISTANCE_MAX = 2,
};

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many letters have to be put in, taken out or replaced (Levenshtein). */
static size_t distance_of(const char *from, const char *to)
{
	size_t row[LENGTH_MAX + 1];
	size_t length = strlen(to);
	size_t i;
	size_t j;

	for (j = 0; j <= length; j++)
		row[j] = j;
	for (i = 1; from[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= length; j++) {
			size_t above = row[j];

			row[j] =
				least_of(above + 1, row[j - 1] + 1,
					 diagonal + (from[i - 1] != to[j - 1]));
			diagonal = above;
		}
	}
	return row[length];
}

/**
 * suggest - the word that was probably meant
 * @typed: a word that does not exist
 * @words: the words that exist
 * @nr: of them
 *
 * Return: one of @words, or NULL if none is near.
 */
const char *suggest(const char *typed, const char *const *words, size_t nr)
{
	const char *nearest = NULL;
	size_t least = DISTANCE_MAX + 1;
	size_t i;

	if (strlen(typed) > LENGTH_MAX || strlen(typed) < 2)
		return NULL;
	for (i = 0; i < nr; i++) {
		size_t distance = strlen(words[i]) > LENGTH_MAX ?
					  least :
					  distance_of(typed, words[i]);

		if (distance < least && distance < strlen(words[i])) {
			least = distance;
			nearest = words[i];
		}
	}
	return nearest;
}
