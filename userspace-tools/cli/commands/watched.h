/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_WATCHED_H
#define OE_CLI_WATCHED_H

#include <stdbool.h>

enum {
	WATCHED_TEXT = 256,
};

/**
 * struct watched - a memory cgroup that has levels of its own, as it is now
 * @path: of the cgroup; not printable
 * @level: a word; empty if the cgroup is not there
 * @available_kb: what is left; -1 if nothing limits it
 * @limit_kb: of how much; -1 the same
 * @stall_percent: the share of its time that it is stalled; -1 if it is not measured
 */
struct watched {
	char path[WATCHED_TEXT];
	char level[32];
	long long available_kb;
	long long limit_kb;
	long long stall_percent;
};

void watched_read(const char *name, struct watched *watched);
char *watched_text(const struct watched *watched, char *text);

#endif
