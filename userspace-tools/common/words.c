// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words in lists, the words for levels, and words that are numbers.
 */
#include "common/words.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/oom_embedded.h"

static const char *const level_words[] = { OOM_EMBEDDED_LEVEL_WORDS, NULL };

_Static_assert(sizeof(level_words) / sizeof(*level_words) == OE_NR_LEVELS + 1,
	       "a word for each level");

/**
 * oe_word_index - find a word in a list
 * @words: the list, which ends with NULL
 * @text: the word
 *
 * Return: its index, or -1.
 */
int oe_word_index(const char *const *words, const char *text)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -1;
}

/**
 * oe_level_index - the number of a level
 * @word: "normal" to "oom"
 *
 * Return: 0 to 4, or -1.
 */
int oe_level_index(const char *word)
{
	return oe_word_index(level_words, word);
}

/**
 * oe_level_word - the word for a level
 * @level: 0 (normal) to 4 (oom)
 *
 * Return: the word; "unknown" for any other number.
 */
const char *oe_level_word(int level)
{
	return level >= 0 && level < OE_NR_LEVELS ? level_words[level] :
						    "unknown";
}

/**
 * oe_word_number - read a whole number
 * @text: any
 * @value: result, untouched if it is none
 *
 * strtol() alone takes blanks and "+", and turns what does not fit into the
 * greatest number that does, which is another one for each size of long.
 *
 * Return: true if @text is a number of 64 bits, and nothing else.
 */
bool oe_word_number(const char *text, long long *value)
{
	long long number;
	char *end;

	if (!isdigit((unsigned char)text[*text == '-']))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*value = number;
	return true;
}

/**
 * oe_word_is_name - is this a name that a group may have?
 * @text: any
 *
 * Return: true if so.
 */
bool oe_word_is_name(const char *text)
{
	size_t length = strlen(text);

	return length && length <= OOM_EMBEDDED_GROUP_NAME_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}
