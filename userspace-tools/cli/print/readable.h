/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_READABLE_H
#define OE_CLI_READABLE_H

/*
 * Text on a terminal: names in UTF-8 as they are, and as wide as the terminal is. In a pipe neither. In
 * a page the names only.
 */

char *readable(char *text);
char *readable_utf8(char *text);
void readable_ascii_only(void);

int text_columns(const char *text);
void text_cut(char *text, int columns);
int terminal_columns(void);

#endif
