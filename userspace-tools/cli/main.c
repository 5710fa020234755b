// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom-embedded: the command line. Finds the command, reads its options, and
 * runs it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/commands.h"
#include "cli/options.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "cli/print/suggest.h"
#include "common/sysfs.h"

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

/* clang-format off */
static const struct command commands[] = {
	{ "status", "", "how things stand; with -v all that is set", "v", NULL,
	  status_run, 0, 0, 0 },
	{ "rank", "PID|NAME [N|-] | --self N -- COMMAND...", "show or set a ranking: 0 never, 1000 first; - clears", "TS",
	  NULL, rank_run, 1, MANY, 0 },
	{ "group", "list | add|set NAME [KEY=VALUE...] | rm NAME", "groups of processes with one ranking", "", NULL,
	  group_run, 1, MANY, 0 },
	{ "limit", "list | add|set USER [KEY=VALUE...] | rm USER", "memory limits of users", "", NULL,
	  limit_run, 1, MANY, 0 },
	{ "cgroup", "list | add|set NAME [KEY=VALUE...] | rm NAME", "memory cgroups that have levels of their own", "", NULL,
	  cgroup_run, 1, MANY, 0 },
	{ "set", "[KEY [VALUE]]", "show the settings, or change one", "D", NULL,
	  set_run, 0, 2, 0 },
	{ "apply", "[FILE...]", "put configuration files in force, all or nothing", "D", NULL,
	  apply_run, 0, MANY, 0 },
	{ "check", "[FILE...]", "faults of the system and the configuration", "", NULL,
	  check_run, 0, MANY, WITHOUT_MODULE },
	{ "tune", "", "settings that fit what was measured here, each with its reason", "t", NULL,
	  tune_run, 0, 0, 0 },
	{ "drill", "", "a real OOM that kills nobody but processes of its own: does it all hold?", "Hn",
	  "so many drills, one after the other",
	  drill_run, 0, 0, WITHOUT_MODULE },
	{ "candidates", "", "who would die now, in order", "an", "the first N",
	  candidates_run, 0, 0, 0 },
	{ "tasks", "", "the same", "an", "the first N",
	  candidates_run, 0, 0, 0 },
	{ "relieve", "[GROUP]", "have the module kill the next victim now, as in an OOM", "D", NULL,
	  relieve_run, 0, 1, 0 },
	{ "why", "PID", "its ranking and from where, who protects it, and its turn", "", NULL,
	  why_run, 1, 1, 0 },
	{ "events", "[SEQ]", "the decisions; all about number SEQ", "n", "the last N",
	  events_run, 0, 1, 0 },
	{ "report", "", "memory and processes at the last emergency", "n", "the biggest N processes",
	  report_run, 0, 0, 0 },
	{ "watch", "", "a line an event, as they come", "dn", "end after N lines",
	  watch_run, 0, 0, JSON_LINES },
	{ "wait", "[EVENT]", "until something happens: any, oom, oom=SEQ, level, level=NAME, coverage, cgroup=NAME[:LEVEL]", "t", NULL,
	  wait_run, 0, 1, WITHOUT_JSON },
	{ "top", "", "a live view: levels, candidates, groups, events", "dn",
	  "end after N pictures; without a terminal they are printed",
	  top_run, 0, 0, WITHOUT_JSON },
	{ "metrics", "", "for Prometheus, by node_exporter's textfile collector", "o", NULL,
	  metrics_run, 0, 0, WITHOUT_JSON },
	{ "incident", "[SEQ]", "one HTML page about the last emergency, or number SEQ", "o", NULL,
	  incident_run, 0, 1, WITHOUT_JSON },
};
/* clang-format on */

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[NR_COMMANDS];
	const char *nearest;
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		names[i] = commands[i].name;
	nearest = suggest(name, names, NR_COMMANDS);
	if (nearest)
		return complain(EXIT_USAGE,
				"there is no command '%s'; did you mean '%s'?",
				name, nearest);
	return complain(EXIT_USAGE,
			"there is no command '%s'; see \"oom-embedded --help\"",
			name);
}

/* "help", "help COMMAND" and "version" are what somebody tries first. */
static int word_for_option(int argc, char **argv)
{
	const struct command *command;

	if (!strcmp(argv[0], "version")) {
		puts("oom-embedded " VERSION);
		return EXIT_OK;
	}
	if (argc < 2) {
		options_help_all(commands, NR_COMMANDS);
		return EXIT_OK;
	}
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	options_help(command);
	return EXIT_OK;
}

static int check_words(const struct command *command,
		       const struct arguments *args)
{
	if (args->argc > command->max)
		return complain(
			EXIT_USAGE,
			"too many words: '%s'; see \"oom-embedded %s --help\"",
			args->argv[command->max], command->name);
	if (args->argc < command->min)
		return complain(EXIT_USAGE,
				"something is missing: oom-embedded %s %s",
				command->name, command->args);
	if (args->json && command->flags & WITHOUT_JSON)
		return complain(EXIT_USAGE, "%s prints no JSON", command->name);
	if (args->json && !out_can_json())
		return complain(EXIT_UNSUPPORTED,
				"built without jansson, so there is no --json");
	return EXIT_OK;
}

static int run_command(const struct command *command,
		       const struct arguments *args)
{
	int status = check_words(command, args);
	int err;

	if (status != EXIT_OK)
		return status;
	err = oe_sysfs_present();
	if (err && !(command->flags & WITHOUT_MODULE))
		return complain_file("abi_version", NULL, err);
	out_begin(args->json && !(command->flags & JSON_LINES));
	status = command->run(args);
	if (out_end() && status == EXIT_OK)
		status = complain(EXIT_TROUBLE, "cannot write the output: %s",
				  strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command = &commands[0];
	struct arguments args = {};
	int next = 0;
	int status = options_parse(NULL, argc, argv, &args, &next);

	if (status != OPTIONS_FINE)
		return status;
	if (args.help) {
		options_help_all(commands, NR_COMMANDS);
		return EXIT_OK;
	}
	if (next == argc)
		return run_command(command, &args);
	argc -= next;
	argv += next;
	if (!strcmp(argv[0], "help") || !strcmp(argv[0], "version"))
		return word_for_option(argc, argv);
	command = find_command(argv[0]);
	if (!command)
		return unknown_command(argv[0]);
	status = options_parse(command, argc, argv, &args, &next);
	if (status != OPTIONS_FINE)
		return status;
	args.argc = argc - next;
	args.argv = argv + next;
	return run_command(command, &args);
}
