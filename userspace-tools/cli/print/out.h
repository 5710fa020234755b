/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_OUT_H
#define OE_CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Output of a command: text for people, or one JSON document for programs.
 * A command says what it has once, and out.c does the rest.
 */

bool out_can_json(void);
void out_begin(bool json);
int out_end(void);
int out_end_line(void);
bool out_is_json(void);

void out_open(const char *key);
void out_open_list(const char *key);
void out_close(void);
void out_text(const char *key, const char *value);
void out_number(const char *key, long long value);
void out_real(const char *key, double value);
void out_null(const char *key);
void out_change(char sign, const char *file, const char *value);
void out_field(const char *key, const char *value);

#endif
