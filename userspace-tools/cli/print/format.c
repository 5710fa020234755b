// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and events as people read them. Times are UTC, so that two logs can
 * be laid side by side.
 */
#include "cli/print/format.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/**
 * printable - take out of a text what could steer a terminal
 * @text: any bytes but newlines; changed in place
 *
 * Return: @text.
 */
char *printable(char *text)
{
	char *at;

	for (at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return text;
}

enum {
	LAST_SECOND = 253402300799, /* of the year 9999 */
};

/* Skips the first @skip characters of the date. */
static char *format_tm(char *text, double seconds, int skip)
{
	char date[FORMAT_SIZE / 2];
	long long ms;
	time_t whole;
	struct tm tm;

	snprintf(text, FORMAT_SIZE, "-");
	if (!(seconds >= 0 && seconds <= (double)LAST_SECOND))
		return text;
	ms = (long long)(seconds * 1000 + 0.5);
	whole = (time_t)(ms / 1000);
	if (gmtime_r(&whole, &tm) &&
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm))
		snprintf(text, FORMAT_SIZE, "%s.%03dZ", date + skip,
			 (int)(ms % 1000));
	return text;
}

/**
 * format_time - date and time of day, UTC
 * @text: result, FORMAT_SIZE bytes
 * @seconds: since the epoch
 *
 * Return: @text.
 */
char *format_time(char *text, double seconds)
{
	return format_tm(text, seconds, 0);
}

/**
 * format_clock - time of day, UTC
 * @text: result, FORMAT_SIZE bytes
 * @seconds: since the epoch
 *
 * Return: @text.
 */
char *format_clock(char *text, double seconds)
{
	return format_tm(text, seconds, 11);
}

/**
 * format_kb - an amount of memory
 * @text: result, FORMAT_SIZE bytes
 * @kb: KiB
 *
 * Return: @text.
 */
char *format_kb(char *text, long long kb)
{
	if (kb >= 10 * 1024 * 1024 || kb <= -10 * 1024 * 1024)
		snprintf(text, FORMAT_SIZE, "%.1f GiB",
			 (double)kb / (1024 * 1024));
	else if (kb >= 10 * 1024 || kb <= -10 * 1024)
		snprintf(text, FORMAT_SIZE, "%.1f MiB", (double)kb / 1024);
	else
		snprintf(text, FORMAT_SIZE, "%lld KiB", kb);
	return text;
}

/**
 * format_ns - a time span
 * @text: result, FORMAT_SIZE bytes
 * @ns: nanoseconds
 *
 * Return: @text.
 */
char *format_ns(char *text, long long ns)
{
	if (ns >= 1000000000)
		snprintf(text, FORMAT_SIZE, "%.2f s", (double)ns / 1e9);
	else if (ns >= 1000000)
		snprintf(text, FORMAT_SIZE, "%.2f ms", (double)ns / 1e6);
	else
		snprintf(text, FORMAT_SIZE, "%.1f us", (double)ns / 1e3);
	return text;
}

/**
 * event_text - a field of a decision
 * @event: the decision
 * @key: name of the field
 *
 * Return: its text, or NULL if there is nothing.
 */
const char *event_text(const struct oe_event *event, const char *key)
{
	return oe_field_text(event->field, event->nr, key);
}

/**
 * event_number - a whole number in a decision
 * @event: the decision
 * @key: name of the field
 * @fallback: if there is none
 *
 * Return: the number.
 */
long long event_number(const struct oe_event *event, const char *key,
		       long long fallback)
{
	return oe_field_number(event->field, event->nr, key, fallback);
}

/**
 * format_process - "name/pid" of somebody in a decision
 * @text: result, FORMAT_PROCESS_SIZE bytes; "-" if there is nobody
 * @event: the decision
 * @role: "trigger", "victim", "runner_up"
 *
 * Return: @text.
 */
char *format_process(char *text, const struct oe_event *event, const char *role)
{
	char key[FORMAT_SIZE];
	const char *comm;
	const char *pid;

	snprintf(key, sizeof(key), "%s_pid", role);
	pid = event_text(event, key);
	snprintf(key, sizeof(key), "%s_comm", role);
	comm = event_text(event, key);
	if (!pid || !strcmp(pid, "0"))
		snprintf(text, FORMAT_PROCESS_SIZE, "-");
	else
		snprintf(text, FORMAT_PROCESS_SIZE, "%.64s/%.16s",
			 comm ? comm : "?", pid);
	return text;
}

/**
 * format_command - the command line of the victim of a decision
 * @text: result, FORMAT_COMMAND_SIZE bytes
 * @event: the decision
 *
 * The process chose all of it: only its blanks are shown as they are, the rest
 * stays escaped.
 *
 * Return: @text, or NULL if it is not known.
 */
const char *format_command(char *text, const struct oe_event *event)
{
	static const char blank[] = "\\x20";
	const char *from = event_text(event, "victim_cmdline");
	size_t used = 0;

	if (!from)
		return NULL;
	while (*from && used < FORMAT_COMMAND_SIZE - 1) {
		if (!strncmp(from, blank, sizeof(blank) - 1)) {
			text[used++] = ' ';
			from += sizeof(blank) - 1;
		} else {
			text[used++] = *from++;
		}
	}
	text[used] = '\0';
	return text;
}
