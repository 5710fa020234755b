// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words in lists, and the words for levels.
 */
#include "common/words.h"

#include <stddef.h>
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
