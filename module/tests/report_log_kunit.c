// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what goes to the log when the machine goes down, of a report that may be the last thing anybody
 * hears of it.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "../record/memory_report.h"

static const struct oe_memreport *latest;
static char lines[4096];

static const struct oe_memreport *latest_or_stub(void)
{
	return latest;
}

static const char *source_or_stub(const struct oe_memreport *report,
				  const struct oe_memreport_process *process,
				  char text[OE_MEMREPORT_SOURCE])
{
	return "explicit";
}

static __printf(1, 2) void note_line(const char *format, ...)
{
	size_t length = strlen(lines);
	va_list args;

	va_start(args, format);
	vscnprintf(lines + length, sizeof(lines) - length, format, args);
	va_end(args);
}

#define oe_memreport_latest latest_or_stub
#define oe_memreport_source source_or_stub
#define oe_memreport_reason_name(reason) "oom"
#define oe_level_name(level) "normal"
#undef pr_warn
#define pr_warn note_line
#include "../record/report_log.c"

enum {
	NR_PROCESSES = 12,
};

static struct oe_memreport_process processes[NR_PROCESSES];

/* A report of just now, with processes of these sizes; their pids are their places. */
static struct oe_memreport report_of(const unsigned int *sizes, unsigned int nr)
{
	struct oe_memreport report = {
		.head.uptime_ns = ktime_get_ns(),
		.nr_processes = nr,
		.nr_recorded = nr,
		.processes = processes,
	};
	unsigned int i;

	for (i = 0; i < nr; i++)
		processes[i] = (struct oe_memreport_process){
			.rss = sizes[i] / 2,
			.swap = sizes[i] - sizes[i] / 2,
			.pid = i,
			.comm = "p",
		};
	return report;
}

/* The machine goes down; @pids gets the numbers of the logged processes, in the order of their lines: "3 1 ". */
static void said_at_the_end(const struct oe_memreport *report, bool wanted,
			    char *pids, size_t room)
{
	const char *line = lines;

	lines[0] = '\0';
	pids[0] = '\0';
	latest = report;
	report_to_log = wanted;
	on_goodbye(NULL, 0, NULL);
	while ((line = strstr(line, "pid="))) {
		size_t length = strlen(pids);

		line += strlen("pid=");
		scnprintf(pids + length, room - length, "%.*s ",
			  (int)strcspn(line, " "), line);
	}
}

static void biggest_come_first(struct kunit *test)
{
	static const unsigned int sizes[NR_PROCESSES] = { 7, 3, 90, 3, 50, 90,
							  1, 8, 60, 3, 2,  50 };
	struct oe_memreport report = report_of(sizes, NR_PROCESSES);
	char pids[64];

	said_at_the_end(&report, true, pids, sizeof(pids));
	KUNIT_EXPECT_STREQ(test, pids, "2 5 8 4 11 7 0 1 3 9 ");
	KUNIT_EXPECT_NOT_NULL(test, strstr(lines, "processes=12\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(lines, "source=explicit comm=p\n"));
}

static void few_are_all_there(struct kunit *test)
{
	static const unsigned int sizes[] = { 0, 4 };
	struct oe_memreport report = report_of(sizes, ARRAY_SIZE(sizes));
	char pids[64];

	said_at_the_end(&report, true, pids, sizeof(pids));
	KUNIT_EXPECT_STREQ(test, pids, "1 0 ");
	report.nr_recorded = 0;
	said_at_the_end(&report, true, pids, sizeof(pids));
	KUNIT_EXPECT_STREQ(test, pids, "");
	KUNIT_EXPECT_NOT_NULL(test, strstr(lines, "reason=oom"));
}

static void nothing_is_said(struct kunit *test)
{
	static const unsigned int sizes[] = { 4 };
	struct oe_memreport report = report_of(sizes, ARRAY_SIZE(sizes));
	char pids[64];

	said_at_the_end(&report, false, pids, sizeof(pids));
	KUNIT_EXPECT_STREQ(test, lines, "");
	said_at_the_end(NULL, true, pids, sizeof(pids));
	KUNIT_EXPECT_STREQ(test, lines, "");
	report.head.uptime_ns -= (LOG_AGE_S + 1) * (u64)NSEC_PER_SEC;
	said_at_the_end(&report, true, pids, sizeof(pids));
	KUNIT_EXPECT_STREQ(test, lines, "");
}

static struct kunit_case report_log_cases[] = {
	KUNIT_CASE(biggest_come_first),
	KUNIT_CASE(few_are_all_there),
	KUNIT_CASE(nothing_is_said),
	{},
};

struct kunit_suite oe_report_log_suite = {
	.name = "oom_embedded_report_log",
	.test_cases = report_log_cases,
};
