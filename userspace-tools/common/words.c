// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of the module's files.
 */
#include "common/words.h"

#include <stddef.h>
#include <string.h>

#include "uapi/oom_embedded.h"

const char *const oe_mode_words[] = { OOM_EMBEDDED_MODE_WORDS, NULL };
const char *const oe_order_words[] = { OOM_EMBEDDED_ORDER_WORDS, NULL };
const char *const oe_no_victim_words[] = { OOM_EMBEDDED_NO_VICTIM_WORDS, NULL };
const char *const oe_level_words[] = { OOM_EMBEDDED_LEVEL_WORDS, NULL };

_Static_assert(sizeof(oe_level_words) / sizeof(*oe_level_words) ==
		       OE_NR_LEVELS + 1,
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
 * oe_level_word - the word for a level
 * @level: 0 (normal) to 4 (oom)
 *
 * Return: the word; "unknown" for any other number.
 */
const char *oe_level_word(int level)
{
	return level >= 0 && level < OE_NR_LEVELS ? oe_level_words[level] :
						    "unknown";
}
