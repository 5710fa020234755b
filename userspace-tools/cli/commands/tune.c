// SPDX-License-Identifier: GPL-2.0-only
/*
 * "tune": watermarks, reserve and grace for this device, from what has been measured on it, as
 * a piece of a configuration file. Each value stands with its reason.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "uapi/oom_embedded.h"

enum {
	REASON_SIZE = 256,
	ROUND_KB = 256,
	SAMPLE_MS = 100,
	/* An answer may take twice as long as the slowest so far. */
	ACK_FACTOR = 2,
	ACK_ROUND_MS = 50,
	GRACE_MIN_MS = 100,
	RESERVE_MIN_KB = 1024,
	NR_MARKS = 3,
};

/**
 * struct mark_rule - how a watermark follows from the losses of memory
 * @key: in the configuration
 * @seconds: so long there must be between this level and no memory
 * @least: parts in a thousand of the memory, whatever was lost
 * @most: eighths of what is usually available, whatever was lost
 * @most_word: the same in words
 */
struct mark_rule {
	const char *key;
	int seconds;
	int least;
	int most;
	const char *most_word;
};

/* The last one first: each must be above the one before it in this list. */
static const struct mark_rule mark_rules[NR_MARKS] = {
	{ "imminent_oom_kb", 1, 20, 2, "a quarter" },
	{ "critical_kb", 5, 40, 3, "three eighths" },
	{ "warning_kb", 30, 80, 4, "half" },
};

/**
 * struct proposal - a value, and its reason
 * @key: in the configuration
 * @value: proposed
 * @now: in force; -1: unknown
 * @reason: one line
 */
struct proposal {
	const char *key;
	long long value;
	long long now;
	char reason[REASON_SIZE];
};

/**
 * struct facts - the measurements
 * @history: the memory curve, and what was measured meanwhile
 * @total_kb: memory of the machine
 * @usual_kb: memory that is available half of the time
 * @nr_events: decisions on record
 * @nr_answered: of them, userspace had answered
 * @nr_timeouts: of them, a window was opened and ended without an answer
 * @slowest_ms: the slowest answer
 */
struct facts {
	struct oe_history history;
	long long total_kb;
	long long usual_kb;
	size_t nr_events;
	size_t nr_answered;
	size_t nr_timeouts;
	double slowest_ms;
};

static long long round_up(long long value, long long step)
{
	return (value + step - 1) / step * step;
}

static void set_reason(struct proposal *proposal, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_reason(struct proposal *proposal, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(proposal->reason, sizeof(proposal->reason), format, list);
	va_end(list);
}

/* --- facts ----------------------------------------------------------------- */

static void add_sample(struct oe_history *history)
{
	struct oe_sample *sample;
	struct timespec ts;
	long long kb;

	if (oe_sysfs_read_number("levels/available_kb", &kb))
		return;
	history->sample = must_have(reallocarray(
		history->sample, history->nr + 1, sizeof(*sample)));
	clock_gettime(CLOCK_MONOTONIC, &ts);
	sample = &history->sample[history->nr++];
	memset(sample, 0, sizeof(*sample));
	sample->uptime = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
	sample->available_kb = kb;
}

static void measure_memory(struct oe_history *history, double seconds)
{
	const struct timespec pause = { .tv_nsec = SAMPLE_MS * 1000000 };
	long nr = (long)(seconds * 1e3) / SAMPLE_MS;
	long i;

	for (i = 0; i <= nr && seconds > 0; i++) {
		add_sample(history);
		nanosleep(&pause, NULL);
	}
}

/* Numbers of a broken file must not overflow a sum. */
static void clamp_samples(struct facts *facts)
{
	size_t i;

	for (i = 0; i < facts->history.nr; i++) {
		struct oe_sample *sample = &facts->history.sample[i];

		if (sample->available_kb < 0)
			sample->available_kb = 0;
		if (sample->available_kb > facts->total_kb)
			sample->available_kb = facts->total_kb;
	}
}

static int by_size(const void *a, const void *b)
{
	long long left = *(const long long *)a;
	long long right = *(const long long *)b;

	return left < right ? -1 : left > right;
}

static long long median_kb(const struct oe_history *history)
{
	long long *kb = must_have(calloc(history->nr, sizeof(*kb)));
	long long median;
	size_t i;

	for (i = 0; i < history->nr; i++)
		kb[i] = history->sample[i].available_kb;
	qsort(kb, history->nr, sizeof(*kb), by_size);
	median = kb[history->nr / 2];
	free(kb);
	return median;
}

static void read_events(struct facts *facts)
{
	struct oe_events events;
	size_t i;

	if (oe_records_events(&events))
		return;
	facts->nr_events = events.nr;
	for (i = 0; i < events.nr; i++) {
		const struct oe_event *event = &events.event[i];
		double ack =
			oe_field_real(event->field, event->nr, "ack_ms", -1);

		if (ack >= 0) {
			facts->nr_answered++;
			if (ack > facts->slowest_ms)
				facts->slowest_ms = ack;
		} else if (oe_field_real(event->field, event->nr, "grace_ms",
					 0) > 0) {
			facts->nr_timeouts++;
		}
	}
	oe_records_free_events(&events);
}

/* The most that was lost in so many seconds, between any two samples. */
static long long worst_loss(const struct oe_history *history, double seconds)
{
	long long worst = 0;
	size_t i;
	size_t j;

	for (i = 0; i < history->nr; i++)
		for (j = i + 1; j < history->nr; j++) {
			const struct oe_sample *a = &history->sample[i];
			const struct oe_sample *b = &history->sample[j];
			double span = b->uptime - a->uptime;
			long long loss = a->available_kb - b->available_kb;

			if (span > seconds && j > i + 1)
				break;
			/* Two samples far apart: a part of what was lost between them. */
			if (span > seconds)
				loss = (long long)((double)loss * seconds /
						   span);
			if (loss > worst)
				worst = loss;
		}
	return worst;
}

/* --- proposals ------------------------------------------------------------- */

static long long read_now(const char *file)
{
	long long value;

	return oe_sysfs_read_number(file, &value) ? -1 : value;
}

static void propose_mark(const struct facts *facts,
			 const struct mark_rule *rule, long long end,
			 long long below, struct proposal *proposal)
{
	long long loss = worst_loss(&facts->history, rule->seconds);
	long long least = facts->total_kb * rule->least / 1000;
	long long most = facts->usual_kb / 8 * rule->most;
	long long value = loss + end > least ? loss + end : least;
	char file[64];

	snprintf(file, sizeof(file), "levels/%s", rule->key);
	proposal->key = rule->key;
	proposal->now = read_now(file);
	if (loss + end > least)
		set_reason(
			proposal,
			"as much as was lost in %2$d s at most (%1$lld kB), above %3$lld kB",
			loss, rule->seconds, end);
	else
		set_reason(
			proposal,
			"%d.%d %% of the memory; no more than %lld kB were lost in %d s",
			rule->least / 10, rule->least % 10, loss,
			rule->seconds);
	if (value > most) {
		value = most;
		set_reason(
			proposal,
			"%s of the %lld kB that are usually available; %lld kB were lost in %d s",
			rule->most_word, facts->usual_kb, loss, rule->seconds);
	}
	value = round_up(value, ROUND_KB);
	if (value <= below) {
		value = below + ROUND_KB;
		set_reason(proposal, "just above the level that follows it");
	}
	proposal->value = value;
}

static void propose_grace(const struct facts *facts, struct proposal *proposal)
{
	long long ms = round_up((long long)(facts->slowest_ms * ACK_FACTOR) + 1,
				ACK_ROUND_MS);

	proposal->key = "grace_ms";
	proposal->now = read_now("grace_ms");
	if (facts->nr_answered) {
		if (ms < GRACE_MIN_MS)
			ms = GRACE_MIN_MS;
		if (ms > OOM_EMBEDDED_GRACE_MS_MAX)
			ms = OOM_EMBEDDED_GRACE_MS_MAX;
		proposal->value = ms;
		set_reason(
			proposal,
			"twice the slowest of %zu answers (%.0f ms), at least %d ms",
			facts->nr_answered, facts->slowest_ms, GRACE_MIN_MS);
	} else if (facts->nr_timeouts) {
		proposal->value = 0;
		set_reason(
			proposal,
			"nobody answered in %zu windows: they only put off the kill",
			facts->nr_timeouts);
	} else {
		proposal->value = proposal->now < 0 ? 0 : proposal->now;
		set_reason(
			proposal,
			"as it is: no window is on record; see \"oom-embedded drill --handler\"");
	}
}

/* The reserve is for a handler: if answers came late, it was too small. */
static void propose_reserve(const struct facts *facts,
			    struct proposal *proposal)
{
	long long now = read_now("reserve_kb");
	long long more = round_up(facts->total_kb / 100, ROUND_KB);

	if (more < RESERVE_MIN_KB)
		more = RESERVE_MIN_KB;
	proposal->key = "reserve_kb";
	proposal->now = now;
	proposal->value = now < 0 ? 0 : now;
	if (facts->nr_answered && facts->nr_timeouts && now < more) {
		proposal->value = more;
		set_reason(
			proposal,
			"%zu windows ended without an answer, %zu with one: a hundredth of the memory for the handler",
			facts->nr_timeouts, facts->nr_answered);
	} else if (facts->nr_answered) {
		set_reason(proposal,
			   "as it is: the handler has answered %zu of %zu",
			   facts->nr_answered,
			   facts->nr_answered + facts->nr_timeouts);
	} else if (facts->nr_timeouts) {
		proposal->value = 0;
		set_reason(proposal, "nobody answered, so nobody needs it");
	} else {
		set_reason(proposal, "as it is: no window is on record");
	}
}

/* --- output ---------------------------------------------------------------- */

static void print_proposal(const struct proposal *proposal)
{
	if (out_is_json()) {
		out_open(proposal->key);
		out_number("value", proposal->value);
		out_number("now", proposal->now);
		out_text("reason", proposal->reason);
		out_close();
		return;
	}
	printf("# %s", proposal->reason);
	if (proposal->now != proposal->value && proposal->now >= 0)
		printf("; now %lld", proposal->now);
	printf("\n%s = %lld\n", proposal->key, proposal->value);
}

static void print_all(const struct facts *facts)
{
	const struct oe_history *history = &facts->history;
	struct proposal marks[NR_MARKS];
	struct proposal proposal;
	long long end = read_now("levels/oom_kb");
	long long below;
	int i;

	if (!out_is_json())
		printf("# From %zu samples of memory over %.0f s, and %zu decisions.\n\n[policy]\n",
		       history->nr,
		       history->sample[history->nr - 1].uptime -
			       history->sample[0].uptime,
		       facts->nr_events);
	propose_grace(facts, &proposal);
	print_proposal(&proposal);
	propose_reserve(facts, &proposal);
	print_proposal(&proposal);
	if (!out_is_json())
		puts("\n[levels]");
	/* 0 is off, and -1 is not there. */
	end = end > 0 ? end : 0;
	below = end;
	for (i = 0; i < NR_MARKS; i++) {
		propose_mark(facts, &mark_rules[i], end, below, &marks[i]);
		below = marks[i].value;
	}
	for (i = NR_MARKS - 1; i >= 0; i--)
		print_proposal(&marks[i]);
}

/**
 * tune_run - the command "tune"
 * @args: @timeout: measure for so long, too
 *
 * Return: an exit status.
 */
int tune_run(const struct arguments *args)
{
	struct facts facts = {};
	int err = oe_proc_meminfo("MemTotal", &facts.total_kb);

	if (err)
		return complain(EXIT_TROUBLE, "cannot read %s/meminfo",
				oe_proc_root());
	err = oe_records_history(&facts.history);
	if (err)
		return complain_file("levels/history", NULL, err);
	measure_memory(&facts.history, args->timeout);
	if (!facts.history.nr) {
		oe_records_free_history(&facts.history);
		return complain(
			EXIT_NOT_FOUND,
			"levels/history is empty: measure with \"oom-embedded tune -t 60\", while the device does its work");
	}
	clamp_samples(&facts);
	facts.usual_kb = median_kb(&facts.history);
	read_events(&facts);
	print_all(&facts);
	oe_records_free_history(&facts.history);
	return EXIT_OK;
}
