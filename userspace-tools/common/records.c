// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module's lists.
 */
#include "common/records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/records_text.h"
#include "common/sysfs.h"
#include "common/words.h"

enum {
	WORDS_MAX = 16,
};

static int candidate_row(char **word, size_t nr, struct oe_row *row)
{
	if (nr < 6 || !oe_word_number(word[0], &row->position) ||
	    !oe_word_number(word[1], &row->pid) ||
	    !oe_word_number(word[2], &row->rank) ||
	    !oe_word_number(word[4], &row->badness_kb))
		return 0;
	oe_records_copy(row->source, sizeof(row->source), word[3]);
	oe_records_copy(row->verdict, sizeof(row->verdict), word[5]);
	oe_records_copy(row->comm, sizeof(row->comm),
			nr > 6 && strcmp(word[6], "\"\"") ? word[6] : "");
	/* Older modules end here. */
	row->set_rank = row->rank;
	if (nr < 10 || !oe_word_number(word[8], &row->keeper) ||
	    !oe_word_number(word[9], &row->set_rank))
		return 1;
	oe_records_copy(row->reason, sizeof(row->reason),
			strcmp(word[7], "-") ? word[7] : "");
	return 1;
}

static int ranking_row(char **word, size_t nr, struct oe_row *row)
{
	if (nr < 3 || !oe_word_number(word[0], &row->pid) ||
	    !oe_word_number(word[1], &row->rank))
		return 0;
	oe_records_copy(row->source, sizeof(row->source), word[2]);
	oe_records_copy(row->comm, sizeof(row->comm), nr > 3 ? word[3] : "");
	return 1;
}

static int report_row(char **word, size_t nr, struct oe_row *row)
{
	if (nr < 6 || !oe_word_number(word[0], &row->pid) ||
	    !oe_word_number(word[1], &row->uid) ||
	    !oe_word_number(word[2], &row->rss_kb) ||
	    !oe_word_number(word[3], &row->swap_kb) ||
	    !oe_word_number(word[4], &row->rank))
		return 0;
	oe_records_copy(row->source, sizeof(row->source), word[5]);
	oe_records_copy(row->comm, sizeof(row->comm), nr > 6 ? word[6] : "");
	return 1;
}

typedef int row_reader(char **word, size_t nr, struct oe_row *row);

static int parse_rows(char *rest, row_reader *read_row, struct oe_rows *rows)
{
	char *line;

	while ((line = oe_records_line(&rest))) {
		char *word[WORDS_MAX];
		struct oe_row *bigger;

		if (oe_records_is_blank(line))
			continue;
		bigger = oe_records_append(rows->row, rows->nr,
					   sizeof(*rows->row));
		if (!bigger)
			return -ENOMEM;
		rows->row = bigger;
		rows->row[rows->nr].uid = -1;
		if (read_row(word, oe_records_split(line, word, WORDS_MAX),
			     &rows->row[rows->nr]))
			rows->nr++;
		else
			rows->nr_bad++;
	}
	return 0;
}

static int read_rows(const char *file, row_reader *read_row,
		     struct oe_rows *rows)
{
	char *text;
	int err;

	memset(rows, 0, sizeof(*rows));
	err = oe_records_read(file, &text);
	if (err)
		return err;
	err = parse_rows(text, read_row, rows);
	free(text);
	if (err)
		oe_records_free_rows(rows);
	return err;
}

/**
 * oe_records_wanted - reconfigure_wanted, for those who only look
 * @wanted: result
 *
 * The file is not read: the module takes its readers for handlers and would
 * wait for this program in the next emergency. The result is the sum of the
 * counters in stats/, which have no such effect.
 *
 * Return: 0 or a negative errno.
 */
int oe_records_wanted(long long *wanted)
{
	static const char *const files[] = {
		"stats/oom_global",
		"stats/oom_memcg",
		"stats/oom_sysrq",
		"stats/oom_request",
	};
	long long sum = 0;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		long long value;
		int err = oe_sysfs_read_number(files[i], &value);

		/* Each module counts the first kinds. */
		if (err && (err != -ENOENT || !i))
			return err;
		sum += err ? 0 : value;
	}
	*wanted = sum;
	return 0;
}

/**
 * oe_records_candidates - the processes that would die now, in order
 * @rows: result; free with oe_records_free_rows()
 *
 * Return: 0 or a negative errno (-EACCES without root); @rows is empty then.
 */
int oe_records_candidates(struct oe_rows *rows)
{
	return read_rows("candidates", candidate_row, rows);
}

/**
 * oe_records_members - the processes of a group, in the order in which they would die
 * @group: its name
 * @rows: result; free with oe_records_free_rows()
 *
 * Return: 0 or a negative errno (-EACCES without root); @rows is empty then.
 */
int oe_records_members(const char *group, struct oe_rows *rows)
{
	char file[OE_SYSFS_PATH_MAX];

	snprintf(file, sizeof(file), "groups/%s/candidates", group);
	return read_rows(file, candidate_row, rows);
}

/**
 * oe_records_may_die - is it in the list of candidates as one that may be chosen?
 * @row: of oe_records_candidates()
 *
 * Return: 1 if it is, in whatever place.
 */
int oe_records_may_die(const struct oe_row *row)
{
	return !strcmp(row->verdict, "next") ||
	       !strcmp(row->verdict, "eligible") ||
	       !strcmp(row->verdict, "small");
}

/**
 * oe_records_ranking - the processes that have a ranking of their own
 * @rows: result; free with oe_records_free_rows()
 *
 * Return: 0 or a negative errno; @rows is empty then.
 */
int oe_records_ranking(struct oe_rows *rows)
{
	return read_rows("oom_ranking", ranking_row, rows);
}

/**
 * oe_records_free_rows - free a list of processes
 * @rows: is empty afterwards
 */
void oe_records_free_rows(struct oe_rows *rows)
{
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}

/**
 * oe_records_events - the history of decisions
 * @events: result; free with oe_records_free_events()
 *
 * Return: 0 or a negative errno; @events is empty then.
 */
int oe_records_events(struct oe_events *events)
{
	char *rest;
	char *line;
	int err;

	memset(events, 0, sizeof(*events));
	err = oe_records_read("events", &events->text);
	if (err)
		return err;
	rest = events->text;
	while ((line = oe_records_line(&rest))) {
		struct oe_event *bigger;
		struct oe_event *event;

		if (oe_records_is_blank(line))
			continue;
		bigger = oe_records_append(events->event, events->nr,
					   sizeof(*events->event));
		if (!bigger) {
			oe_records_free_events(events);
			return -ENOMEM;
		}
		events->event = bigger;
		event = &events->event[events->nr];
		event->nr = oe_records_fields(line, event->field);
		event->seq =
			oe_field_number(event->field, event->nr, "seq", -1);
		if (event->seq >= 0)
			events->nr++;
		else
			events->nr_bad++;
	}
	return 0;
}

/**
 * oe_records_free_events - free the history
 * @events: is empty afterwards
 */
void oe_records_free_events(struct oe_events *events)
{
	free(events->text);
	free(events->event);
	memset(events, 0, sizeof(*events));
}

/**
 * oe_records_find_event - a decision by its number
 * @events: the history
 * @seq: its number; -1: the last one
 *
 * Return: the event, or NULL if it is not (or no longer) there.
 */
const struct oe_event *oe_records_find_event(const struct oe_events *events,
					     long long seq)
{
	size_t i = events->nr;

	if (seq < 0)
		return i ? &events->event[i - 1] : NULL;
	while (i--)
		if (events->event[i].seq == seq)
			return &events->event[i];
	return NULL;
}

/* "Key:   N kB" or "Key: value"; the unit is dropped. */
static int parse_total(char *line, struct oe_field *field)
{
	char *colon = strchr(line, ':');
	char *value;
	size_t length;

	if (!colon || colon == line)
		return 0;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " ");
	length = strlen(value);
	while (length && value[length - 1] == ' ')
		value[--length] = '\0';
	if (length > 3 && !strcmp(value + length - 3, " kB"))
		value[length - 3] = '\0';
	field->key = line;
	field->value = value;
	return 1;
}

/**
 * oe_records_report - the memory report of the last emergency
 * @report: result; free with oe_records_free_report()
 *
 * Return: 0 or a negative errno; @report is empty then. A report without
 * fields means that there was no emergency yet.
 */
int oe_records_report(struct oe_report *report)
{
	char *rest;
	char *line;
	int err;

	memset(report, 0, sizeof(*report));
	err = oe_records_read("report", &report->text);
	if (err)
		return err;
	rest = report->text;
	while ((line = oe_records_line(&rest)) && !oe_records_is_blank(line))
		if (report->nr_fields < OE_FIELDS_MAX)
			report->nr_fields += parse_total(
				line, &report->field[report->nr_fields]);
	/* The head line */
	oe_records_line(&rest);
	if (rest)
		err = parse_rows(rest, report_row, &report->rows);
	if (err)
		oe_records_free_report(report);
	return err;
}

/**
 * oe_records_free_report - free the report
 * @report: is empty afterwards
 */
void oe_records_free_report(struct oe_report *report)
{
	free(report->text);
	oe_records_free_rows(&report->rows);
	memset(report, 0, sizeof(*report));
}

static int parse_sample(char *line, struct oe_sample *sample)
{
	static const char *const parts[OE_NR_PARTS] = {
		[OE_PART_SLAB] = "slab_kb",   [OE_PART_STORE] = "store_kb",
		[OE_PART_SHMEM] = "shmem_kb", [OE_PART_ANON] = "anon_kb",
		[OE_PART_CACHE] = "cache_kb", [OE_PART_FREE] = "free_kb",
	};
	struct oe_field field[OE_FIELDS_MAX];
	size_t nr = oe_records_fields(line, field);
	const char *level = oe_field_text(field, nr, "level");

	sample->uptime = oe_field_real(field, nr, "uptime", -1);
	sample->available_kb = oe_field_number(field, nr, "available_kb", -1);
	oe_records_copy(sample->level, sizeof(sample->level),
			level ? level : "");
	for (int i = 0; i < OE_NR_PARTS; i++)
		sample->part_kb[i] = oe_field_number(field, nr, parts[i], -1);
	return sample->uptime >= 0 && sample->available_kb >= 0;
}

/**
 * oe_records_history - the memory curve
 * @history: result; free with oe_records_free_history()
 *
 * Return: 0 or a negative errno; @history is empty then.
 */
int oe_records_history(struct oe_history *history)
{
	char *text;
	char *rest;
	char *line;
	int err;

	memset(history, 0, sizeof(*history));
	err = oe_records_read("levels/history", &text);
	if (err)
		return err;
	rest = text;
	while ((line = oe_records_line(&rest))) {
		struct oe_sample *bigger;

		if (oe_records_is_blank(line))
			continue;
		bigger = oe_records_append(history->sample, history->nr,
					   sizeof(*history->sample));
		if (!bigger) {
			free(text);
			oe_records_free_history(history);
			return -ENOMEM;
		}
		history->sample = bigger;
		if (parse_sample(line, &history->sample[history->nr]))
			history->nr++;
		else
			history->nr_bad++;
	}
	free(text);
	return 0;
}

/**
 * oe_records_free_history - free the memory curve
 * @history: is empty afterwards
 */
void oe_records_free_history(struct oe_history *history)
{
	free(history->sample);
	memset(history, 0, sizeof(*history));
}
