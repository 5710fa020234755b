// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options: those of every command, and those that only some have.
 */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/complain.h"
#include "cli/print/suggest.h"
#include "common/sysfs.h"
#include "common/words.h"

enum {
	OPTION_SYSFS = 0x100,
	OPTION_JSON,
	OPTION_USAGE,
	DRY_RUN = 'D', /* no letter for the user, nor have these */
	HANDLER = 'H',
	TREE = 'T',
	SELF = 'S',
	SHORT_SIZE = 32,
};

/**
 * struct option_text - an option
 * @letter: of the short one; above 0xff there is none
 * @name: of the long one
 * @value: its value, NULL for none
 * @doc: for the help
 * @is_common: every command has it
 */
struct option_text {
	int letter;
	const char *name;
	const char *value;
	const char *doc;
	bool is_common;
};

static const struct option_text texts[] = {
	{ 'a', "all", NULL, "everything, not a selection", false },
	{ 'd', "interval", "SECONDS", "look that often (default 1)", false },
	{ 'n', "count", "N", "so many only", false },
	{ 'o', "output", "FILE",
	  "write to FILE; a regular file is replaced whole", false },
	{ 't', "timeout", "SECONDS", "give up after so long", false },
	{ 'v', "verbose", NULL, "raw values, and all of them", false },
	{ DRY_RUN, "dry-run", NULL, "show what would change, change nothing",
	  false },
	{ DRY_RUN, "dryrun", NULL, NULL, false },
	{ HANDLER, "handler", NULL, "a program of yours must answer in time",
	  false },
	{ TREE, "tree", NULL, "the processes below it, too", false },
	{ SELF, "self", NULL,
	  "execute a command that may die first; needs no rights", false },
	{ OPTION_JSON, "json", NULL, "print JSON", true },
	{ OPTION_SYSFS, "sysfs", "DIR",
	  "the module's files (default $OOM_EMBEDDED_SYSFS or /sys/kernel/oom_embedded)",
	  true },
	{ 'h', "help", NULL, "this text", true },
	{ OPTION_USAGE, "usage", NULL, NULL, true },
	{ 'V', "version", NULL, "the version", true },
};

enum {
	NR_TEXTS = sizeof(texts) / sizeof(*texts),
};

static bool has_letter(int letter)
{
	return letter < 0x100 && letter != DRY_RUN && letter != HANDLER &&
	       letter != TREE && letter != SELF;
}

static bool has_option(const struct command *command,
		       const struct option_text *text)
{
	return text->is_common ||
	       (command && strchr(command->options, text->letter));
}

/* The short options for getopt_long(); a leading ":" has it tell a missing value apart. */
static void fill_tables(const struct command *command, char *letters,
			struct option *options)
{
	size_t used = 0;
	size_t i;

	if (!command)
		letters[used++] = '+';
	letters[used++] = ':';
	for (i = 0; i < NR_TEXTS; i++) {
		if (!has_option(command, &texts[i]))
			continue;
		if (has_letter(texts[i].letter)) {
			letters[used++] = (char)texts[i].letter;
			if (texts[i].value)
				letters[used++] = ':';
		}
		*options++ = (struct option){ texts[i].name,
					      texts[i].value ?
						      required_argument :
						      no_argument,
					      NULL, texts[i].letter };
	}
	letters[used] = '\0';
	memset(options, 0, sizeof(*options));
}

static int complain_option(const struct command *command, const char *word)
{
	const char *owner = command ? command->name : "oom-embedded";
	const char *names[NR_TEXTS];
	const char *nearest = NULL;
	char typed[64];
	size_t nr = 0;
	size_t i;

	for (i = 0; i < NR_TEXTS; i++)
		if (has_option(command, &texts[i]) && texts[i].doc)
			names[nr++] = texts[i].name;
	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word, "="), word);
	if (!strncmp(typed, "--", 2))
		nearest = suggest(typed + 2, names, nr);
	if (nearest)
		return complain(EXIT_USAGE,
				"%s has no option '%s'; did you mean --%s?",
				owner, typed, nearest);
	return complain(
		EXIT_USAGE,
		"%s has no option '%s'; see \"oom-embedded%s%s --help\"", owner,
		typed, command ? " " : "", command ? command->name : "");
}

/* The word in which getopt_long() has met what it does not know. */
static int complain_getopt(const struct command *command, int result,
			   char **argv)
{
	char word[8] = "-?";

	word[1] = (char)optopt;
	if (result == ':')
		return complain(EXIT_USAGE, "option '%s' wants a value",
				argv[optind - 1]);
	if (optopt > 0 && has_letter(optopt))
		return complain_option(command, word);
	return complain_option(command, argv[optind - 1]);
}

static int parse_count(const char *text, long *value)
{
	long long number;

	if (!oe_word_number(text, &number) || number < 1 || number > 1000000)
		return complain(EXIT_USAGE,
				"'%s' is no number from 1 to 1000000", text);
	*value = (long)number;
	return OPTIONS_FINE;
}

static int parse_seconds(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	if (end == text || *end || !(*value >= 0.1 && *value <= 3600))
		return complain(EXIT_USAGE,
				"'%s' is no time from 0.1 to 3600 seconds",
				text);
	return OPTIONS_FINE;
}

static int take_option(const struct command *command, int letter,
		       struct arguments *args)
{
	switch (letter) {
	case 'a':
		args->all = true;
		break;
	case 'd':
		return parse_seconds(optarg, &args->interval);
	case 'n':
		return parse_count(optarg, &args->count);
	case 'o':
		args->output = optarg;
		break;
	case 't':
		return parse_seconds(optarg, &args->timeout);
	case 'v':
		args->verbose = true;
		break;
	case DRY_RUN:
		args->dryrun = true;
		break;
	case HANDLER:
		args->handler = true;
		break;
	case TREE:
		args->tree = true;
		break;
	case SELF:
		args->self = true;
		break;
	case OPTION_JSON:
		args->json = true;
		break;
	case OPTION_SYSFS:
		oe_sysfs_set_root(optarg);
		break;
	case 'V':
		puts("oom-embedded " VERSION);
		return EXIT_OK;
	default:
		args->help = true;
		if (!command)
			return OPTIONS_FINE;
		options_help(command);
		return EXIT_OK;
	}
	return OPTIONS_FINE;
}

/**
 * options_parse - read options
 * @command: the command; NULL: those before the command, and words end them
 * @argc: of @argv
 * @argv: words; the first is a name; is reordered
 * @args: gets the values of the options
 * @next: index of the first word that is no option
 *
 * Return: OPTIONS_FINE, or the status to exit with.
 */
int options_parse(const struct command *command, int argc, char **argv,
		  struct arguments *args, int *next)
{
	struct option options[NR_TEXTS + 1];
	char letters[SHORT_SIZE];
	int status = OPTIONS_FINE;
	int letter;

	fill_tables(command, letters, options);
	opterr = 0;
	/* Begins anew. */
	optind = 0;
	while (status == OPTIONS_FINE &&
	       (letter = getopt_long(argc, argv, letters, options, NULL)) !=
		       -1) {
		if (letter == '?' || letter == ':')
			return complain_getopt(command, letter, argv);
		status = take_option(command, letter, args);
	}
	*next = optind;
	return status;
}

static void print_option(const struct command *command,
			 const struct option_text *text)
{
	const char *doc = text->letter == 'n' && command && command->count_doc ?
				  command->count_doc :
				  text->doc;
	char words[64];

	if (!text->doc)
		return;
	snprintf(words, sizeof(words), "%s%s%s", text->name,
		 text->value ? "=" : "", text->value ? text->value : "");
	if (has_letter(text->letter))
		printf("  -%c, --%-18s %s\n", text->letter, words, doc);
	else
		printf("      --%-18s %s\n", words, doc);
}

static void print_options(const struct command *command)
{
	size_t i;

	puts("\nOptions:");
	for (i = 0; i < NR_TEXTS; i++)
		if (has_option(command, &texts[i]))
			print_option(command, &texts[i]);
}

/**
 * options_help - print the help of a command
 * @command: the command
 */
void options_help(const struct command *command)
{
	printf("Usage: oom-embedded %s [OPTION...]%s%s\n%s\n", command->name,
	       *command->args ? " " : "", command->args, command->doc);
	print_options(command);
}

/**
 * options_help_all - print the help of the program
 * @commands: that there are
 * @nr: of them
 */
void options_help_all(const struct command *commands, size_t nr)
{
	size_t i;

	puts("Usage: oom-embedded [OPTION...] [COMMAND [WORD...]]\n"
	     "Controls which process dies when memory runs out. Without a command: how things stand.\n\n"
	     "Commands:");
	for (i = 0; i < nr; i++)
		printf("  %-11s %s\n", commands[i].name, commands[i].doc);
	print_options(NULL);
	puts("\n\"oom-embedded COMMAND --help\" says more, oom-embedded(1) all.");
}
