/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words in lists, the words for levels, and words that are numbers. The uapi header has the only list of what the module's
 * files hold; an index is the value that the module has for the word.
 */
#ifndef OE_TOOLS_WORDS_H
#define OE_TOOLS_WORDS_H

#include <stdbool.h>

enum {
	OE_NR_LEVELS = 5,
};

int oe_word_index(const char *const *words, const char *text);
int oe_level_index(const char *word);
const char *oe_level_word(int level);
bool oe_word_is_name(const char *text);
bool oe_word_number(const char *text, long long *value);

#endif
