// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the readers of the module's lists: candidates, oom_ranking, events, report and history,
 * each of which gets the same text.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/records.h"
#include "common/sysfs.h"
#include "tests/fuzz.h"

static const uint8_t *list;
static size_t list_size;

/* In place of common/sysfs.c. */
int oe_sysfs_read_list(const char *file, char **text, size_t *length)
{
	(void)file;
	*text = malloc(list_size + 1);
	if (!*text)
		return -ENOMEM;
	memcpy(*text, list, list_size);
	(*text)[list_size] = '\0';
	*length = list_size;
	return 0;
}

int oe_sysfs_read_number(const char *file, long long *value)
{
	(void)file;
	*value = 1;
	return 0;
}

static void look_at_rows(const struct oe_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		must_be_text(rows->row[i].source);
		must_be_text(rows->row[i].verdict);
		must_be_text(rows->row[i].comm);
		must_be_text(rows->row[i].reason);
		oe_records_may_die(&rows->row[i]);
	}
}

static void look_at_fields(const struct oe_field *field, size_t nr)
{
	if (nr > OE_FIELDS_MAX)
		abort();
	for (size_t i = 0; i < nr; i++) {
		double real = oe_field_real(field, nr, field[i].key, -1);

		must_be_text(field[i].key);
		must_be_text(field[i].value);
		oe_field_number(field, nr, field[i].key, -1);
		/* NaN would run through all that is computed. */
		if (real != real)
			abort();
	}
}

static void read_rows(int (*read)(struct oe_rows *rows))
{
	struct oe_rows rows;

	if (read(&rows))
		return;
	look_at_rows(&rows);
	oe_records_free_rows(&rows);
}

static void read_events(void)
{
	struct oe_events events;

	if (oe_records_events(&events))
		return;
	for (size_t i = 0; i < events.nr; i++) {
		const struct oe_event *event = &events.event[i];

		look_at_fields(event->field, event->nr);
		if (event->seq < 0 ||
		    !oe_records_find_event(&events, event->seq))
			abort();
	}
	oe_records_free_events(&events);
}

static void read_report(void)
{
	struct oe_report report;

	if (oe_records_report(&report))
		return;
	look_at_fields(report.field, report.nr_fields);
	look_at_rows(&report.rows);
	oe_records_free_report(&report);
}

static void read_history(void)
{
	struct oe_history history;

	if (oe_records_history(&history))
		return;
	for (size_t i = 0; i < history.nr; i++) {
		const struct oe_sample *sample = &history.sample[i];

		must_be_text(sample->level);
		if (!(sample->uptime >= 0) || sample->available_kb < 0)
			abort();
	}
	oe_records_free_history(&history);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	list = data;
	list_size = size;
	read_rows(oe_records_candidates);
	read_rows(oe_records_ranking);
	read_events();
	read_report();
	read_history();
	return 0;
}
