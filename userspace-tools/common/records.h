/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_RECORDS_H
#define OE_TOOLS_RECORDS_H

#include <stddef.h>

/*
 * The module's lists, line by line: oom_ranking, candidates, events, report,
 * levels/history. A line that cannot be read is counted and left out. All text
 * is printable ASCII afterwards, whatever the file held.
 */

enum {
	OE_SOURCE_SIZE = 48,
	OE_COMM_SIZE = 64, /* 15 bytes as \xHH, and the NUL */
	OE_WORD_SIZE = 24,
	OE_FIELDS_MAX = 64,
};

/**
 * struct oe_row - a process in one of the lists
 * @position: in candidates, 1 is the next one; else 0
 * @pid: as the reader sees it
 * @uid: in the report, else -1
 * @rank: its ranking
 * @source: default, explicit, self, inherited, lost, offered, group:NAME
 * @badness_kb: in candidates
 * @rss_kb: in the report
 * @swap_kb: in the report
 * @verdict: in candidates: next, eligible, small, protected, unkillable; else ""
 * @comm: escaped; may be empty
 * @reason: in candidates: origin, memory, pidns, cgroup; else ""
 * @keeper: in candidates: pid of the process that protects this one; else 0
 * @set_rank: in candidates: lowest ranking among those who die with it
 */
struct oe_row {
	long long position;
	long long pid;
	long long uid;
	long long rank;
	char source[OE_SOURCE_SIZE];
	long long badness_kb;
	long long rss_kb;
	long long swap_kb;
	char verdict[OE_WORD_SIZE];
	char comm[OE_COMM_SIZE];
	char reason[OE_WORD_SIZE];
	long long keeper;
	long long set_rank;
};

/**
 * struct oe_rows - a list of processes
 * @row: malloced
 * @nr: of them
 * @nr_bad: lines that could not be read
 */
struct oe_rows {
	struct oe_row *row;
	size_t nr;
	size_t nr_bad;
};

/**
 * struct oe_field - a key and its value
 * @key: text
 * @value: text, "-" for "not there"
 */
struct oe_field {
	const char *key;
	const char *value;
};

/**
 * struct oe_event - a decision
 * @seq: its number
 * @nr: fields
 * @field: all of the line, in its order
 */
struct oe_event {
	long long seq;
	size_t nr;
	struct oe_field field[OE_FIELDS_MAX];
};

/**
 * struct oe_events - the history of decisions, oldest first
 * @text: the buffer that the fields point into
 * @event: malloced
 * @nr: of them
 * @nr_bad: lines that could not be read
 */
struct oe_events {
	char *text;
	struct oe_event *event;
	size_t nr;
	size_t nr_bad;
};

/**
 * struct oe_report - the memory report
 * @text: the buffer that the fields point into
 * @field: the totals
 * @nr_fields: of them
 * @rows: the processes, biggest first
 */
struct oe_report {
	char *text;
	struct oe_field field[OE_FIELDS_MAX];
	size_t nr_fields;
	struct oe_rows rows;
};

/** enum oe_mempart - parts of the memory that do not overlap, as in levels/history */
enum oe_mempart {
	OE_PART_SLAB,
	OE_PART_STORE,
	OE_PART_SHMEM,
	OE_PART_ANON,
	OE_PART_CACHE,
	OE_PART_FREE,
	OE_NR_PARTS,
};

/**
 * struct oe_sample - a point of the memory curve
 * @uptime: seconds
 * @available_kb: the memory that the levels are compared with
 * @level: at that time
 * @part_kb: where the memory was, by &enum oe_mempart; negative = not told
 */
struct oe_sample {
	double uptime;
	long long available_kb;
	char level[OE_WORD_SIZE];
	long long part_kb[OE_NR_PARTS];
};

/**
 * struct oe_history - the memory curve, oldest first
 * @sample: malloced
 * @nr: of them
 * @nr_bad: lines that could not be read
 */
struct oe_history {
	struct oe_sample *sample;
	size_t nr;
	size_t nr_bad;
};

int oe_records_wanted(long long *wanted);

int oe_records_candidates(struct oe_rows *rows);
int oe_records_members(const char *group, struct oe_rows *rows);
int oe_records_ranking(struct oe_rows *rows);
int oe_records_may_die(const struct oe_row *row);
void oe_records_free_rows(struct oe_rows *rows);

int oe_records_events(struct oe_events *events);
void oe_records_free_events(struct oe_events *events);
const struct oe_event *oe_records_find_event(const struct oe_events *events,
					     long long seq);

int oe_records_report(struct oe_report *report);
void oe_records_free_report(struct oe_report *report);

int oe_records_history(struct oe_history *history);
void oe_records_free_history(struct oe_history *history);

const char *oe_field_text(const struct oe_field *field, size_t nr,
			  const char *key);
long long oe_field_number(const struct oe_field *field, size_t nr,
			  const char *key, long long fallback);
double oe_field_real(const struct oe_field *field, size_t nr, const char *key,
		     double fallback);

#endif
