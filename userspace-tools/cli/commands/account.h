/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_ACCOUNT_H
#define OE_CLI_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/records.h"

enum {
	ACCOUNT_PARTS = 12,
	ACCOUNT_TEXT = 256,
};

/**
 * struct account - the owners of memory; the parts add up to all of it
 * @part: each with a name for a person, a key for a program, and its size
 * @total_kb: all memory
 * @verdict: one sentence
 */
struct account {
	struct account_part {
		const char *name;
		const char *key;
		long long kb;
	} part[ACCOUNT_PARTS];
	long long total_kb;
	char verdict[ACCOUNT_TEXT];
};

bool account_make(struct account *account, const struct oe_field *field,
		  size_t nr);

#endif
