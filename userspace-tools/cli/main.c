// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom-embedded: the command line. Finds the command, reads its options, and
 * turns errors into messages and exit statuses.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "common/sysfs.h"

const char *argp_program_version = "oom-embedded " VERSION;

enum {
	OPTION_SYSFS = 0x100,
	OPTION_JSON,
	OPTION_DRYRUN,
	NAME_SIZE = 64,
};

/* clang-format off */
#define INTERVAL { "interval", 'd', "SECONDS", 0, "look that often (default 1)", 0 }
#define COUNT(what) { "count", 'n', "N", 0, what, 0 }
#define OUTPUT { "output", 'o', "FILE", 0, "write to FILE, which is replaced whole", 0 }
#define ALL(what) { "all", 'a', NULL, 0, what, 0 }
#define DRYRUN { "dryrun", OPTION_DRYRUN, NULL, 0, "show what would change, change nothing", 0 }
#define END { NULL, 0, NULL, 0, NULL, 0 }

static const struct argp_option common_options[] = {
	{ "json", OPTION_JSON, NULL, 0, "print JSON", 1 },
	{ "sysfs", OPTION_SYSFS, "DIR", 0,
	  "the module's files (default $OOM_EMBEDDED_SYSFS or /sys/kernel/oom_embedded)", 1 },
	END
};

/* An empty list would do, but glibc 2.36 loses a byte over it. */
#define no_options NULL
static const struct argp_option candidates_options[] = {
	ALL("also those who are protected or unkillable"), COUNT("the first N"), END
};
static const struct argp_option events_options[] = { COUNT("the last N"), END };
static const struct argp_option report_options[] = { COUNT("the biggest N processes"), END };
static const struct argp_option watch_options[] = {
	INTERVAL, COUNT("end after N lines"), END
};
static const struct argp_option top_options[] = {
	INTERVAL, COUNT("end after N pictures; without a terminal they are printed"), END
};
static const struct argp_option output_options[] = { OUTPUT, END };
static const struct argp_option dryrun_options[] = { DRYRUN, END };
/* clang-format on */

enum command_flags {
	WITHOUT_MODULE = 1, /* works, or says something, without it */
	WITHOUT_JSON = 2,
	JSON_LINES = 4, /* prints its documents itself */
};

/**
 * struct command - what can be asked for
 * @name: first word
 * @args: words after it, for the help
 * @doc: one line
 * @options: of its own
 * @run: does it
 * @min: words after it
 * @max: of them
 * @flags: enum command_flags
 */
struct command {
	const char *name;
	const char *args;
	const char *doc;
	const struct argp_option *options;
	int (*run)(const struct arguments *args);
	int min;
	int max;
	unsigned int flags;
};

enum {
	MANY = 1000,
};

#ifndef HAVE_INIH
int apply_run(const struct arguments *args)
{
	(void)args;
	return complain(EXIT_UNSUPPORTED,
			"built without inih: no configuration files");
}
#endif

#ifndef HAVE_TOP
int top_run(const struct arguments *args)
{
	(void)args;
	return complain(
		EXIT_UNSUPPORTED,
		"built without ncurses; \"oom-embedded watch\" works everywhere");
}
#endif

static const struct command commands[] = {
	{ "status", "", "what is set, and how things stand", no_options,
	  status_run, 0, 0, 0 },
	{ "rank", "PID|NAME [N|-]",
	  "show or set a ranking: 0 never, 1000 first; - clears", no_options,
	  rank_run, 1, 2, 0 },
	{ "group", "list | add|set NAME [KEY=VALUE...] | rm NAME",
	  "groups of processes with one ranking", no_options, group_run, 1,
	  MANY, 0 },
	{ "limit", "list | add|set USER [KEY=VALUE...] | rm USER",
	  "memory limits of users", no_options, limit_run, 1, MANY, 0 },
	{ "set", "[KEY VALUE]", "show the settings, or change one",
	  dryrun_options, set_run, 0, 2, 0 },
	{ "apply", "FILE...",
	  "put configuration files in force, all or nothing", dryrun_options,
	  apply_run, 1, MANY, 0 },
	{ "check", "[FILE...]",
	  "what is wrong with the system and the configuration", no_options,
	  check_run, 0, MANY, WITHOUT_MODULE },
	{ "candidates", "", "who would die now, in order", candidates_options,
	  candidates_run, 0, 0, 0 },
	{ "tasks", "", "the same", candidates_options, candidates_run, 0, 0,
	  0 },
	{ "events", "[SEQ]", "what was decided; all about number SEQ",
	  events_options, events_run, 0, 1, 0 },
	{ "report", "", "memory and processes at the last emergency",
	  report_options, report_run, 0, 0, 0 },
	{ "watch", "", "a line an event, as they come", watch_options,
	  watch_run, 0, 0, JSON_LINES },
	{ "top", "", "a live view: levels, candidates, groups, events",
	  top_options, top_run, 0, 0, WITHOUT_JSON },
	{ "metrics", "",
	  "for Prometheus, by node_exporter's textfile collector",
	  output_options, metrics_run, 0, 0, WITHOUT_JSON },
	{ "incident", "[SEQ]",
	  "one HTML page about the last emergency, or number SEQ",
	  output_options, incident_run, 0, 1, WITHOUT_JSON },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

/**
 * struct invocation - what the command line said
 * @command: NULL until its word was read
 * @argc: words from the command on
 * @argv: these
 * @args: for the command
 */
struct invocation {
	const struct command *command;
	int argc;
	char **argv;
	struct arguments args;
};

/* --- options --------------------------------------------------------------- */

static long parse_count(const char *text, struct argp_state *state)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 1 || value > 1000000)
		argp_error(state, "'%s' is no number from 1 to 1000000", text);
	return value;
}

static double parse_interval(const char *text, struct argp_state *state)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0.1 && value <= 3600))
		argp_error(state, "'%s' is no time from 0.1 to 3600 seconds",
			   text);
	return value;
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct invocation *call = state->input;

	switch (key) {
	case OPTION_JSON:
		call->args.json = true;
		return 0;
	case OPTION_SYSFS:
		oe_sysfs_set_root(arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct invocation *call = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = call;
		return 0;
	case 'a':
		call->args.all = true;
		return 0;
	case 'd':
		call->args.interval = parse_interval(arg, state);
		return 0;
	case 'n':
		call->args.count = parse_count(arg, state);
		return 0;
	case 'o':
		call->args.output = arg;
		return 0;
	case OPTION_DRYRUN:
		call->args.dryrun = true;
		return 0;
	case ARGP_KEY_ARG:
		if (call->args.argc == call->command->max)
			argp_error(state, "too many words: '%s'", arg);
		call->args.argv[call->args.argc++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (call->args.argc < call->command->min)
			argp_error(state, "something is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp common_argp = {
	common_options, parse_common, NULL, NULL, NULL, NULL, NULL
};
static const struct argp_child children[] = {
	{ &common_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static error_t parse_first(int key, char *arg, struct argp_state *state)
{
	struct invocation *call = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = call;
		return 0;
	case ARGP_KEY_ARG:
		call->command = find_command(arg);
		if (!call->command)
			argp_error(state, "there is no command '%s'", arg);
		call->argc = state->argc - state->next + 1;
		call->argv = state->argv + state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_END:
		if (!call->command)
			argp_error(state, "which command?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The commands, after the options in --help. */
static char *list_commands(int key, const char *text, void *input)
{
	char *help = NULL;
	size_t size;
	FILE *file;
	size_t i;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	file = open_memstream(&help, &size);
	if (!file)
		return NULL;
	fputs("Commands:\n\n", file);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(file, "  %-11s %s\n", commands[i].name,
			commands[i].doc);
	fputs("\n\"oom-embedded COMMAND --help\" says more, oom-embedded(1) all.",
	      file);
	fclose(file);
	return help;
}

/* --- the program ----------------------------------------------------------- */

static void parse_command(struct invocation *call)
{
	struct argp argp = { call->command->options,
			     parse_own,
			     call->command->args,
			     call->command->doc,
			     children,
			     NULL,
			     NULL };
	static char name[NAME_SIZE];

	call->args.argv =
		calloc((size_t)call->argc + 1, sizeof(*call->args.argv));
	if (!call->args.argv)
		exit(complain(EXIT_TROUBLE, "out of memory"));
	snprintf(name, sizeof(name), "oom-embedded %s", call->command->name);
	call->argv[0] = name;
	/* argp takes the name for its messages from here. */
	program_invocation_name = name;
	if (argp_parse(&argp, call->argc, call->argv, 0, NULL, call))
		exit(complain(EXIT_TROUBLE, "out of memory"));
}

static int run_command(struct invocation *call)
{
	const struct command *command = call->command;
	int err;
	int status;

	if (call->args.json && command->flags & WITHOUT_JSON)
		return complain(EXIT_USAGE, "%s prints no JSON", command->name);
	if (call->args.json && !out_can_json())
		return complain(EXIT_UNSUPPORTED,
				"built without jansson, so there is no --json");
	err = oe_sysfs_present();
	if (err && !(command->flags & WITHOUT_MODULE))
		return complain_file("abi_version", NULL, err);
	out_begin(call->args.json && !(command->flags & JSON_LINES));
	status = command->run(&call->args);
	if (out_end() && status == EXIT_OK)
		status = complain(EXIT_TROUBLE, "cannot write the output: %s",
				  strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	const struct argp argp = { NULL,
				   parse_first,
				   "COMMAND [WORD...]",
				   "Who dies when memory runs out.\v",
				   children,
				   list_commands,
				   NULL };
	struct invocation call = {};
	int status;

	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &call))
		return complain(EXIT_TROUBLE, "out of memory");
	parse_command(&call);
	status = run_command(&call);
	free(call.args.argv);
	return status;
}
