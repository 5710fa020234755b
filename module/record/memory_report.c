// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory report: the users of all memory just before, or when, it has run
 * out. It is written to memory that is allocated at load, that for the names of
 * groups before the first one is made, with one place for each reason, so that
 * the report of an OOM does not overwrite that of the warning.
 *
 * The sums are read when an OOM is announced. The walk over the processes takes longer than a wake-up, and
 * the kill does not wait for it: whoever comes first takes it, a reader that was woken, or the OOM, when its
 * victim is dead.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "episode.h"
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

/**
 * struct place - a report, and the next one that has been announced
 * @report: the report
 * @lock: for what follows; its holders do nothing else
 * @wanted: @next was announced, and nobody takes it yet
 * @taken: somebody is at it
 * @next: its head
 */
struct place {
	struct oe_memreport report;
	spinlock_t lock;
	bool wanted;
	bool taken;
	struct oe_memreport_head next;
};

static struct {
	struct place places[OE_NR_MEMREPORTS];
	struct oe_memreport *
		latest; /* release by oe_memreport_begin(), acquire by readers */
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

static bool has_room_for(const struct oe_memreport *report, unsigned long size)
{
	return report->nr_recorded < report_processes ||
	       size > oe_memreport_size(&report->processes[0]);
}

/**
 * struct walk - a walk over the processes
 * @report: filled in
 * @victim: of the OOM, if it was killed before the walk, or NULL
 * @seen: the walk has met it
 */
struct walk {
	struct oe_memreport *report;
	const struct oe_process *victim;
	bool seen;
};

static bool is_victim(const struct walk *walk, const struct oe_candidate *c)
{
	return walk->victim && walk->victim->pid == c->pid;
}

static int record_process(const struct oe_candidate *c, void *arg)
{
	struct walk *walk = arg;
	struct oe_memreport *report = walk->report;
	struct task_struct *p = c->task;
	struct oe_memreport_process process;
	unsigned long rss = c->rss;

	if (is_victim(walk, c)) {
		walk->seen = true;
		rss = max(rss, walk->victim->rss);
	}
	report->nr_processes++;
	report->head.totals.kb[OE_MEMTOTAL_SwapTotal] += oe_to_kib(c->swap);
	if (!has_room_for(report, rss + c->swap))
		return 0;
	process = (struct oe_memreport_process){
		.rss = min_t(unsigned long, rss, U32_MAX),
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
 * oe_memreport_begin - from now on readers get a new report
 * @reason: its reason
 * @seq: the OOM's, or the count of OOMs so far
 * @level: present level
 * @level_was: the one that userspace was told before
 *
 * Before userspace is woken: what it reads then must not be the old one.
 *
 * Context: as oe_memreport_take(), which has to follow.
 */
void oe_memreport_begin(enum oe_memreport_reason reason, u64 seq,
			enum oe_level level, enum oe_level level_was)
{
	struct place *place = &memreport.places[reason];

	spin_lock(&place->lock);
	place->next = (struct oe_memreport_head){
		.reason = reason,
		.seq = seq,
		.uptime_ns = ktime_get_ns(),
		.time_ns = ktime_get_real_ns(),
		.level = level,
		.level_was = level_was,
	};
	oe_memtotals_read(&place->next.totals);
	place->wanted = true;
	spin_unlock(&place->lock);
	/* Pairs with oe_memreport_latest(). */
	smp_store_release(&memreport.latest, &place->report);
}

/* The group may be gone, too. */
static void find_group(struct oe_memreport_process *process, const char *name)
{
	const struct oe_group *group;

	rcu_read_lock();
	group = oe_group_peek(name);
	if (group)
		process->group = oe_group_index(group);
	else
		process->source = OE_SOURCE_DEFAULT;
	rcu_read_unlock();
}

/* A victim may be gone, and its memory with it: the record knows how big it was. */
static void record_victim(struct oe_memreport *report,
			  const struct oe_process *victim)
{
	struct oe_memreport_process process = {
		.rss = min_t(unsigned long, victim->rss, U32_MAX),
		.pid = victim->pid,
		.uid = victim->uid,
		.rank = victim->rank,
		.source = victim->source,
	};

	report->nr_processes++;
	if (!has_room_for(report, victim->rss))
		return;
	if (process.source == OE_SOURCE_GROUP)
		find_group(&process, victim->group);
	strscpy(process.comm, victim->comm, sizeof(process.comm));
	add_process(report, &process);
}

static void take_now(struct oe_memreport *report,
		     const struct oe_process *victim)
{
	const struct oe_domain domain = {
		.totalpages = oe_tasks_totalpages(NULL),
	};
	struct walk walk = { .report = report, .victim = victim };

	report->nr_processes = 0;
	report->nr_recorded = 0;
	record_names(report);
	oe_tasks_for_each(&domain, OE_GROUP_PASS_LIST, record_process, &walk);
	if (victim && victim->pid && !walk.seen)
		record_victim(report, victim);
	/*
	 * No kernel exports the total: add the swap of the processes to the
	 * free.
	 */
	report->head.totals.kb[OE_MEMTOTAL_SwapTotal] +=
		report->head.totals.kb[OE_MEMTOTAL_SwapFree];
}

/* Is there one to take, by the one who is at it, or by current if nobody is? */
static bool begin_taking(struct place *place, bool is_taker)
{
	bool takes;

	spin_lock(&place->lock);
	takes = place->wanted && (is_taker || !place->taken);
	if (takes)
		place->wanted = false;
	if (takes || is_taker)
		place->taken = takes;
	spin_unlock(&place->lock);
	return takes;
}

/**
 * oe_memreport_take - take the report that was announced, if nobody has
 * @reason: its reason
 * @victim: the process that was killed since, or NULL
 *
 * If somebody is at it, nothing is done: that one takes the newest.
 *
 * Context: process context, also the OOM path; allocates nothing, takes task locks only.
 */
void oe_memreport_take(enum oe_memreport_reason reason,
		       const struct oe_process *victim)
{
	struct place *place = &memreport.places[reason];
	struct oe_memreport *report = &place->report;
	bool is_taker = false;

	while (begin_taking(place, is_taker)) {
		is_taker = true;
		raw_write_seqcount_begin(&report->version);
		spin_lock(&place->lock);
		report->head = place->next;
		spin_unlock(&place->lock);
		take_now(report, victim);
		raw_write_seqcount_end(&report->version);
		/* One of another reason may have begun later and have ended before. */
		smp_store_release(&memreport.latest, report); /* as above */
	}
}

/**
 * oe_memreport_is_whole - can a report be read?
 * @report: of oe_memreport_latest()
 * @version: set to its version, to be compared after the reading
 *
 * Context: any but interrupts.
 * Return: false while one is announced, or taken.
 */
bool oe_memreport_is_whole(const struct oe_memreport *report,
			   unsigned int *version)
{
	struct place *place = container_of(report, struct place, report);
	bool whole;

	spin_lock(&place->lock);
	whole = !place->wanted && !place->taken;
	*version = raw_read_seqcount(&report->version);
	spin_unlock(&place->lock);
	return whole;
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
		vfree(memreport.places[i].report.processes);
		vfree(memreport.places[i].report.names);
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
		struct oe_memreport *report = &memreport.places[i].report;
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
		struct oe_memreport *report = &memreport.places[i].report;

		spin_lock_init(&memreport.places[i].lock);
		seqcount_init(&report->version);
		report->head.reason = i;
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
