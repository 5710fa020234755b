/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_H
#define OE_CLI_H

#include <stdbool.h>

/* What the program exits with; oom-embedded(1) explains them. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_TROUBLE = 1, /* what is none of the following */
	EXIT_USAGE = 2,
	EXIT_NO_MODULE = 3,
	EXIT_PERMISSION = 4,
	EXIT_NOT_FOUND = 5, /* process, group, limit, setting, event */
	EXIT_REFUSED = 6, /* the value, by the module */
	EXIT_CONFIG = 7, /* errors in a configuration file */
	EXIT_FINDINGS = 8, /* "check" has found something */
	EXIT_UNSUPPORTED = 9, /* by this module, or not built in */
	EXIT_NOT_UNDONE =
		10, /* something failed, and so did undoing the rest */
};

/**
 * struct arguments - what the command was called with
 * @argc: words after the command
 * @argv: these, NULL at the end
 * @json: JSON is wanted
 * @dryrun: change nothing
 * @all: everything, not a selection
 * @count: a limit of some kind, 0 = not given
 * @interval: seconds, 0 = not given
 * @output: a file, NULL = standard output
 */
struct arguments {
	int argc;
	char **argv;
	bool json;
	bool dryrun;
	bool all;
	long count;
	double interval;
	const char *output;
};

int complain(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int complain_file(const char *file, const char *value, int err);
int complain_bad_lines(const char *file, unsigned long nr_bad, int status);
int status_of_errno(int err);

/* The commands; each returns an exit status. */
int apply_run(const struct arguments *args);
int candidates_run(const struct arguments *args);
int check_run(const struct arguments *args);
int events_run(const struct arguments *args);
int group_run(const struct arguments *args);
int incident_run(const struct arguments *args);
int limit_run(const struct arguments *args);
int metrics_run(const struct arguments *args);
int rank_run(const struct arguments *args);
int report_run(const struct arguments *args);
int set_run(const struct arguments *args);
int status_run(const struct arguments *args);
int top_run(const struct arguments *args);
int watch_run(const struct arguments *args);

#endif
