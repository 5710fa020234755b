// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory report: the users of all memory just before, or when, it has run
 * out. It is written to memory that is allocated at load, that for the names of
 * groups before the first one is made, with one place for each reason, so that
 * the report of an OOM does not overwrite that of the warning.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "lib/parse.h"
#include "lib/units.h"
#include "rank/ranking.h"
#include "record/memory_report.h"
#include "tasks.h"

enum {
	ROOM_MIN = 16,
	ROOM_MAX = 32768,
	/* If the parameter is not given: one for so much memory, within these. */
	ROOM_MB = 4,
	ROOM_LEAST = 128,
	ROOM_MOST = 1000,
};

/* Set once, at load. */
static unsigned int report_processes;

static struct {
	struct oe_memreport reports[OE_NR_MEMREPORTS];
	struct oe_memreport
		*latest; /* release by the taker, acquire by readers */
} memreport;

static int room_set(const char *text, const struct kernel_param *param)
{
	u64 value;
	int err;

	err = oe_parse_number(text, ROOM_MIN, ROOM_MAX, &value);
	if (!err)
		report_processes = value;
	return err;
}

static const struct kernel_param_ops room_ops = {
	.set = room_set,
	.get = param_get_uint,
};

module_param_cb(report_processes, &room_ops, &report_processes, 0444);
MODULE_PARM_DESC(
	report_processes,
	"processes that a memory report has room for (16..32768, default: one for each 4 MB of memory, from 128 to 1000)");

/**
 * oe_memreport_size - the size by which processes are sorted
 * @process: in a report
 *
 * Return: pages, resident and swapped out.
 */
unsigned long oe_memreport_size(const struct oe_memreport_process *process)
{
	return (unsigned long)process->rss + process->swap;
}

/**
 * oe_memreport_source - the origin of a ranking, in one word
 * @report: the report
 * @process: in it
 * @text: filled in
 *
 * Return: @text.
 */
const char *oe_memreport_source(const struct oe_memreport *report,
				const struct oe_memreport_process *process,
				char text[OE_MEMREPORT_SOURCE])
{
	bool group = process->source == OE_SOURCE_GROUP;
	/* Published by oe_memreport_reserve_names(). */
	const struct oe_memreport_names *names = READ_ONCE(report->names);

	scnprintf(text, OE_MEMREPORT_SOURCE, "%s%s%s",
		  oe_source_name(process->source), group ? ":" : "",
		  group && names ? names->groups[process->group] : "");
	return text;
}

static bool is_smaller(const struct oe_memreport *report, unsigned int a,
		       unsigned int b)
{
	return oe_memreport_size(&report->processes[a]) <
	       oe_memreport_size(&report->processes[b]);
}

/*
 * A full report is a heap, with its smallest process on top: that one is
 * replaced.
 */
static void sift_down(struct oe_memreport *report, unsigned int parent)
{
	unsigned int child;

	for (; (child = 2 * parent + 1) < report->nr_recorded; parent = child) {
		if (child + 1 < report->nr_recorded &&
		    is_smaller(report, child + 1, child))
			child++;
		if (!is_smaller(report, child, parent))
			return;
		swap(report->processes[child], report->processes[parent]);
	}
}

static void make_heap(struct oe_memreport *report)
{
	unsigned int i = report->nr_recorded / 2;

	while (i--)
		sift_down(report, i);
}

static void add_process(struct oe_memreport *report,
			const struct oe_memreport_process *process)
{
	if (report->nr_recorded < report_processes) {
		report->processes[report->nr_recorded++] = *process;
		if (report->nr_recorded == report_processes)
			make_heap(report);
	} else {
		report->processes[0] = *process;
		sift_down(report, 0);
	}
}

static bool has_room_for(const struct oe_memreport *report,
			 const struct oe_candidate *c)
{
	return report->nr_recorded < report_processes ||
	       c->rss + c->swap > oe_memreport_size(&report->processes[0]);
}

static int record_process(const struct oe_candidate *c, void *arg)
{
	struct oe_memreport *report = arg;
	struct task_struct *p = c->task;
	struct oe_memreport_process process;

	report->nr_processes++;
	report->totals.kb[OE_MEMTOTAL_SwapTotal] += oe_to_kib(c->swap);
	if (!has_room_for(report, c))
		return 0;
	process = (struct oe_memreport_process){
		.rss = min_t(unsigned long, c->rss, U32_MAX),
		.swap = min_t(unsigned long, c->swap, U32_MAX),
		.pid = c->pid,
		.uid = task_uid(p),
		.rank = c->rank,
		.source = c->source,
		.group = c->group,
	};
	/* A torn read is still terminated. */
	strscpy(process.comm, p->comm, sizeof(process.comm));
	add_process(report, &process);
	return 0;
}

/* A group may be removed, and another may have its number, before it is read. */
static void record_names(const struct oe_memreport *report)
{
	/* Published by oe_memreport_reserve_names(). */
	struct oe_memreport_names *names = READ_ONCE(report->names);
	unsigned int group;

	for (group = 0; names && group < OE_NR_GROUPS; group++)
		oe_group_name(group, names->groups[group]);
}

/**
 * oe_memreport_begin - from now on readers wait for a new report
 * @reason: its reason
 *
 * Userspace is woken before the report is taken, because a report of thousands
 * of processes takes longer than a wake-up. Mark the report busy before waking
 * readers: they must not get the old one. The writer of a sequence count must
 * not sleep where readers spin; the readers here do not spin, they sleep for a
 * second at most (sysfs/report.c), and read the count raw.
 *
 * Context: as oe_memreport_take(), which has to follow.
 */
void oe_memreport_begin(enum oe_memreport_reason reason)
{
	struct oe_memreport *report = &memreport.reports[reason];

	raw_write_seqcount_begin(&report->version);
	/* Pairs with oe_memreport_latest(). */
	smp_store_release(&memreport.latest, report);
}

/**
 * oe_memreport_take - take a report
 * @reason: its reason; oe_memreport_begin() was called with it
 * @seq: the OOM's, or the count of OOMs so far
 * @level: present level
 * @level_was: the one that userspace was told before
 *
 * Context: for OE_MEMREPORT_OOM the OOM path, oom_lock held; for
 * OE_MEMREPORT_IMMINENT the watcher: one taker at a time for each. Allocates
 * nothing, takes task locks only.
 */
void oe_memreport_take(enum oe_memreport_reason reason, u64 seq,
		       enum oe_level level, enum oe_level level_was)
{
	struct oe_memreport *report = &memreport.reports[reason];
	const struct oe_domain domain = {
		.totalpages = oe_tasks_totalpages(NULL),
	};

	report->reason = reason;
	report->seq = seq;
	report->level = level;
	report->level_was = level_was;
	report->uptime_ns = ktime_get_ns();
	report->time_ns = ktime_get_real_ns();
	report->nr_processes = 0;
	report->nr_recorded = 0;
	oe_memtotals_read(&report->totals);
	record_names(report);
	oe_tasks_for_each(&domain,
			  reason == OE_MEMREPORT_OOM ? OE_GROUP_PASS_OOM :
						       OE_GROUP_PASS_LIST,
			  record_process, report);
	/*
	 * No kernel exports the total: add the swap of the processes to the
	 * free.
	 */
	report->totals.kb[OE_MEMTOTAL_SwapTotal] +=
		report->totals.kb[OE_MEMTOTAL_SwapFree];
	raw_write_seqcount_end(&report->version);
	/* One of another reason may have begun later and have ended before. */
	smp_store_release(&memreport.latest, report); /* as above */
}

/**
 * oe_memreport_latest - the last report that was taken
 *
 * Context: any.
 * Return: the report, or NULL if there was none.
 */
const struct oe_memreport *oe_memreport_latest(void)
{
	/* Pairs with oe_memreport_begin(). */
	return smp_load_acquire(&memreport.latest);
}

/**
 * oe_memreport_room - how many processes a report can have
 *
 * Return: the number, fixed at load.
 */
unsigned int oe_memreport_room(void)
{
	return report_processes;
}

/**
 * oe_memreport_reason_name - a reason in words, as in the ABI
 * @reason: the reason
 *
 * Return: a constant string.
 */
const char *oe_memreport_reason_name(enum oe_memreport_reason reason)
{
	return reason == OE_MEMREPORT_OOM ? "oom" : "imminent_oom";
}

static void free_reports(void)
{
	unsigned int i;

	for (i = 0; i < OE_NR_MEMREPORTS; i++) {
		vfree(memreport.reports[i].processes);
		vfree(memreport.reports[i].names);
	}
}

/**
 * oe_memreport_reserve_names - before there is a group
 *
 * Context: process context, may sleep; several may come at once.
 * Return: 0 or -ENOMEM.
 */
int oe_memreport_reserve_names(void)
{
	unsigned int i;

	for (i = 0; i < OE_NR_MEMREPORTS; i++) {
		struct oe_memreport *report = &memreport.reports[i];
		struct oe_memreport_names *names;

		if (READ_ONCE(report->names))
			continue;
		names = vzalloc(sizeof(*names));
		if (!names)
			return -ENOMEM;
		/* Pairs with the readers: they find it zeroed. */
		if (cmpxchg(&report->names, NULL, names))
			vfree(names);
	}
	return 0;
}

static unsigned int default_room(void)
{
	unsigned long mb = totalram_pages() >> (20 - PAGE_SHIFT);

	return clamp_t(unsigned long, mb / ROOM_MB, ROOM_LEAST, ROOM_MOST);
}

/**
 * oe_memreport_init - set the memory aside
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int oe_memreport_init(void)
{
	unsigned int i;

	if (!report_processes)
		report_processes = default_room();
	for (i = 0; i < OE_NR_MEMREPORTS; i++) {
		struct oe_memreport *report = &memreport.reports[i];

		seqcount_init(&report->version);
		/* kvcalloc() would take a power of two of pages. */
		report->processes = vzalloc(array_size(
			report_processes, sizeof(*report->processes)));
		if (!report->processes) {
			free_reports();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * oe_memreport_exit - give the memory back
 *
 * Context: module exit; there are no takers and no readers any more.
 */
void oe_memreport_exit(void)
{
	free_reports();
}
