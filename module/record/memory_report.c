// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory report: the users of all memory just before, or when, it has run
 * out. It is written to memory that is allocated at load, that for the names of
 * groups before the first one is made, with one place for each reason, so that
 * the report of an OOM does not overwrite that of the warning.
 *
 * The sums are read when an OOM is announced. The walk over the processes takes
 * longer than a wake-up, and the kill does not wait for it: the first reader
 * takes it, or the OOM when its victim is dead.
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
#include "memory/available.h"
#include "rank/ranking.h"
#include "record/biggest.h"
#include "record/memory_report.h"
#include "tasks.h"

enum {
	ROOM_MIN = 16,
	ROOM_MAX = 32768,
	/* If the parameter is not given: one for so much memory, within these. */
	ROOM_MB = 4,
	ROOM_LEAST = 128,
	ROOM_MOST = 1000,
	/* A taker leaves the next one to others, in a storm of OOMs. */
	MOST_IN_A_ROW = 4,
};

/* Set once, at load. */
static unsigned int report_processes;

/**
 * struct place - a report, and the next one that has been announced
 * @report: the report
 * @lock: for what follows
 * @wanted: @next was announced, and has no taker yet
 * @taken: a taker is at work
 * @next: its head
 * @victim: of that OOM, or pid 0
 */
struct place {
	struct oe_memreport report;
	spinlock_t lock;
	bool wanted;
	bool taken;
	struct oe_memreport_head next;
	struct oe_process victim;
};

static struct {
	struct place places[OE_NR_MEMREPORTS];
	/* Release by oe_memreport_begin(), acquire by readers. */
	struct oe_memreport *latest;
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

static int record_process(const struct oe_candidate *c, void *arg)
{
	struct oe_memreport *report = arg;
	struct task_struct *p = c->task;
	struct oe_memreport_process process;

	report->nr_processes++;
	report->head.totals.kb[OE_MEMTOTAL_SwapTotal] += oe_to_kib(c->swap);
	if (!oe_biggest_has_room(report, c->rss + c->swap))
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
	oe_biggest_add(report, &process);
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
	struct oe_memreport_head next = {
		.reason = reason,
		.seq = seq,
		.uptime_ns = ktime_get_ns(),
		.time_ns = ktime_get_real_ns(),
		.level = level,
		.level_was = level_was,
	};

	oe_memtotals_read(&next.totals);
	spin_lock(&place->lock);
	place->next = next;
	place->victim.pid = 0;
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

	if (!oe_biggest_has_room(report, victim->rss)) {
		/* If the walk has left none out, it has not met this one. */
		if (report->nr_processes == report->nr_recorded)
			report->nr_processes++;
		return;
	}
	report->nr_processes++;
	if (process.source == OE_SOURCE_GROUP)
		find_group(&process, victim->group);
	strscpy(process.comm, victim->comm, sizeof(process.comm));
	oe_biggest_add(report, &process);
}

/*
 * A victim may be gone, and its memory with it: the record knows how big it was.
 * After the walk, because it may be chosen and die meanwhile.
 */
static void complete_victim(struct place *place)
{
	struct oe_memreport *report = &place->report;
	struct oe_process victim;
	unsigned int i;

	spin_lock(&place->lock);
	victim = place->victim;
	spin_unlock(&place->lock);
	if (!victim.pid)
		return;
	for (i = 0; i < report->nr_recorded; i++) {
		struct oe_memreport_process *process = &report->processes[i];

		if (process->pid != victim.pid)
			continue;
		process->rss = max_t(unsigned long, process->rss,
				     min_t(unsigned long, victim.rss, U32_MAX));
		return;
	}
	record_victim(report, &victim);
}

static void take_now(struct place *place, enum oe_group_pass user)
{
	const struct oe_domain domain = {
		.totalpages = oe_tasks_totalpages(NULL),
	};
	struct oe_memreport *report = &place->report;

	report->nr_processes = 0;
	report->nr_recorded = 0;
	record_names(report);
	oe_tasks_for_each(&domain, user, record_process, report);
	/*
	 * No kernel exports the total: add the swap of the processes to what is
	 * free at the same time.
	 */
	report->head.totals.kb[OE_MEMTOTAL_SwapTotal] +=
		oe_to_kib(oe_free_swap_pages());
	complete_victim(place);
}

/* Is there one to take, by the taker, or by current if there is none? */
static bool begin_taking(struct place *place, unsigned int nr_taken)
{
	bool is_taker = nr_taken;
	bool takes;

	spin_lock(&place->lock);
	takes = place->wanted && nr_taken < MOST_IN_A_ROW &&
		(is_taker || !place->taken);
	if (takes) {
		place->wanted = false;
		raw_write_seqcount_begin(&place->report.version);
		place->report.head = place->next;
	}
	if (takes || is_taker)
		place->taken = takes;
	spin_unlock(&place->lock);
	return takes;
}

static void take_place(struct place *place, enum oe_group_pass user)
{
	unsigned int nr_taken;

	for (nr_taken = 0; begin_taking(place, nr_taken); nr_taken++) {
		take_now(place, user);
		raw_write_seqcount_end(&place->report.version);
	}
}

/**
 * oe_memreport_victim - who dies in the OOM that was announced last
 * @victim: as the record has it; pid 0 if nobody does
 *
 * Before the kill, and once more if another process was killed: whoever takes
 * the report will find that process gone.
 *
 * Context: OOM path; allocates nothing.
 */
void oe_memreport_victim(const struct oe_process *victim)
{
	struct place *place = &memreport.places[OE_MEMREPORT_OOM];

	spin_lock(&place->lock);
	place->victim = *victim;
	spin_unlock(&place->lock);
}

/**
 * oe_memreport_take - take the report that was announced, unless it has a taker
 * @reason: its reason
 *
 * Context: process context, also the OOM path; allocates nothing, takes task
 * locks only.
 */
void oe_memreport_take(enum oe_memreport_reason reason)
{
	take_place(&memreport.places[reason], reason == OE_MEMREPORT_OOM ?
						      OE_GROUP_PASS_OOM :
						      OE_GROUP_PASS_LIST);
}

/**
 * oe_memreport_take_to_read - the same by a reader, which must not hold up an OOM
 * @report: of oe_memreport_latest()
 *
 * Context: process context.
 */
void oe_memreport_take_to_read(const struct oe_memreport *report)
{
	take_place(container_of(report, struct place, report),
		   OE_GROUP_PASS_LIST);
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
 * oe_memreport_latest - the last report that was announced
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
		report->room = report_processes;
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
