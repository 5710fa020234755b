/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the module's files, of which the uapi header has the only list. An index is the
 * value that the module has for the word.
 */
#ifndef OE_TOOLS_WORDS_H
#define OE_TOOLS_WORDS_H

enum {
	OE_NR_LEVELS = 5,
};

/* Each ends with NULL. */
extern const char *const oe_mode_words[];
extern const char *const oe_order_words[];
extern const char *const oe_no_victim_words[];
extern const char *const oe_level_words[];

int oe_word_index(const char *const *words, const char *text);
const char *oe_level_word(int level);

#endif
