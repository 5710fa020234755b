// SPDX-License-Identifier: GPL-2.0-only
/*
 * "check": faults of the configuration, and settings of the system that
 * defeat it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/check.h"
#include "cli/commands/check_groups.h"
#include "cli/commands/check_world.h"
#include "cli/commands/commands.h"
#include "cli/commands/findings.h"
#include "cli/print/complain.h"
#include "common/commit.h"
#include "common/proc.h"
#include "common/records.h"
#include "common/sysfs.h"
#ifdef HAVE_INIH
#include "cli/commands/check_refers.h"
#include "cli/commands/conf.h"
#endif

/* Does the configuration have a condition "commit_left"? */
static bool is_commit_watched;

/* --- the configuration ----------------------------------------------------- */

#ifdef HAVE_INIH

static void add_config_error(void *arg, const char *message)
{
	(void)arg;
	findings_add(FINDING_ERROR, "config", "", "%s", message);
}

static int check_config(const struct arguments *args)
{
	static struct oe_conf conf;
	bool is_read = args->argc || !access(OE_CONF_FILE, F_OK);
	int status = EXIT_OK;

	if (args->argc)
		status = conf_read_files(&conf, args->argv, args->argc,
					 add_config_error, NULL);
	else if (is_read)
		status = oe_conf_load(&conf, OE_CONF_FILE, OE_CONF_DIRECTORY,
				      add_config_error, NULL) ?
				 EXIT_CONFIG :
				 EXIT_OK;
	/* A file may be for another machine; with the module it is for this one. */
	if (is_read && status == EXIT_OK && !oe_sysfs_present()) {
		check_refers(&conf);
		is_commit_watched =
			check_refers_find(&conf, OE_TERM_COMMIT_LEFT);
	}
	/* Errors in a file are findings, a file that is not there is not. */
	return status == EXIT_CONFIG ? EXIT_OK : status;
}

#else

static int check_config(const struct arguments *args)
{
	if (args->argc)
		return complain(EXIT_UNSUPPORTED,
				"built without inih: no configuration files");
	return EXIT_OK;
}

#endif

/* --- settings -------------------------------------------------------------- */

static void check_mode(void)
{
	char mode[32];
	char coverage[128];

	if (oe_sysfs_read("mode", mode, sizeof(mode)) >= 0 &&
	    strcmp(mode, "enforce"))
		findings_add(FINDING_WARNING, "mode",
			     "\"oom-embedded set mode enforce\"",
			     "mode is %s: the kernel chooses, not the rankings",
			     mode);
	if (oe_sysfs_read("coverage", coverage, sizeof(coverage)) < 0)
		return;
	if (!strstr(coverage, "memcg"))
		findings_add(
			FINDING_NOTE, "coverage",
			"a kernel with CONFIG_KPROBES, and the module without kprobes=0",
			"OOMs of memory cgroups are left to the kernel");
	else if (!strstr(coverage, "guard"))
		findings_add(
			FINDING_NOTE, "coverage", "",
			"no guard against a last-moment kill of somebody protected");
	else if (strstr(coverage, "no-window"))
		findings_add(
			FINDING_NOTE, "coverage", "",
			"nobody is waited for when a memory cgroup is out of memory");
}

static bool has_guard(void)
{
	char coverage[128];

	return oe_sysfs_read("coverage", coverage, sizeof(coverage)) >= 0 &&
	       strstr(coverage, "guard");
}

static void check_kernel(void)
{
	long long value;

	if (!oe_proc_number("sys/vm/panic_on_oom", &value) && value)
		findings_add(
			FINDING_ERROR, "panic_on_oom",
			"\"sysctl vm.panic_on_oom=0\"",
			"vm.panic_on_oom=%lld: the kernel panics and nobody is chosen",
			value);
	if (oe_proc_number("sys/vm/oom_kill_allocating_task", &value) || !value)
		return;
	findings_add(
		has_guard() ? FINDING_WARNING : FINDING_ERROR,
		"oom_kill_allocating_task",
		"\"sysctl vm.oom_kill_allocating_task=0\"",
		"vm.oom_kill_allocating_task=%lld: the process that asks for memory dies%s",
		value,
		has_guard() ?
			", unless it is protected: the order of rankings has no effect" :
			", whatever its ranking");
}

/* With strict overcommit mmap() fails long before memory is short. */
static void check_overcommit(void)
{
	struct oe_commit commit;

	if (is_commit_watched || !oe_commit_read(&commit))
		return;
	findings_add(
		FINDING_NOTE, "overcommit",
		"a mode of the manager with \"enter = commit_left 8M\", see oom-embedded.conf(5)",
		"vm.overcommit_memory=2: allocations fail when %lld kB more are promised, and neither the levels nor an OOM tell",
		(long long)commit.left_kb);
}

static void check_swappiness(void)
{
	long long value;
	long long swap;

	if (oe_proc_number("sys/vm/swappiness", &value) || value ||
	    oe_proc_meminfo("SwapFree", &swap) || !swap)
		return;
	findings_add(
		FINDING_NOTE, "swappiness", "\"sysctl vm.swappiness=1\"",
		"vm.swappiness=0: with multi-gen LRU, and at the limit of a memory cgroup, the kernel never swaps");
}

/* Rankings other than 0 count by the threshold or by the order, or not at all. */
static void check_rankings(const struct oe_rows *ranking)
{
	long long fallback;
	long long threshold;
	char order[32];
	size_t i;

	if (oe_sysfs_read_number("rank_threshold", &threshold) ||
	    oe_sysfs_read_number("default_rank", &fallback) ||
	    oe_sysfs_read("selection_order", order, sizeof(order)) < 0)
		return;
	if (fallback < threshold)
		findings_add(
			FINDING_WARNING, "default_rank",
			"\"oom-embedded set default_rank 500\", or a lower rank_threshold",
			"default_rank %lld is below rank_threshold %lld: everybody without a ranking is protected, and an OOM may find nobody to choose",
			fallback, threshold);
	if (threshold || strcmp(order, "badness"))
		return;
	for (i = 0; i < ranking->nr; i++)
		if (ranking->row[i].rank) {
			findings_add(
				FINDING_WARNING, "no_effect",
				"\"oom-embedded set selection_order rank\", or a rank_threshold",
				"there are rankings, but rank_threshold is 0 and selection_order badness: only ranking 0 has an effect");
			return;
		}
}

static void check_levels(void)
{
	static const char *const files[] = {
		"levels/warning_kb",
		"levels/critical_kb",
		"levels/imminent_oom_kb",
		"levels/oom_kb",
	};
	long long sum = 0;
	size_t i;

	if (oe_sysfs_exists("levels"))
		return;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		long long value;

		if (!oe_sysfs_read_number(files[i], &value))
			sum += value;
	}
	if (!sum)
		findings_add(
			FINDING_NOTE, "levels",
			"for example \"oom-embedded set warning_kb 10%\"",
			"no watermark is set: nobody is warned before the OOM");
}

static void check_counters(void)
{
	static const struct {
		const char *file;
		const char *text;
	} counters[] = {
		{ "stats/inherit_failed",
		  "rankings could not be inherited at fork, for want of memory" },
		{ "stats/uevent_failed", "uevents could not be sent" },
		{ "stats/probe_missed",
		  "OOMs came by without the kprobe; are kprobes switched off?" },
	};
	size_t i;

	for (i = 0; i < sizeof(counters) / sizeof(*counters); i++) {
		long long value;

		if (!oe_sysfs_read_number(counters[i].file, &value) && value)
			findings_add(FINDING_NOTE, "counters",
				     "since the module was loaded",
				     "%s: %lld times", counters[i].text, value);
	}
}

/* --- who listens ----------------------------------------------------------- */

/* 1 yes, 0 no, -1 not for us to know. */
static int has_handler(void)
{
	char path[PATH_MAX];
	char file[OE_SYSFS_PATH_MAX];
	int hidden = 0;
	int found = 0;
	size_t nr;
	size_t i;
	int *pids;

	snprintf(file, sizeof(file), "%s/reconfigure_wanted", oe_sysfs_root());
	if (!realpath(file, path) || oe_proc_pids(&pids, &nr))
		return -1;
	for (i = 0; i < nr && !found; i++) {
		struct oe_proc proc;
		int ret = oe_proc_has_open(pids[i], path);

		hidden |= ret == -EACCES;
		/* "oom-embedded watch" follows it, and does nothing about it. */
		found = ret > 0 && !oe_proc_read(pids[i], &proc) &&
			strcmp(proc.name, "oom-embedded");
	}
	free(pids);
	return found ? 1 : hidden ? -1 : 0;
}

static void check_handler(void)
{
	long long grace = 0;
	long long wanted;
	long long done;

	oe_sysfs_read_number("grace_ms", &grace);
	switch (has_handler()) {
	case 0:
		findings_add(
			grace ? FINDING_ERROR : FINDING_WARNING, "no_handler",
			"start oom-embeddedd, or a program that uses liboom_embedded",
			grace ? "nobody follows reconfigure_wanted, so each OOM waits %lld ms in vain" :
				"nobody follows reconfigure_wanted: an OOM finds userspace unprepared",
			grace);
		break;
	case 1:
		if (!grace)
			findings_add(
				FINDING_NOTE, "no_grace",
				"for example \"oom-embedded set grace_ms 500\"",
				"grace_ms is 0: a program that follows reconfigure_wanted is told, but not waited for");
		break;
	default:
		findings_add(
			FINDING_NOTE, "not_root", "run it as root",
			"cannot see whether somebody follows reconfigure_wanted");
	}
	if (!oe_records_wanted(&wanted) &&
	    !oe_sysfs_read_number("reconfigure_done", &done) && wanted > done)
		findings_add(
			FINDING_WARNING, "not_acknowledged",
			"the handler writes the count to reconfigure_done when it is ready",
			"%lld emergencies were not acknowledged",
			wanted - done);
}

/* --- processes ------------------------------------------------------------- */

/* The cgroup, or one above it, dies as a whole. */
static void check_cgroup(const struct oe_row *row)
{
	char path[PATH_MAX];
	char *slash;
	long long value;

	if (oe_proc_cgroup((int)row->pid, path, sizeof(path)))
		return;
	while ((slash = strrchr(path, '/')) && slash[1]) {
		if (!oe_proc_cgroup_number(path, "memory.oom.group", &value) &&
		    value) {
			findings_add(
				FINDING_ERROR, "oom_group",
				"write 0 to memory.oom.group there, or move the process",
				"%s is protected, but memory.oom.group=1 in its cgroup %s kills it with any other victim there",
				row->comm, path);
			return;
		}
		*slash = '\0';
	}
}

static void check_protected(const struct oe_row *row,
			    const struct oe_proc *proc)
{
	if (proc->oom_score_adj > 0)
		findings_add(
			FINDING_WARNING, "oom_score_adj",
			"write 0 or less to its oom_score_adj",
			"%s is protected (ranking %lld), but its oom_score_adj of %lld makes it the kernel's choice when the module is not there",
			row->comm, row->rank, proc->oom_score_adj);
	/* Those by default are no one's critical process. */
	if (!proc->locked_kb && strcmp(row->source, "default"))
		findings_add(
			FINDING_WARNING, "not_locked",
			"have it call mlockall(MCL_CURRENT | MCL_FUTURE)",
			"%s is protected (ranking %lld), but not locked in memory: it survives and stalls",
			row->comm, row->rank);
	check_cgroup(row);
}

static void check_unkillable(const struct oe_row *row,
			     const struct oe_proc *proc)
{
	if (proc->oom_score_adj == -1000 && row->rank > 0 &&
	    strcmp(row->source, "default"))
		findings_add(
			FINDING_WARNING, "oom_score_adj",
			"write 0 to its oom_score_adj, or give it ranking 0",
			"%s has ranking %lld, but is never chosen: its oom_score_adj is -1000",
			row->comm, row->rank);
}

static void check_processes(void)
{
	unsigned long nr_eligible = 0;
	struct oe_rows rows;
	char action[32] = "panic";
	int err = oe_records_candidates(&rows);
	size_t i;

	if (err) {
		findings_add(
			FINDING_NOTE, "not_root", "run it as root",
			"cannot read candidates: processes are not checked");
		return;
	}
	for (i = 0; i < rows.nr; i++) {
		const struct oe_row *row = &rows.row[i];
		struct oe_proc proc;
		int gone = oe_proc_read((int)row->pid, &proc);

		if (oe_records_may_die(row))
			nr_eligible++;
		else if (!gone && !strcmp(row->verdict, "protected"))
			check_protected(row, &proc);
		else if (!gone)
			check_unkillable(row, &proc);
	}
	oe_records_free_rows(&rows);
	oe_sysfs_read("no_victim_action", action, sizeof(action));
	if (!nr_eligible)
		findings_add(
			FINDING_ERROR, "nobody",
			"give somebody a ranking of at least rank_threshold",
			"nobody may be chosen: the next OOM ends in no_victim_action=%s",
			action);
}

static int check_system(void)
{
	struct oe_rows ranking;
	int err = oe_records_ranking(&ranking);

	if (err)
		return complain_file("oom_ranking", NULL, err);
	check_mode();
	check_kernel();
	check_overcommit();
	check_swappiness();
	check_rankings(&ranking);
	oe_records_free_rows(&ranking);
	check_levels();
	check_counters();
	check_handler();
	check_processes();
	check_world();
	check_groups();
	return EXIT_OK;
}

/**
 * check_count - look without a word, and count
 * @nr_errors: result
 * @nr_warnings: result
 *
 * Return: an exit status; EXIT_OK if both could be counted.
 */
int check_count(unsigned long *nr_errors, unsigned long *nr_warnings)
{
	static const struct arguments nothing;
	int status = check_config(&nothing);

	if (status == EXIT_OK)
		status = check_system();
	*nr_errors = findings_count(FINDING_ERROR);
	*nr_warnings = findings_count(FINDING_WARNING);
	findings_forget();
	return status;
}

/**
 * check_run - the command "check"
 * @args: FILE...
 *
 * Return: an exit status.
 */
int check_run(const struct arguments *args)
{
	int absent = oe_sysfs_present();
	int status;
	int worst;

	if (absent && !args->argc)
		return complain_file("abi_version", NULL, absent);
	status = check_config(args);
	if (status != EXIT_OK)
		return status;
	if (absent)
		findings_add(
			FINDING_NOTE, "no_module", "",
			"the module is not loaded: only the configuration was checked");
	else
		status = check_system();
	worst = findings_print();
	return status == EXIT_OK ? worst : status;
}
