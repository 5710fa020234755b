// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other parts of the system that act when memory runs out: OOM managers, the
 * kernel's settings, watchdogs.
 */
#include "cli/commands/check_world.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/check_units.h"
#include "cli/commands/findings.h"
#include "common/file.h"
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

/* If something the module is made of is switched off, memcg or guard is missing. */
static void check_ways_in(void)
{
	char coverage[128];
	long long value;

	if (oe_sysfs_read("coverage", coverage, sizeof(coverage)) < 0 ||
	    (strstr(coverage, "memcg") && strstr(coverage, "guard")))
		return;
	if (!oe_proc_number("sys/kernel/ftrace_enabled", &value) && !value)
		findings_add(FINDING_WARNING, "ftrace_off",
			     "\"sysctl kernel.ftrace_enabled=1\"",
			     "kernel.ftrace_enabled=0: coverage is \"%s\" only",
			     coverage);
	if (!oe_sysfs_read_number("../debug/kprobes/enabled", &value) && !value)
		findings_add(
			FINDING_WARNING, "kprobes_off",
			"\"echo 1 >/sys/kernel/debug/kprobes/enabled\"",
			"kprobes are switched off in debugfs: coverage is \"%s\" only",
			coverage);
}

/* See console_first in the ABI: when a kill does not wait for the console. */
static bool console_is_hushed(void)
{
	char coverage[128];
	char mode[32];
	long long first;

	return oe_sysfs_read("mode", mode, sizeof(mode)) >= 0 &&
	       !strcmp(mode, "enforce") &&
	       oe_sysfs_read("coverage", coverage, sizeof(coverage)) >= 0 &&
	       strstr(coverage, "memcg") &&
	       !oe_sysfs_read_number("console_first", &first) && !first &&
	       !oe_proc_has_argument("ignore_loglevel");
}

static void check_settings(void)
{
	long long dump = 0;
	long long total;
	long long value;

	oe_proc_number("sys/vm/oom_dump_tasks", &dump);
	if (dump && !oe_proc_console_is_serial(&value) && value &&
	    !console_is_hushed())
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

static void check_crash_kernel(void)
{
	char action[32];
	long long loaded;

	if (oe_sysfs_read("no_victim_action", action, sizeof(action)) >= 0 &&
	    !strcmp(action, "reboot") &&
	    !oe_sysfs_read_number("../kexec_crash_loaded", &loaded) && loaded)
		findings_add(
			FINDING_NOTE, "kdump",
			"unload it (\"kexec -p -u\") if the restart must be quick",
			"no_victim_action is reboot, but a crash kernel is loaded: the machine goes there first");
}

/* The kernel itself could keep this limit, at each page, and does not. */
static void check_slice(const char *name)
{
	char path[PATH_MAX];
	char max[32];

	snprintf(path, sizeof(path), "%s/user.slice/user-%s.slice/memory.max",
		 oe_proc_cgroup_root(), name);
	if (oe_file_read(path, max, sizeof(max)) > 0 && !strncmp(max, "max", 3))
		findings_add(
			FINDING_NOTE, "limit_cgroup",
			"\"systemctl set-property user-UID.slice MemoryMax=...\" as the hard bound; keep the limit for the time that is allowed above a lower one",
			"user %s has a limit, and a slice without memory.max",
			name);
}

static void check_limits(void)
{
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("limits", &names, &nr, 1))
		return;
	for (i = 0; i < nr; i++) {
		char path[OE_SYSFS_PATH_MAX];
		long long max;
		long long rss;

		snprintf(path, sizeof(path), "limits/%s/max_kb", names[i]);
		if (oe_sysfs_read_number(path, &max) || max <= 0)
			continue;
		check_slice(names[i]);
		snprintf(path, sizeof(path), "limits/%s/rss_kb", names[i]);
		if (!oe_sysfs_read_number(path, &rss) && rss > max)
			findings_add(
				FINDING_WARNING, "limit",
				"end something of that user, or raise the limit",
				"user %s is over the limit: %lld kB of %lld kB",
				names[i], rss, max);
	}
	oe_sysfs_free_names(names, nr);
}

/* If the process that feeds the watchdog dies, the machine restarts. */
static void check_watchdog(const struct oe_row *row)
{
	static const char *const devices[] = { "/dev/watchdog",
					       "/dev/watchdog0",
					       "/dev/watchdog1" };
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
	check_ways_in();
	check_settings();
	check_crash_kernel();
	check_limits();
	if (oe_records_candidates(&rows))
		return;
	for (i = 0; i < rows.nr; i++) {
		const struct oe_row *row = &rows.row[i];

		if (!strcmp(row->verdict, "next") ||
		    !strcmp(row->verdict, "eligible") ||
		    !strcmp(row->verdict, "small"))
			check_watchdog(row);
		else if (!strcmp(row->verdict, "protected"))
			check_users_process(row);
	}
	check_units(&rows);
	oe_records_free_rows(&rows);
}
