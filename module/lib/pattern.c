// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shell patterns, as fnmatch(3) understands them in the C locale. The kernel's
 * glob_match() knows neither [^...] nor [[:digit:]], and small kernels are built
 * without it.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lib/pattern.h"

static const struct char_class {
	const char *name;
	unsigned char mask; /* of linux/ctype.h */
} classes[] = {
	{ "[:alnum:]", _U | _L | _D },
	{ "[:alpha:]", _U | _L },
	{ "[:cntrl:]", _C },
	{ "[:digit:]", _D },
	{ "[:graph:]", _P | _U | _L | _D },
	{ "[:lower:]", _L },
	{ "[:print:]", _P | _U | _L | _D | _SP },
	{ "[:punct:]", _P },
	{ "[:space:]", _S },
	{ "[:upper:]", _U },
	{ "[:xdigit:]", _D | _X },
};

/* The class that stands at a place in a set; NULL if there is none. */
static const struct char_class *find_class(const char *at)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (!strncmp(at, classes[i].name, strlen(classes[i].name)))
			return &classes[i];
	return NULL;
}

/* One character of a set, or one end of a range. NUL if the set has no end. */
static unsigned char next_in_set(const char **at)
{
	if (**at == '\\')
		++*at;
	return **at ? *(*at)++ : '\0';
}

/* A class, a range or a character of a set; moves behind it. */
static bool matches_item(const char **at, unsigned char c)
{
	const struct char_class *class = find_class(*at);
	unsigned char first, last;

	if (class) {
		*at += strlen(class->name);
		return isascii(c) && __ismask(c) & class->mask;
	}
	first = next_in_set(at);
	last = first;
	if (**at == '-' && (*at)[1] && (*at)[1] != ']') {
		++*at;
		last = next_in_set(at);
	}
	return first <= c && c <= last;
}

/*
 * @at is behind "["; moves behind the "]". A "]" that comes first is one of the
 * characters. Returns 1, 0, or -1 if the set has no end: then the "[" is an
 * ordinary character.
 */
static int match_set(const char **at, unsigned char c)
{
	bool negated = **at == '!' || **at == '^';
	const char *place = *at + negated;
	bool found = false;

	do {
		found |= matches_item(&place, c);
	} while (*place && *place != ']');
	if (!*place)
		return -1;
	*at = place + 1;
	return found != negated;
}

/* Does the first element, which is no "*", match? Then moves behind it. */
static bool match_element(const char **pattern, unsigned char c)
{
	const char *at = *pattern + 1;
	int in_set = -1;

	if (**pattern == '[')
		in_set = match_set(&at, c);
	else if (**pattern == '\\')
		in_set = *at && (unsigned char)*at++ == c;
	if (in_set < 0 && **pattern != '?' && (unsigned char)**pattern != c)
		return false;
	*pattern = at;
	return in_set;
}

/**
 * oe_pattern_matches - does a text match a shell pattern?
 * @pattern: with * ? [...] and a backslash that quotes
 * @text: no character of it is special
 *
 * Takes at most the product of both lengths.
 *
 * Context: any.
 * Return: true if all of it does.
 */
bool oe_pattern_matches(const char *pattern, const char *text)
{
	const char *after_star = NULL;
	const char *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			after_star = ++pattern;
			from = text;
		} else if (*pattern && match_element(&pattern, *text)) {
			text++;
		} else if (after_star) {
			pattern = after_star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
