// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other parts of the system that act when memory runs out: OOM managers, the
 * kernel's settings, watchdogs.
 */
#include "cli/commands/check_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/findings.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"

/* They kill by their own rules, and before the kernel asks anybody. */
static void check_managers(void)
{
	static const struct {
		const char *name;
		const char *advice;
	} managers[] = {
		{ "earlyoom",
		  "\"systemctl disable --now earlyoom\", or EARLYOOM_ARGS=\"--avoid '^(pacemaker)$'\" in /etc/default/earlyoom" },
		{ "systemd-oomd",
		  "\"systemctl disable --now systemd-oomd\", or ManagedOOMPreference=omit in the units of what is protected" },
		{ "nohang",
		  "\"systemctl disable --now nohang\", or @BADNESS_ADJ_RE_NAME -1000 /// ^pacemaker$ in its configuration" },
		{ "oomd",
		  "\"systemctl disable --now oomd\", or a prefer/avoid list for what is protected" },
	};
	size_t i;

	for (i = 0; i < sizeof(managers) / sizeof(*managers); i++) {
		size_t nr;
		int *pids;

		if (oe_proc_find(managers[i].name, &pids, &nr))
			continue;
		if (nr)
			findings_add(
				FINDING_WARNING, "other_manager",
				managers[i].advice,
				"%s/%d runs: it kills by its own rules, and knows no ranking",
				managers[i].name, pids[0]);
		free(pids);
	}
}

static void check_settings(void)
{
	long long dump = 0;
	long long total;
	long long value;

	if (!oe_proc_number("sys/kernel/ftrace_enabled", &value) && !value)
		findings_add(
			FINDING_WARNING, "ftrace_off",
			"\"sysctl kernel.ftrace_enabled=1\"",
			"kernel.ftrace_enabled=0: a probe that rests on ftrace is never called");
	oe_proc_number("sys/vm/oom_dump_tasks", &dump);
	if (dump && !oe_proc_console_is_serial(&value) && value)
		findings_add(
			FINDING_NOTE, "oom_dump_tasks",
			"\"sysctl vm.oom_dump_tasks=0\": the report of the module has the processes",
			"vm.oom_dump_tasks=%lld with a serial console: the kernel prints a line a process before it kills",
			dump);
	/* Swap in memory: as it fills, it takes what it should give. */
	if (!oe_proc_meminfo("SwapTotal", &total) && total > 0 &&
	    oe_proc_swaps_on("/dev/zram"))
		findings_add(
			FINDING_NOTE, "zram", "",
			"swap is on zram, whose pages are taken from memory: free swap counts as available and is worth less");
}

/* If the process that feeds the watchdog dies, the machine restarts. */
static void check_watchdog(const struct oe_row *row)
{
	static const char *const devices[] = { "/dev/watchdog",
					       "/dev/watchdog0" };
	size_t i;

	for (i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (oe_proc_has_open((int)row->pid, devices[i]) > 0)
			findings_add(
				FINDING_ERROR, "watchdog", "give it ranking 0",
				"%s/%lld feeds %s and may be chosen: the machine restarts when it dies",
				row->comm, row->pid, devices[i]);
}

static void check_users_process(const struct oe_row *row)
{
	struct oe_proc proc;

	if (strcmp(row->source, "explicit") &&
	    strncmp(row->source, "group:", 6))
		return;
	if (!oe_proc_read((int)row->pid, &proc) && proc.uid >= 1000)
		findings_add(
			FINDING_NOTE, "users_process",
			"rank by cgroup or user: a name is chosen by whoever starts the process",
			"%s/%lld is protected, and belongs to user %lld",
			row->comm, row->pid, proc.uid);
}

/**
 * check_world - look for what else has a say
 */
void check_world(void)
{
	struct oe_rows rows;
	size_t i;

	check_managers();
	check_settings();
	if (oe_records_candidates(&rows))
		return;
	for (i = 0; i < rows.nr; i++) {
		const struct oe_row *row = &rows.row[i];

		if (!strcmp(row->verdict, "next") ||
		    !strcmp(row->verdict, "eligible"))
			check_watchdog(row);
		else if (!strcmp(row->verdict, "protected"))
			check_users_process(row);
	}
	oe_records_free_rows(&rows);
}
