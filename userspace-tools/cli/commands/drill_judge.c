// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdicts of a drill: a line each, right or wrong, and what was measured.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/commands/drill.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "common/proc.h"
#include "common/sysfs.h"

enum {
	RECORD_TRIES = 40,
	RECORD_PAUSE_MS = 50,
	NR_VERDICTS = 7,
	SHORTEST_GRACE_MS = 10, /* less than that the module does not grant */
};

/**
 * struct verdict - one thing that was to be proven
 * @key: its name
 * @is_wrong: it did not hold
 * @text: the observation
 */
struct verdict {
	const char *key;
	bool is_wrong;
	char text[DRILL_TEXT_SIZE];
};

/**
 * struct judge - all that the verdicts are made of
 * @sight: the observations of the drill
 * @family: its processes
 * @policy: the settings of the module
 * @cgroup: the cgroup
 * @events: the decisions that the module recorded
 * @record: record of each victim, in the order of their deaths; NULL: none
 * @verdict: the result
 * @nr: of them
 */
struct judge {
	const struct drill_sight *sight;
	const struct drill_family *family;
	const struct drill_policy *policy;
	const struct drill_cgroup *cgroup;
	struct oe_events events;
	const struct oe_event *record[DRILL_VICTIMS];
	struct verdict verdict[NR_VERDICTS];
	size_t nr;
};

static void pass_verdict(struct judge *judge, const char *key, bool is_wrong,
			 const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void pass_verdict(struct judge *judge, const char *key, bool is_wrong,
			 const char *format, ...)
{
	struct verdict *verdict = &judge->verdict[judge->nr++];
	va_list list;

	verdict->key = key;
	verdict->is_wrong = is_wrong;
	va_start(list, format);
	vsnprintf(verdict->text, sizeof(verdict->text), format, list);
	va_end(list);
}

/* --- what the module recorded ---------------------------------------------- */

static const struct oe_event *find_record(const struct judge *judge, pid_t pid)
{
	size_t i = judge->events.nr;

	while (i--) {
		const struct oe_event *event = &judge->events.event[i];
		const char *path = event_text(event, "memcg");

		if (path && !strcmp(path, judge->cgroup->name) &&
		    event_number(event, "victim_pid", -1) == pid)
			return event;
	}
	return NULL;
}

static bool find_records(struct judge *judge)
{
	size_t nr = judge->sight->nr_deaths;
	bool all = true;
	size_t i;

	for (i = 0; i < nr && i < DRILL_VICTIMS; i++) {
		int child = judge->sight->death[i].child;

		judge->record[i] =
			find_record(judge, judge->family->child[child].pid);
		all &= judge->record[i] != NULL;
	}
	return all;
}

/* A decision is recorded when the kernel has come back from it: a little later. */
static void read_records(struct judge *judge)
{
	const struct timespec pause = { .tv_nsec = RECORD_PAUSE_MS * 1000000 };
	int i;

	for (i = 0; i < RECORD_TRIES; i++) {
		if (!oe_records_events(&judge->events)) {
			if (find_records(judge) || i == RECORD_TRIES - 1)
				return;
			oe_records_free_events(&judge->events);
			memset(judge->record, 0, sizeof(judge->record));
			memset(&judge->events, 0, sizeof(judge->events));
		}
		nanosleep(&pause, NULL);
	}
}

static void judge_record(struct judge *judge)
{
	size_t nr = judge->sight->nr_deaths;
	size_t i;

	for (i = 0; i < nr && i < DRILL_VICTIMS; i++) {
		const struct oe_event *event = judge->record[i];
		const struct drill_child *child =
			&judge->family->child[judge->sight->death[i].child];
		const char *outcome;

		if (!event) {
			pass_verdict(judge, "record", true,
				     "no record of the end of process %d",
				     (int)child->pid);
			return;
		}
		outcome = event_text(event, "outcome");
		if (!outcome || strcmp(outcome, "killed") ||
		    event_number(event, "victim_rank", -1) != child->rank) {
			pass_verdict(
				judge, "record", true,
				"of process %d: outcome %s, ranking %lld, and it had %lld",
				(int)child->pid, outcome ? outcome : "-",
				event_number(event, "victim_rank", -1),
				child->rank);
			return;
		}
	}
	pass_verdict(judge, "record", !nr, "%zu kills, %zu records", nr,
		     nr < DRILL_VICTIMS ? nr : (size_t)DRILL_VICTIMS);
}

/* --- told first ------------------------------------------------------------ */

static const struct drill_told *find_uevent(const struct judge *judge, size_t i)
{
	const struct oe_event *record = judge->record[i];
	size_t nr = judge->sight->nr_uevents;

	while (nr--) {
		const struct drill_told *told = &judge->sight->uevent[nr];

		if (record ? told->seq == record->seq :
			     told->nr_kills == (long long)i)
			return told;
	}
	return NULL;
}

static const struct drill_told *find_wake(const struct judge *judge,
					  long long seq)
{
	size_t i;

	for (i = 0; i < judge->sight->nr_wakes; i++)
		if (judge->sight->wake[i].seq >= seq)
			return &judge->sight->wake[i];
	return NULL;
}

/* Before the kill after so many others; a count that could not be read proves nothing. */
static bool was_before(const struct drill_told *told, size_t nr_kills)
{
	return told && told->nr_kills >= 0 &&
	       told->nr_kills <= (long long)nr_kills;
}

static void judge_told(struct judge *judge)
{
	const struct drill_sight *sight = judge->sight;
	double least = 0;
	size_t i;

	for (i = 0; i < sight->nr_deaths && i < DRILL_VICTIMS; i++) {
		const struct drill_told *uevent = find_uevent(judge, i);
		long long seq = judge->record[i] ? judge->record[i]->seq :
				uevent		 ? uevent->seq :
						   -1;
		const struct drill_told *wake =
			seq > 0 ? find_wake(judge, seq) : NULL;

		if (!was_before(wake, i)) {
			pass_verdict(
				judge, "told first", true,
				"reconfigure_wanted woke nobody before kill %zu",
				i + 1);
			return;
		}
		if (!was_before(uevent, i)) {
			pass_verdict(judge, "told first", true,
				     "no uevent before kill %zu", i + 1);
			return;
		}
		if (!i || sight->death[i].at - wake->at < least)
			least = sight->death[i].at - wake->at;
	}
	pass_verdict(
		judge, "told first", !sight->nr_deaths,
		"by poll and by uevent, %.1f ms or more before each of %zu deaths",
		least * 1e3, i);
}

/* --- who died -------------------------------------------------------------- */

/* A manager's rule, or a person, may have changed what the drill has set. */
static bool has_changed(const struct judge *judge)
{
	size_t i;

	for (i = 0; i < judge->sight->nr_deaths && i < DRILL_VICTIMS; i++) {
		const struct oe_event *event = judge->record[i];
		const struct drill_child *child =
			&judge->family->child[judge->sight->death[i].child];

		if (event && event_number(event, "victim_rank", child->rank) !=
				     child->rank)
			return true;
	}
	return false;
}

static void judge_order(struct judge *judge)
{
	const struct drill_sight *sight = judge->sight;
	const struct drill_family *family = judge->family;
	char text[DRILL_TEXT_SIZE] = "";
	bool is_wrong = sight->nr_deaths != DRILL_VICTIMS;
	size_t used = 0;
	size_t i;

	for (i = 0; i < sight->nr_deaths; i++) {
		int child = sight->death[i].child;

		is_wrong |= i >= DRILL_VICTIMS || child != family->order[i];
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%lld", i ? ", " : "",
					 family->child[child].rank);
	}
	if (!sight->nr_deaths)
		pass_verdict(judge, "order", true, "nobody died");
	else if (is_wrong)
		pass_verdict(
			judge, "order", true,
			"died by ranking: %s; should be: %lld, %lld, %lld%s",
			text, family->child[family->order[0]].rank,
			family->child[family->order[1]].rank,
			family->child[family->order[2]].rank,
			has_changed(judge) ?
				" (somebody changed the drill's rankings)" :
				"");
	else
		pass_verdict(judge, "order", false,
			     "died by ranking: %s (selection_order %s)", text,
			     judge->policy->by_rank ? "rank" : "badness");
}

static void judge_protected(struct judge *judge)
{
	const struct drill_child *child =
		&judge->family->child[DRILL_PROTECTED];

	if (judge->sight->is_protected_dead)
		pass_verdict(judge, "protected", true,
			     "the process of ranking %lld is dead",
			     child->rank);
	else
		pass_verdict(
			judge, "protected", false,
			"ranking %lld lives: the biggest, and its allocations failed",
			child->rank);
}

/* --- the window ------------------------------------------------------------ */

/* A cgroup that was never out of memory before is granted all of it, if it is worth granting. */
static bool has_less(const struct judge *judge)
{
	long long grace_ms = judge->policy->grace_ms;

	return judge->sight->nr_uevents && grace_ms >= SHORTEST_GRACE_MS &&
	       judge->sight->uevent[0].grace_ms != grace_ms;
}

/* No process may die before the window ends, unless a handler was ready earlier. */
static void judge_window(struct judge *judge)
{
	const struct drill_sight *sight = judge->sight;
	double kept = 0;
	size_t i;

	if (has_less(judge)) {
		pass_verdict(judge, "window", true,
			     "%lld ms were granted; grace_ms is %lld",
			     sight->uevent[0].grace_ms,
			     judge->policy->grace_ms);
		return;
	}
	for (i = 0; i < sight->nr_deaths && i < DRILL_VICTIMS; i++) {
		const struct oe_event *record = judge->record[i];
		const struct drill_told *uevent = find_uevent(judge, i);
		const struct drill_told *wake =
			uevent ? find_wake(judge, uevent->seq) : NULL;
		double ack = record ? oe_field_real(record->field, record->nr,
						    "ack_ms", -1) :
				      -1;
		double span;

		if (!wake)
			continue;
		span = (sight->death[i].at - wake->at) * 1e3;
		if (!i)
			kept = span;
		if (ack < 0 && span < (double)uevent->grace_ms) {
			pass_verdict(
				judge, "window", true,
				"kill %zu came after %.1f ms of %lld, unanswered",
				i + 1, span, uevent->grace_ms);
			return;
		}
	}
	if (!judge->policy->grace_ms)
		pass_verdict(judge, "window", false,
			     "none to keep: grace_ms is 0");
	else
		pass_verdict(judge, "window", !sight->nr_uevents,
			     "grace_ms %lld, first death after %.1f ms",
			     judge->policy->grace_ms, kept);
}

static void judge_handler(struct judge *judge)
{
	const struct drill_sight *sight = judge->sight;
	double slowest = 0;
	size_t i;

	if (!judge->policy->grace_ms) {
		pass_verdict(judge, "handler", true,
			     "grace_ms is 0: nobody is waited for");
		return;
	}
	for (i = 0; i < sight->nr_deaths && i < DRILL_VICTIMS; i++) {
		const struct oe_event *record = judge->record[i];
		double ack = record ? oe_field_real(record->field, record->nr,
						    "ack_ms", -1) :
				      -1;
		long long grace = record ? event_number(record, "grace_ms", 0) :
					   0;

		if (ack < 0 || ack > (double)grace) {
			pass_verdict(
				judge, "handler", true,
				"nobody wrote reconfigure_done in the %lld ms of emergency %zu",
				grace, i + 1);
			return;
		}
		if (ack > slowest)
			slowest = ack;
	}
	pass_verdict(judge, "handler", !sight->nr_deaths,
		     "answered %zu of %zu emergencies, within %.0f ms of %lld",
		     i, i, slowest, judge->policy->grace_ms);
}

/* --- the sum --------------------------------------------------------------- */

static void print_verdicts(const struct judge *judge)
{
	size_t i;

	for (i = 0; i < judge->nr; i++) {
		const struct verdict *verdict = &judge->verdict[i];
		char key[DRILL_NAME_SIZE];

		if (!out_is_json()) {
			printf("  %-11s %-6s %s\n", verdict->key,
			       verdict->is_wrong ? "WRONG" : "right",
			       verdict->text);
			continue;
		}
		snprintf(key, sizeof(key), "%s", verdict->key);
		if (strchr(key, ' '))
			*strchr(key, ' ') = '_';
		out_open(key);
		out_text("verdict", verdict->is_wrong ? "wrong" : "right");
		out_text("text", verdict->text);
		out_close();
	}
}

static void judge_coverage(struct judge *judge)
{
	char coverage[DRILL_TEXT_SIZE] = "";
	char mode[DRILL_NAME_SIZE] = "";

	oe_sysfs_read("coverage", coverage, sizeof(coverage));
	oe_sysfs_read("mode", mode, sizeof(mode));
	pass_verdict(judge, "in force",
		     strcmp(mode, "enforce") || !strstr(coverage, "memcg"),
		     "mode %.40s, coverage %.100s", printable(mode),
		     printable(coverage));
}

/**
 * drill_judge - was it right?
 * @sight: the observations
 * @family: the processes, not reaped yet
 * @policy: the settings of the module
 * @cgroup: the cgroup
 * @with_handler: a program must have answered
 * @silent: print only what is wrong
 *
 * Return: EXIT_OK if all was right, else EXIT_TROUBLE.
 */
int drill_judge(const struct drill_sight *sight,
		const struct drill_family *family,
		const struct drill_policy *policy,
		const struct drill_cgroup *cgroup, bool with_handler,
		bool silent)
{
	struct judge judge = {
		.sight = sight,
		.family = family,
		.policy = policy,
		.cgroup = cgroup,
	};
	bool is_wrong = false;
	size_t i;

	read_records(&judge);
	judge_coverage(&judge);
	judge_told(&judge);
	judge_order(&judge);
	judge_protected(&judge);
	judge_window(&judge);
	judge_record(&judge);
	if (with_handler)
		judge_handler(&judge);
	oe_records_free_events(&judge.events);
	for (i = 0; i < judge.nr; i++)
		is_wrong |= judge.verdict[i].is_wrong;
	if (is_wrong || !silent)
		print_verdicts(&judge);
	return is_wrong ? EXIT_TROUBLE : EXIT_OK;
}
