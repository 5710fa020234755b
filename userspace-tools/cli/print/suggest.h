/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_SUGGEST_H
#define OE_CLI_SUGGEST_H

#include <stddef.h>

const char *suggest(const char *typed, const char *const *words, size_t nr);

#endif
