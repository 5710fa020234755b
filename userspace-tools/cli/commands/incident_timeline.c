// SPDX-License-Identifier: GPL-2.0-only
/*
 * An emergency step by step, from the first warning to the recovery.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/format.h"
#include "cli/print/html.h"
#include "cli/commands/incident.h"

enum {
	/* 512 samples and 64 emergencies are all that the module keeps. */
	STEPS_MAX = 640,
	TEXT_SIZE = 320,
};

/**
 * struct step - a line of the timeline
 * @offset: seconds from the emergency on
 * @order: among those at the same time
 * @css: class, "" for none
 * @what: a word or two
 * @detail: the rest
 */
struct step {
	double offset;
	size_t order;
	const char *css;
	char what[FORMAT_SIZE];
	char detail[TEXT_SIZE];
};

static struct step steps[STEPS_MAX];
static size_t nr_steps;

static char *add_step(double offset, const char *css, const char *what)
{
	struct step *step;

	if (nr_steps == STEPS_MAX)
		return NULL;
	step = &steps[nr_steps];
	step->offset = offset;
	step->order = nr_steps++;
	step->css = css;
	step->detail[0] = '\0';
	snprintf(step->what, sizeof(step->what), "%s", what);
	return step->detail;
}

static int by_time(const void *a, const void *b)
{
	const struct step *left = a;
	const struct step *right = b;

	if (left->offset < right->offset)
		return -1;
	if (left->offset > right->offset)
		return 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

static void add_levels(const struct incident *incident)
{
	const struct oe_sample *sample = incident->history.sample;
	const char *before = "normal";
	size_t i;

	for (i = incident->first; incident->has_window && i <= incident->last;
	     i++) {
		bool is_normal = !strcmp(sample[i].level, "normal");
		char what[FORMAT_SIZE];
		char size[FORMAT_SIZE];
		char *detail;

		if (!strcmp(sample[i].level, before))
			continue;
		before = sample[i].level;
		snprintf(what, sizeof(what), "level %s", sample[i].level);
		detail = add_step(sample[i].uptime - incident->uptime,
				  is_normal ? "good" : "", what);
		if (detail)
			snprintf(detail, TEXT_SIZE, "%s available%s",
				 format_kb(size, sample[i].available_kb),
				 is_normal ? ": recovered" : "");
	}
}

static double seconds_of(const struct incident *incident, const char *key)
{
	return (double)event_number(incident->event, key, 0) / 1e9;
}

static void add_request(const struct incident *incident)
{
	const char *memcg = event_text(incident->event, "memcg");
	long long order = event_number(incident->event, "order", -1);
	const char *kind = event_text(incident->event, "kind");
	const char *gfp = event_text(incident->event, "gfp");
	char who[FORMAT_PROCESS_SIZE];
	char *detail = add_step(0, "bad", "out of memory");

	if (!detail)
		return;
	if (order < 0)
		snprintf(detail, TEXT_SIZE, "an operator asked for it (%s)",
			 kind ? kind : "?");
	else
		snprintf(detail, TEXT_SIZE,
			 "%s needed %lld page%s%s%s (%s%s%.120s)",
			 format_process(who, incident->event, "trigger"),
			 1LL << (order < 20 ? order : 20), order ? "s" : "",
			 gfp ? ", gfp " : "", gfp ? gfp : "", kind ? kind : "?",
			 memcg ? " " : "", memcg ? memcg : "");
}

static double add_grace(const struct incident *incident, double at)
{
	long long granted = event_number(incident->event, "grace_ms", 0);
	long long used = event_number(incident->event, "grace_used_ms", 0);
	long long ack = event_number(incident->event, "ack_ms", -1);
	double length = seconds_of(incident, "grace_ns");
	char *detail;

	if (granted <= 0)
		return 0;
	detail = add_step(at, "", "grace window");
	if (detail)
		snprintf(detail, TEXT_SIZE, "up to %lld ms for userspace",
			 granted);
	if (length <= 0)
		length = (double)used / 1000;
	detail = add_step(at + length, "",
			  ack >= 0 ? "userspace was ready" : "grace is over");
	if (detail && ack >= 0)
		snprintf(detail, TEXT_SIZE,
			 "acknowledged after %lld ms; %lld ms of grace used",
			 ack, used);
	else if (detail)
		snprintf(detail, TEXT_SIZE,
			 "nobody acknowledged; %lld ms of grace used", used);
	return length;
}

static void add_decision(const struct incident *incident, double at)
{
	const char *outcome = event_text(incident->event, "outcome");
	char victim[FORMAT_PROCESS_SIZE];
	char next[FORMAT_PROCESS_SIZE];
	char *detail = add_step(at, "", "decision");

	if (!detail)
		return;
	snprintf(
		detail, TEXT_SIZE,
		"%lld may be chosen, %lld are protected; chosen %s, runner-up %s",
		event_number(incident->event, "candidates", 0),
		event_number(incident->event, "protected", 0),
		format_process(victim, incident->event, "victim"),
		format_process(next, incident->event, "runner_up"));
	detail = add_step(at + seconds_of(incident, "kill_ns"), "bad",
			  outcome ? outcome : "end");
	if (detail)
		snprintf(detail, TEXT_SIZE, "%s", victim);
}

static void add_others(const struct incident *incident)
{
	size_t i;

	for (i = 0; incident->has_window && i < incident->events.nr; i++) {
		const struct oe_event *event = &incident->events.event[i];
		const struct oe_sample *sample = incident->history.sample;
		double uptime =
			oe_field_real(event->field, event->nr, "uptime", -1);
		const char *outcome = event_text(event, "outcome");
		char victim[FORMAT_PROCESS_SIZE];
		char *detail;

		if (event == incident->event ||
		    uptime < sample[incident->first].uptime ||
		    uptime > sample[incident->last].uptime)
			continue;
		detail = add_step(uptime - incident->uptime, "",
				  "another emergency");
		if (detail)
			snprintf(detail, TEXT_SIZE, "seq %lld: %s %s",
				 event->seq, outcome ? outcome : "?",
				 format_process(victim, event, "victim"));
	}
}

static void print_offset(FILE *to, double offset)
{
	if (offset == 0)
		fputs("0", to);
	else if (offset > -1 && offset < 1)
		fprintf(to, "%+.3f ms", offset * 1000);
	else
		fprintf(to, "%+.2f s", offset);
}

/**
 * incident_timeline - print what happened, step by step
 * @to: file
 * @incident: the emergency
 */
void incident_timeline(FILE *to, const struct incident *incident)
{
	double at = seconds_of(incident, "announce_ns");
	char *detail;
	size_t i;

	nr_steps = 0;
	add_levels(incident);
	add_request(incident);
	detail = add_step(at, "", "userspace is told");
	if (detail)
		snprintf(
			detail, TEXT_SIZE,
			"reconfigure_wanted is %lld: pollers wake up, and a uevent goes out",
			incident->event->seq);
	at += add_grace(incident, at);
	at += seconds_of(incident, "decide_ns");
	add_decision(incident, at);
	add_others(incident);
	qsort(steps, nr_steps, sizeof(*steps), by_time);
	fputs("<div class=\"wide\"><table><tr><th class=\"n\">time</th><th>what</th>"
	      "<th>more</th></tr>\n",
	      to);
	for (i = 0; i < nr_steps; i++) {
		fputs("<tr><td class=\"n\">", to);
		print_offset(to, steps[i].offset);
		fprintf(to, "</td><td class=\"%s\">%s</td><td>%s</td></tr>\n",
			steps[i].css, html(steps[i].what),
			html(steps[i].detail));
	}
	fputs("</table></div>\n", to);
}
