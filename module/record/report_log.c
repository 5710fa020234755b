// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last memory report goes to the log when the machine goes down.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/reboot.h>

#include "compat/compat.h"
#include "lib/parse.h"
#include "lib/units.h"
#include "record/memory_report.h"
#include "record/report_log.h"

enum {
	/* In the log: so many processes, of a report not older than this. */
	LOG_PROCESSES = 10,
	LOG_AGE_S = 60,
};

static bool report_to_log;
module_param(report_to_log, bool, 0444);
MODULE_PARM_DESC(
	report_to_log,
	"1 = copy a fresh memory report to the kernel log before a reboot or panic (default 0)");

/* The next in descending order of size after @last; equal ones by position. */
static int next_biggest(const struct oe_memreport *report, int last)
{
	const struct oe_memreport_process *list = report->processes;
	unsigned long limit = last < 0 ? 0 : oe_memreport_size(&list[last]);
	int best = -1;
	int i;

	for (i = 0; i < report->nr_recorded; i++) {
		unsigned long size = oe_memreport_size(&list[i]);

		if (last >= 0 && (size > limit || (size == limit && i <= last)))
			continue;
		if (best < 0 || size > oe_memreport_size(&list[best]))
			best = i;
	}
	return best;
}

static void log_process(const struct oe_memreport *report,
			const struct oe_memreport_process *process)
{
	char source[OE_MEMREPORT_SOURCE];
	char comm[OE_COMM_ESCAPED];

	pr_warn("report: pid=%d uid=%u rss=%lukB swap=%lukB rank=%u source=%s comm=%s\n",
		process->pid, from_kuid_munged(&init_user_ns, process->uid),
		oe_to_kib(process->rss), oe_to_kib(process->swap),
		process->rank, oe_memreport_source(report, process, source),
		oe_escape_comm(comm, process->comm));
}

/* The machine is going down: take no locks, even if the report is half written. */
static void copy_to_log(void)
{
	const struct oe_memreport *report = oe_memreport_latest();
	const unsigned long *kb;
	int process = -1;
	unsigned int i;

	if (!report_to_log || !report ||
	    ktime_get_ns() - report->head.uptime_ns >
		    LOG_AGE_S * (u64)NSEC_PER_SEC)
		return;
	kb = report->head.totals.kb;
	pr_warn("report: reason=%s seq=%llu level=%s total=%lukB free=%lukB available=%lukB swapfree=%lukB anon=%lukB slab=%lukB processes=%u\n",
		oe_memreport_reason_name(report->head.reason), report->head.seq,
		oe_level_name(report->head.level), kb[OE_MEMTOTAL_MemTotal],
		kb[OE_MEMTOTAL_MemFree], kb[OE_MEMTOTAL_MemAvailable],
		kb[OE_MEMTOTAL_SwapFree], kb[OE_MEMTOTAL_AnonPages],
		kb[OE_MEMTOTAL_Slab], report->nr_processes);
	for (i = 0; i < LOG_PROCESSES; i++) {
		process = next_biggest(report, process);
		if (process < 0)
			break;
		log_process(report, &report->processes[process]);
	}
}

static int on_goodbye(struct notifier_block *block, unsigned long event,
		      void *data)
{
	copy_to_log();
	return NOTIFY_DONE;
}

/* Panic notifiers run before the log goes to pstore. */
static struct notifier_block panic_block = {
	.notifier_call = on_goodbye,
};

static struct notifier_block reboot_block = {
	.notifier_call = on_goodbye,
};

/**
 * oe_report_log_wanted - may a report be the last one, of which somebody reads a copy?
 *
 * Return: true if it has to be whole before a process is killed.
 */
bool oe_report_log_wanted(void)
{
	return report_to_log;
}

/**
 * oe_report_log_init - from now on a report is copied
 *
 * Context: module init, after oe_memreport_init().
 * Return: 0 or a negative errno.
 */
int oe_report_log_init(void)
{
	int err = register_reboot_notifier(&reboot_block);

	if (!err)
		atomic_notifier_chain_register(&panic_notifier_list,
					       &panic_block);
	return err;
}

/**
 * oe_report_log_exit - none is copied any more
 *
 * Context: module exit, before oe_memreport_exit().
 */
void oe_report_log_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_block);
	unregister_reboot_notifier(&reboot_block);
}
