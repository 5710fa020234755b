/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_HTML_H
#define OE_CLI_HTML_H

#include <stdio.h>

const char *html(const char *text);
void html_begin(FILE *to, const char *title);
void html_end(FILE *to);
void html_section(FILE *to, const char *title, const char *note);
void html_pair(FILE *to, const char *key, const char *value);

#endif
