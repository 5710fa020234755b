// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values of the configuration: numbers, sizes, times, signals.
 */
#include "common/config_value.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "uapi/oom_embedded.h"

enum {
	DAY_MS = 24 * 3600 * 1000,
	MS_MAX = DAY_MS,
	LONG_MS_MAX = 20 * DAY_MS,
	HUNDREDTHS = 100,
};

/* KiB; more than any machine has. Keeps every product within 64 bits. */
static const unsigned long long KB_MAX = 1ULL << 42;

/* Digits only: strtoull() would take blanks and signs. */
static bool parse_digits(const char **text, unsigned long long *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*value = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

/**
 * oe_conf_number - read a decimal number
 * @text: digits and nothing else
 * @min: the lowest that is let through
 * @max: the highest
 * @value: result
 *
 * Return: true if it is one.
 */
bool oe_conf_number(const char *text, long long min, long long max,
		    long long *value)
{
	unsigned long long number;

	if (!parse_digits(&text, &number) || *text || number > LLONG_MAX)
		return false;
	*value = (long long)number;
	return *value >= min && *value <= max;
}

static bool parse_time(const char *text, unsigned long long max, int *ms)
{
	static const struct {
		const char *name;
		int ms;
	} units[] = { { "ms", 1 },
		      { "s", 1000 },
		      { "min", 60 * 1000 },
		      { "h", 3600 * 1000 },
		      { "d", DAY_MS } };
	unsigned long long number;

	if (!parse_digits(&text, &number) || number > max)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text, units[i].name))
			continue;
		number *= units[i].ms;
		*ms = (int)number;
		return number <= max;
	}
	return false;
}

/**
 * oe_conf_time - read a time: "500ms", "5s", "2min", "1h", "1d"
 * @text: any
 * @ms: result, at most a day
 *
 * Return: true if it is one.
 */
bool oe_conf_time(const char *text, int *ms)
{
	return parse_time(text, MS_MAX, ms);
}

/**
 * oe_conf_long_time - read a time of days
 * @text: any, as for oe_conf_time()
 * @ms: result, at most 20 days
 *
 * Return: true if it is one.
 */
bool oe_conf_long_time(const char *text, int *ms)
{
	return parse_time(text, LONG_MS_MAX, ms);
}

bool oe_conf_kb(const char *text, unsigned long long total_kb,
		unsigned long long *kb)
{
	unsigned long long number;
	const char *rest = text;

	if (!parse_digits(&rest, &number) || number > KB_MAX)
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

/**
 * oe_conf_hundredths - read "2.5" as 250
 * @text: any
 * @max: the highest whole part
 * @value: result
 *
 * Return: true if it is such a number.
 */
bool oe_conf_hundredths(const char *text, long long max, long long *value)
{
	unsigned long long whole;
	unsigned long long part = 0;

	if (!parse_digits(&text, &whole) || whole > (unsigned long long)max)
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
