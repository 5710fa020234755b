/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_OPTIONS_H
#define OE_CLI_OPTIONS_H

#include <stddef.h>

#include "cli/commands/commands.h"

enum command_flags {
	WITHOUT_MODULE = 1, /* works, or says something, without it */
	WITHOUT_JSON = 2,
	JSON_LINES = 4, /* prints its documents itself */
};

/**
 * struct command - a command of oom-embedded
 * @name: first word
 * @args: words after it, for the help
 * @doc: one line
 * @options: letters of those of its own
 * @count_doc: the meaning of -n, if it is among them
 * @run: does it
 * @min: words after it
 * @max: of them
 * @flags: enum command_flags
 */
struct command {
	const char *name;
	const char *args;
	const char *doc;
	const char *options;
	const char *count_doc;
	int (*run)(const struct arguments *args);
	int min;
	int max;
	unsigned int flags;
};

enum options_result {
	OPTIONS_FINE = -1,
	/* else an exit status: the help was printed, or something is wrong */
};

int options_parse(const struct command *command, int argc, char **argv,
		  struct arguments *args, int *next);
void options_help(const struct command *command);
void options_help_all(const struct command *commands, size_t nr);

#endif
