/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_COMMANDS_H
#define OE_CLI_COMMANDS_H

#include <stdbool.h>

/**
 * struct arguments - the words and options of the call
 * @argc: words after the command
 * @argv: these, NULL at the end
 * @json: JSON is wanted
 * @dryrun: change nothing
 * @all: everything, not a selection
 * @verbose: raw values
 * @handler: a program must answer
 * @tree: the processes below it, too
 * @self: the process itself
 * @help: the help is wanted
 * @count: a limit of some kind, 0 = not given
 * @interval: seconds, 0 = not given
 * @timeout: seconds, 0 = not given
 * @output: a file, NULL = standard output
 */
struct arguments {
	int argc;
	char **argv;
	bool json;
	bool dryrun;
	bool all;
	bool verbose;
	bool handler;
	bool tree;
	bool self;
	bool help;
	long count;
	double interval;
	double timeout;
	const char *output;
};

/* The commands; each returns an exit status. */
int apply_run(const struct arguments *args);
int candidates_run(const struct arguments *args);
int cgroup_run(const struct arguments *args);
int check_run(const struct arguments *args);
int drill_run(const struct arguments *args);
int events_run(const struct arguments *args);
int group_run(const struct arguments *args);
int incident_run(const struct arguments *args);
int limit_run(const struct arguments *args);
int metrics_run(const struct arguments *args);
int rank_run(const struct arguments *args);
int relieve_run(const struct arguments *args);
int report_run(const struct arguments *args);
int set_run(const struct arguments *args);
int status_run(const struct arguments *args);
int top_run(const struct arguments *args);
int tune_run(const struct arguments *args);
int wait_run(const struct arguments *args);
int watch_run(const struct arguments *args);
int why_run(const struct arguments *args);

#endif
