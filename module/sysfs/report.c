// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: the last memory report as text. It is rendered piece by piece into
 * the reader's buffer, so that reading allocates nothing when there is no
 * memory.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/uidgid.h>

#include "compat/compat.h"
#include "sysfs/snapshot.h"
#include "record/memory_report.h"
#include "lib/parse.h"
#include "lib/units.h"
#include "sysfs/files.h"

enum {
	HEAD_SIZE = 2048,
	LINE_SIZE = 256,
	READERS = 4,
	/* Taking a report needs much less, unless the taker is preempted. */
	TAKING_TRIES = 100,
	TAKING_POLL_MS = 10,
};

/**
 * struct reader - an open file and the report that it reads
 * @file: compared, never dereferenced
 * @report: the report
 * @version: of @report when the reading began
 */
struct reader {
	const struct file *file;
	const struct oe_memreport *report;
	unsigned int version;
};

static struct {
	struct mutex lock; /* its holders never allocate */
	struct reader readers[READERS];
	unsigned int next_reader; /* the place that the next one takes */
	/* The order of one report's processes, biggest first. */
	u16 *order;
	const struct oe_memreport *ordered;
	unsigned int ordered_version;
	char head[HEAD_SIZE];
	char line[LINE_SIZE];
} view = {
	.lock = __MUTEX_INITIALIZER(view.lock),
};

static int by_size(const void *a, const void *b, const void *arg)
{
	const struct oe_memreport *report = arg;
	const struct oe_memreport_process *left =
		&report->processes[*(const u16 *)a];
	const struct oe_memreport_process *right =
		&report->processes[*(const u16 *)b];
	unsigned long left_size = oe_memreport_size(left);
	unsigned long right_size = oe_memreport_size(right);

	/* There may be thousands. */
	cond_resched();
	if (left_size != right_size)
		return left_size > right_size ? -1 : 1;
	return left->pid < right->pid ? -1 : 1;
}

static void order_processes(const struct reader *reader)
{
	const struct oe_memreport *report = reader->report;
	unsigned int nr = READ_ONCE(report->nr_recorded);
	unsigned int i;

	if (view.ordered == report && view.ordered_version == reader->version)
		return;
	for (i = 0; i < nr; i++)
		view.order[i] = i;
	sort_r(view.order, nr, sizeof(*view.order), by_size, NULL, report);
	view.ordered = report;
	view.ordered_version = reader->version;
}

static void add_time(struct oe_text *text, const char *key, u64 ns)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	oe_text_add(text, "%s: %llu.%06u\n", key, seconds, rest / 1000);
}

static unsigned int render_head(const struct oe_memreport *report)
{
	struct oe_text text = { .data = view.head, .size = HEAD_SIZE };
	enum oe_memtotal i;

	oe_text_add(&text, "ReportReason: %s\nReportSeq: %llu\n",
		    oe_memreport_reason_name(report->head.reason),
		    report->head.seq);
	add_time(&text, "ReportUptime", report->head.uptime_ns);
	add_time(&text, "ReportTime", report->head.time_ns);
	oe_text_add(&text, "Level: %s\nLevelWas: %s\n",
		    oe_level_name(report->head.level),
		    oe_level_name(report->head.level_was));
	for (i = 0; i < OE_NR_MEMTOTALS; i++)
		oe_text_add(&text, "%s: %lu kB\n", oe_memtotal_name(i),
			    report->head.totals.kb[i]);
	oe_text_add(&text, "Processes: %u\nRecorded: %u\nTruncated: %u\n\n",
		    report->nr_processes, report->nr_recorded,
		    report->nr_recorded < report->nr_processes);
	return text.length;
}

/* Returns the length of every line: an offset gives the number of the line. */
static unsigned int render_line(const struct oe_memreport *report,
				unsigned int line)
{
	const struct oe_memreport_process *process;
	struct oe_text text = { .data = view.line, .size = LINE_SIZE };
	char source[OE_MEMREPORT_SOURCE];
	char comm[OE_COMM_ESCAPED];

	if (!line) {
		oe_text_add(&text, "%10s %10s %12s %12s %4s %-*s %-*s\n", "PID",
			    "UID", "RSS_KB", "SWAP_KB", "RANK",
			    OE_MEMREPORT_SOURCE - 1, "SOURCE",
			    OE_COMM_ESCAPED - 1, "COMM");
		return text.length;
	}
	process = &report->processes[view.order[line - 1]];
	oe_text_add(&text, "%10d %10u %12lu %12lu %4u %-*s %-*s\n",
		    process->pid, from_kuid_munged(&init_user_ns, process->uid),
		    oe_to_kib(process->rss), oe_to_kib(process->swap),
		    process->rank, OE_MEMREPORT_SOURCE - 1,
		    oe_memreport_source(report, process, source),
		    OE_COMM_ESCAPED - 1, oe_escape_comm(comm, process->comm));
	return text.length;
}

/* Copies the part of a piece at @start that is in [*offset, *offset + *room). */
static void copy_piece(char **buf, loff_t *offset, size_t *room, loff_t start,
		       const char *piece, size_t length)
{
	size_t skip = *offset - start;
	size_t part;

	if (*offset < start || skip >= length)
		return;
	part = min(length - skip, *room);
	memcpy(*buf, piece + skip, part);
	*buf += part;
	*offset += part;
	*room -= part;
}

static ssize_t render_window(const struct reader *reader, char *buf,
			     loff_t offset, size_t count)
{
	const struct oe_memreport *report = reader->report;
	unsigned int head = render_head(report);
	unsigned int width = render_line(report, 0);
	unsigned int nr_lines = READ_ONCE(report->nr_recorded) + 1;
	unsigned int line = 0;
	size_t room = count;

	if (nr_lines > oe_memreport_room() + 1)
		return -ESTALE;
	order_processes(reader);
	copy_piece(&buf, &offset, &room, 0, view.head, head);
	if (offset > head)
		line = div_u64(offset - head, width);
	for (; room && line < nr_lines; line++) {
		render_line(report, line);
		copy_piece(&buf, &offset, &room, head + (loff_t)line * width,
			   view.line, width);
	}
	return count - room;
}

/* Takes the report, or waits for its taker. */
static int wait_for(const struct oe_memreport *report, unsigned int *version)
{
	unsigned int i;

	for (i = 0; i < TAKING_TRIES; i++) {
		oe_memreport_take_to_read(report);
		if (oe_memreport_is_whole(report, version))
			return 0;
		msleep(TAKING_POLL_MS);
	}
	return -EAGAIN;
}

static struct reader *find_reader(const struct file *file)
{
	unsigned int i;

	for (i = 0; i < READERS; i++)
		if (view.readers[i].file == file)
			return &view.readers[i];
	return NULL;
}

/* Chooses the report at the first read of a file. */
static struct reader *begin_reading(const struct file *file)
{
	struct reader *reader = find_reader(file);
	int err;

	if (!reader)
		reader = &view.readers[view.next_reader++ % READERS];
	reader->file = file;
	reader->report = oe_memreport_latest();
	if (!reader->report)
		return NULL;
	err = wait_for(reader->report, &reader->version);
	return err ? ERR_PTR(err) : reader;
}

static ssize_t read_locked(const struct file *file, char *buf, loff_t offset,
			   size_t count)
{
	struct reader *reader = offset ? find_reader(file) :
					 begin_reading(file);
	ssize_t ret;

	if (IS_ERR(reader))
		return PTR_ERR(reader);
	if (!reader)
		return offset ? -ESTALE : 0;
	if (!reader->report)
		return 0;
	ret = render_window(reader, buf, offset, count);
	/* A new report has replaced it: do not mix pieces of two. */
	if (read_seqcount_retry(&reader->report->version, reader->version))
		return -ESTALE;
	return ret;
}

static ssize_t report_read(struct file *file, struct kobject *kobj,
			   OE_BIN_CONST struct bin_attribute *attr, char *buf,
			   loff_t offset, size_t count)
{
	ssize_t ret;

	mutex_lock(&view.lock);
	ret = read_locked(file, buf, offset, count);
	mutex_unlock(&view.lock);
	return ret;
}

static OE_BIN_CONST struct bin_attribute report_attr = {
	.attr = { .name = "report", .mode = 0400 },
	.read = report_read,
};

static OE_BIN_CONST struct bin_attribute *OE_BIN_CONST report_attrs[] = {
	&report_attr,
	NULL,
};

const struct attribute_group oe_report_group = {
	.bin_attrs = report_attrs,
};

/**
 * oe_sysfs_report_init - before the file is published
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int oe_sysfs_report_init(void)
{
	view.order =
		kvcalloc(oe_memreport_room(), sizeof(*view.order), GFP_KERNEL);
	return view.order ? 0 : -ENOMEM;
}

/**
 * oe_sysfs_report_exit - after it is withdrawn
 */
void oe_sysfs_report_exit(void)
{
	kvfree(view.order);
}
