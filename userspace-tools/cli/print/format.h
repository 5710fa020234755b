/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_FORMAT_H
#define OE_CLI_FORMAT_H

#include <stddef.h>

#include "common/records.h"

enum {
	FORMAT_SIZE = 64,
	FORMAT_PROCESS_SIZE = 96,
	/* 100 bytes as \xHH, and the NUL. */
	FORMAT_COMMAND_SIZE = 401,
};

char *printable(char *text);
char *format_time(char *text, double seconds);
char *format_clock(char *text, double seconds);
char *format_kb(char *text, long long kb);
char *format_ns(char *text, long long ns);
char *format_process(char *text, const struct oe_event *event,
		     const char *role);
const char *format_command(char *text, const struct oe_event *event);

const char *event_text(const struct oe_event *event, const char *key);
long long event_number(const struct oe_event *event, const char *key,
		       long long fallback);

#endif
