// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values of the configuration: numbers, sizes, times, signals, commands, and the two little
 * languages of steps and conditions.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_text.h"
#include "common/words.h"

enum {
	MS_MAX = 24 * 3600 * 1000,
	DEFAULT_RUN_MS = 5000,
	DEFAULT_HELPER_MS = 1000,
	HUNDREDTHS = 100,
};

/* KiB: what no machine has; keeps every product within 64 bits. */
static const unsigned long long KB_MAX = 1ULL << 42;

bool oe_conf_error(struct oe_conf *conf, struct oe_conf_place place,
		   const char *format, ...)
{
	char text[512];
	size_t used;
	va_list args;

	conf->nr_errors++;
	if (!conf->report)
		return false;
	if (place.line)
		snprintf(text, sizeof(text), "%s:%d: ", place.file, place.line);
	else
		snprintf(text, sizeof(text), "%s: ", place.file);
	used = strlen(text);
	va_start(args, format);
	vsnprintf(text + used, sizeof(text) - used, format, args);
	va_end(args);
	for (char *c = text; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	conf->report(conf->report_arg, text);
	return false;
}

const char *oe_conf_keep(struct oe_conf *conf, struct oe_conf_place place,
			 const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = conf->text + conf->text_used;

	if (size > sizeof(conf->text) - conf->text_used) {
		oe_conf_error(
			conf, place,
			"the configuration is longer than %d bytes of text",
			OE_CONF_TEXT);
		return NULL;
	}
	memcpy(copy, text, size);
	conf->text_used += size;
	return copy;
}

/* Room for pointers among the texts. */
static const char **keep_pointers(struct oe_conf *conf,
				  struct oe_conf_place place, int count)
{
	size_t align = _Alignof(const char *);
	size_t at = (conf->text_used + align - 1) / align * align;
	size_t size = count * sizeof(const char *);

	if (at > sizeof(conf->text) || size > sizeof(conf->text) - at) {
		oe_conf_error(
			conf, place,
			"the configuration is longer than %d bytes of text",
			OE_CONF_TEXT);
		return NULL;
	}
	conf->text_used = at + size;
	return (const char **)(void *)(conf->text + at);
}

char *oe_conf_word(char **text)
{
	char *word = *text + strspn(*text, " \t");
	char *end = word + strcspn(word, " \t");

	if (!*word)
		return NULL;
	*text = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

const char *const *oe_conf_command(struct oe_conf *conf,
				   struct oe_conf_place place, const char *text)
{
	char line[OE_CONF_MAX_LINE];
	const char **argv = keep_pointers(conf, place, OE_CONF_MAX_ARGS + 1);
	char *rest = line;
	char *word;
	int argc = 0;

	if (!argv)
		return NULL;
	snprintf(line, sizeof(line), "%s", text);
	while ((word = oe_conf_word(&rest))) {
		if (argc == OE_CONF_MAX_ARGS) {
			oe_conf_error(conf, place,
				      "a command has at most %d words",
				      OE_CONF_MAX_ARGS);
			return NULL;
		}
		argv[argc] = oe_conf_keep(conf, place, word);
		if (!argv[argc++])
			return NULL;
	}
	argv[argc] = NULL;
	if (!argc || argv[0][0] != '/') {
		oe_conf_error(
			conf, place,
			"a command begins with an absolute path, not with '%s'",
			argc ? argv[0] : "");
		return NULL;
	}
	return argv;
}

bool oe_conf_is_name(const char *text)
{
	size_t length = strlen(text);

	return length && length <= OE_CONF_MAX_NAME &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* Digits only: strtoull() would take blanks and signs. */
static bool digits(const char **text, unsigned long long *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*value = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

bool oe_conf_number(const char *text, long long min, long long max,
		    long long *value)
{
	unsigned long long number;

	if (!digits(&text, &number) || *text || number > LLONG_MAX)
		return false;
	*value = (long long)number;
	return *value >= min && *value <= max;
}

bool oe_conf_time(const char *text, int *ms)
{
	static const struct {
		const char *name;
		int ms;
	} units[] = { { "ms", 1 },
		      { "s", 1000 },
		      { "min", 60 * 1000 },
		      { "h", 3600 * 1000 } };
	unsigned long long number;

	if (!digits(&text, &number) || number > MS_MAX)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text, units[i].name))
			continue;
		number *= units[i].ms;
		*ms = (int)number;
		return number <= MS_MAX;
	}
	return false;
}

bool oe_conf_kb(const char *text, unsigned long long total_kb,
		unsigned long long *kb)
{
	unsigned long long number;
	const char *rest = text;

	if (!digits(&rest, &number) || number > KB_MAX)
		return false;
	if (!strcmp(rest, "%")) {
		*kb = total_kb / 100 * number + total_kb % 100 * number / 100;
		return number <= 100;
	}
	if (!strcmp(rest, "M") || !strcmp(rest, "m"))
		number <<= 10;
	else if (!strcmp(rest, "G") || !strcmp(rest, "g"))
		number <<= 20;
	else if (*rest && strcmp(rest, "K") && strcmp(rest, "k"))
		return false;
	*kb = number;
	return number <= KB_MAX;
}

/* "2.5" as 250. */
static bool hundredths(const char *text, long long max, long long *value)
{
	unsigned long long whole;
	unsigned long long part = 0;

	if (!digits(&text, &whole) || whole > (unsigned long long)max)
		return false;
	if (*text == '.') {
		text++;
		for (int weight = HUNDREDTHS / 10; weight; weight /= 10) {
			if (!isdigit((unsigned char)*text))
				break;
			part += (*text++ - '0') * weight;
		}
	}
	*value = (long long)(whole * HUNDREDTHS + part);
	return !*text;
}

int oe_conf_signal(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{ "none", 0 },	       { "ABRT", SIGABRT },
		{ "ALRM", SIGALRM },   { "BUS", SIGBUS },
		{ "CHLD", SIGCHLD },   { "CONT", SIGCONT },
		{ "FPE", SIGFPE },     { "HUP", SIGHUP },
		{ "ILL", SIGILL },     { "INT", SIGINT },
		{ "IO", SIGIO },       { "KILL", SIGKILL },
		{ "PIPE", SIGPIPE },   { "PROF", SIGPROF },
		{ "PWR", SIGPWR },     { "QUIT", SIGQUIT },
		{ "SEGV", SIGSEGV },   { "STOP", SIGSTOP },
		{ "SYS", SIGSYS },     { "TERM", SIGTERM },
		{ "TRAP", SIGTRAP },   { "TSTP", SIGTSTP },
		{ "TTIN", SIGTTIN },   { "TTOU", SIGTTOU },
		{ "URG", SIGURG },     { "USR1", SIGUSR1 },
		{ "USR2", SIGUSR2 },   { "VTALRM", SIGVTALRM },
		{ "WINCH", SIGWINCH }, { "XCPU", SIGXCPU },
		{ "XFSZ", SIGXFSZ },
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!strcmp(name, signals[i].name))
			return signals[i].number;
	return -1;
}

/* --- steps --------------------------------------------------------------------------------- */

/* "[TIME] REST": the time is optional where there is a default. */
static int leading_time(char **text, int otherwise)
{
	char line[OE_CONF_MAX_LINE];
	char *rest = line;
	char *word;
	int ms;

	snprintf(line, sizeof(line), "%s", *text);
	word = oe_conf_word(&rest);
	if (!word || !oe_conf_time(word, &ms))
		return otherwise;
	oe_conf_word(text);
	return ms;
}

static bool parse_signal(struct oe_conf *conf, struct oe_conf_place place,
			 const char *name, struct oe_conf_step *step)
{
	step->type = OE_STEP_SIGNAL;
	step->signal = name ? oe_conf_signal(name) : -1;
	if (step->signal <= 0)
		return oe_conf_error(conf, place,
				     "'%s' is no signal; USR1 would be one",
				     name ? name : "");
	return true;
}

static bool parse_pause(struct oe_conf *conf, struct oe_conf_place place,
			const char *time, enum oe_conf_step_type type,
			struct oe_conf_step *step)
{
	step->type = type;
	if (!time || !oe_conf_time(time, &step->ms))
		return oe_conf_error(
			conf, place,
			"'%s' is no time; 500ms or 2s would be one",
			time ? time : "");
	return true;
}

static bool parse_run(struct oe_conf *conf, struct oe_conf_place place,
		      char **rest, struct oe_conf_step *step)
{
	step->type = OE_STEP_RUN;
	step->ms = leading_time(rest, DEFAULT_RUN_MS);
	step->argv = oe_conf_command(conf, place, *rest);
	*rest += strlen(*rest);
	return step->argv;
}

static bool parse_helper(struct oe_conf *conf, struct oe_conf_place place,
			 char **rest, struct oe_conf_step *step)
{
	const char *name;

	step->type = OE_STEP_HELPER;
	step->ms = leading_time(rest, DEFAULT_HELPER_MS);
	name = oe_conf_word(rest);
	if (!name)
		return oe_conf_error(conf, place, "which helper?");
	step->text = oe_conf_keep(conf, place, name);
	return step->text;
}

static bool parse_step_verb(struct oe_conf *conf, struct oe_conf_place place,
			    const char *verb, char **rest,
			    struct oe_conf_step *step)
{
	if (!strcmp(verb, "term"))
		return parse_signal(conf, place, "TERM", step);
	if (!strcmp(verb, "kill"))
		return parse_signal(conf, place, "KILL", step);
	if (!strcmp(verb, "signal"))
		return parse_signal(conf, place, oe_conf_word(rest), step);
	if (!strcmp(verb, "wait"))
		return parse_pause(conf, place, oe_conf_word(rest),
				   OE_STEP_WAIT, step);
	if (!strcmp(verb, "sleep"))
		return parse_pause(conf, place, oe_conf_word(rest),
				   OE_STEP_SLEEP, step);
	if (!strcmp(verb, "run"))
		return parse_run(conf, place, rest, step);
	if (!strcmp(verb, "helper"))
		return parse_helper(conf, place, rest, step);
	if (strcmp(verb, "restart") && strcmp(verb, "reboot"))
		return oe_conf_error(
			conf, place,
			"'%s' is no step; there are signal, term, kill, wait, sleep, "
			"run, helper, restart, reboot",
			verb);
	step->type = strcmp(verb, "restart") ? OE_STEP_REBOOT : OE_STEP_RESTART;
	return true;
}

bool oe_conf_parse_step(struct oe_conf *conf, struct oe_conf_place place,
			char *text, struct oe_conf_step *step)
{
	const char *verb = oe_conf_word(&text);
	const char *left;

	memset(step, 0, sizeof(*step));
	step->place = place;
	if (!parse_step_verb(conf, place, verb ? verb : "", &text, step))
		return false;
	left = oe_conf_word(&text);
	if (left)
		return oe_conf_error(conf, place,
				     "'%s' does not belong to the step", left);
	return true;
}

/* --- conditions ---------------------------------------------------------------------------- */

static bool parse_oom(char **rest, struct oe_conf_term *term)
{
	char line[OE_CONF_MAX_LINE];
	char *peek = line;
	const char *word;

	term->value = 1;
	snprintf(line, sizeof(line), "%s", *rest);
	word = oe_conf_word(&peek);
	if (!word || !strcmp(word, "and"))
		return true;
	if (!oe_conf_number(oe_conf_word(rest), 1, 1000, &term->value))
		return false;
	word = oe_conf_word(rest);
	if (!word || strcmp(word, "in"))
		return false;
	word = oe_conf_word(rest);
	return word && oe_conf_time(word, &term->ms);
}

static bool parse_amount(const char *word, bool percent_allowed,
			 struct oe_conf_term *term)
{
	unsigned long long amount;

	if (!word || !oe_conf_kb(word, 100, &amount))
		return false;
	/* Of a total of 100, a percentage is itself. */
	term->value = (long long)amount;
	term->percent = word[strlen(word) - 1] == '%';
	return percent_allowed || !term->percent;
}

static bool parse_psi(char **rest, struct oe_conf_term *term)
{
	const char *who = oe_conf_word(rest);
	const char *share = oe_conf_word(rest);

	if (!who || !share || (strcmp(who, "some") && strcmp(who, "full")))
		return false;
	term->type = strcmp(who, "some") ? OE_TERM_PSI_FULL : OE_TERM_PSI_SOME;
	return hundredths(share, 100, &term->value);
}

static bool parse_term(char **rest, struct oe_conf_term *term)
{
	static const char *const words[] = { "oom",	  "level", "forecast",
					     "available", "rate",  "load",
					     "biggest",	  "limit", "psi",
					     NULL };
	static const enum oe_conf_term_type types[] = {
		OE_TERM_OOM,	   OE_TERM_LEVEL, OE_TERM_FORECAST,
		OE_TERM_AVAILABLE, OE_TERM_RATE,  OE_TERM_LOAD,
		OE_TERM_BIGGEST,   OE_TERM_LIMIT, OE_TERM_PSI_SOME,
	};
	const char *word = oe_conf_word(rest);
	int which = word ? oe_word_index(words, word) : -1;

	memset(term, 0, sizeof(*term));
	if (which < 0)
		return false;
	term->type = types[which];
	if (term->type == OE_TERM_OOM)
		return parse_oom(rest, term);
	if (term->type == OE_TERM_LIMIT)
		return true;
	if (term->type == OE_TERM_PSI_SOME)
		return parse_psi(rest, term);
	word = oe_conf_word(rest);
	if (!word)
		return false;
	if (term->type == OE_TERM_FORECAST)
		return oe_conf_time(word, &term->ms);
	if (term->type == OE_TERM_LOAD)
		return hundredths(word, 1000, &term->value);
	if (term->type != OE_TERM_LEVEL)
		return parse_amount(word, term->type != OE_TERM_RATE, term);
	term->value = oe_word_index(oe_level_words, word);
	return term->value > 0;
}

bool oe_conf_parse_condition(struct oe_conf *conf, struct oe_conf_place place,
			     char *text, struct oe_conf_condition *condition)
{
	const char *word;

	memset(condition, 0, sizeof(*condition));
	condition->place = place;
	condition->text = oe_conf_keep(conf, place, text);
	if (!condition->text)
		return false;
	do {
		if (condition->nr_terms == OE_CONF_MAX_TERMS)
			return oe_conf_error(conf, place,
					     "a condition has at most %d terms",
					     OE_CONF_MAX_TERMS);
		if (!parse_term(&text,
				&condition->terms[condition->nr_terms++]))
			return oe_conf_error(
				conf, place,
				"'%s' is no condition; terms, joined by 'and', are: oom, "
				"oom 3 in 60s, level critical, forecast 5s, available 10%%, "
				"rate 2M, psi some 10, psi full 5, load 2.5, biggest 40%%, limit",
				condition->text);
		word = oe_conf_word(&text);
	} while (word && !strcmp(word, "and"));
	if (word)
		return oe_conf_error(conf, place,
				     "'and' is missing before '%s'", word);
	return true;
}
