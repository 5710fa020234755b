/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_INCIDENT_H
#define OE_CLI_INCIDENT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/records.h"
#include "common/words.h"

enum {
	NR_WATERMARKS = OE_NR_LEVELS - 1,
};

/**
 * struct incident - all that is known about one emergency
 * @event: the decision
 * @events: all of them
 * @history: the memory curve; may be empty
 * @report: the memory report; may be empty
 * @candidates: those of now; may be empty
 * @watermark_kb: warning, critical, imminent_oom, oom; 0 is off
 * @uptime: of the emergency; negative if not known
 * @first: sample with which it begins
 * @last: sample with which it ends
 * @has_window: there are samples around it
 * @has_recovered: the last sample is back to normal
 * @is_report_of_it: the report was taken in this emergency
 */
struct incident {
	const struct oe_event *event;
	struct oe_events events;
	struct oe_history history;
	struct oe_report report;
	struct oe_rows candidates;
	long long watermark_kb[NR_WATERMARKS];
	double uptime;
	size_t first;
	size_t last;
	bool has_window;
	bool has_recovered;
	bool is_report_of_it;
};

/* All levels but the normal one have a watermark. */
static inline const char *incident_watermark(int i)
{
	return oe_level_word(i + 1);
}

void incident_find_window(struct incident *incident);
void incident_curve(FILE *to, const struct incident *incident);
void incident_stack(FILE *to, const struct incident *incident);
void incident_processes(FILE *to, const struct incident *incident);
void incident_timeline(FILE *to, const struct incident *incident);

#endif
