/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_MANAGER_H
#define OE_CLI_MANAGER_H

#include <stddef.h>

enum {
	MANAGER_TEXT = 96,
};

/**
 * struct manager_trend - how memory goes from day to day
 * @left_s: how long it will last; -1 = it does not fall, or that is not known
 * @fall_kb: by how much it falls each day
 * @text: both, for a person; "" with @left_s -1
 */
struct manager_trend {
	long long left_s;
	long long fall_kb;
	char text[MANAGER_TEXT];
};

const char *manager_mode(char *text);
const struct manager_trend *manager_trend(void);

#endif
