/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_STACK_H
#define OE_CLI_STACK_H

#include <stdbool.h>

#include "common/records.h"

enum {
	STACK_PARTS = OE_NR_PARTS + 1, /* and what is in none of them */
};

bool stack_of(const struct oe_sample *sample, long long total_kb,
	      double kb[STACK_PARTS]);
const char *stack_name(int part);
char stack_letter(int part);

#endif
