// SPDX-License-Identifier: GPL-2.0-only
/*
 * "metrics": the text format of Prometheus, for node_exporter's textfile
 * collector. Base units: bytes and seconds.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands/commands.h"
#include "cli/commands/manager.h"
#include "cli/commands/watched.h"
#include "cli/print/atomic_file.h"
#include "cli/print/complain.h"
#include "common/commit.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "common/words.h"

enum {
	WORD_SIZE = 128,
	BYTES_PER_KB = 1024,
};

static FILE *to;

static void print_head(const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP oom_embedded_%s %s\n# TYPE oom_embedded_%s %s\n",
		name, help, name, type);
}

/* A label's value: printable, and with the format's escapes. */
static void label_value(const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text < ' ' || *text > '~' ? '?' : *text, to);
	}
	fputc('"', to);
}

static void print_sample(const char *name, const char *label, const char *value,
			 double number)
{
	fprintf(to, "oom_embedded_%s", name);
	if (label) {
		fprintf(to, "{%s=", label);
		label_value(value);
		fputc('}', to);
	}
	fprintf(to, " %.17g\n", number);
}

/* One file, one metric; a file that this module does not have is left out. */
static void file_metric(const char *file, const char *name, const char *type,
			double unit, const char *help)
{
	long long value;

	if (oe_sysfs_read_number(file, &value) || (unit < 1 && value < 0))
		return;
	print_head(name, type, help);
	print_sample(name, NULL, "", (double)value * unit);
}

static void info_metric(void)
{
	static const char *const files[] = {
		"abi_version",	    "mode",	"selection_order",
		"no_victim_action", "coverage",
	};
	const char *separator = "";
	size_t i;

	print_head("info", "gauge", "The loaded version and its settings.");
	fputs("oom_embedded_info{", to);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char value[WORD_SIZE];

		if (oe_sysfs_read(files[i], value, sizeof(value)) < 0)
			continue;
		fprintf(to, "%s%s=", separator, files[i]);
		label_value(value);
		separator = ",";
	}
	fputs("} 1\n", to);
}

static void oom_counters(void)
{
	static const char *const kinds[] = { "global", "memcg", "sysrq",
					     "request" };
	char file[OE_SYSFS_PATH_MAX];
	long long value;
	size_t i;

	print_head("ooms_total", "counter", "Emergencies by kind.");
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		snprintf(file, sizeof(file), "stats/oom_%s", kinds[i]);
		if (!oe_sysfs_read_number(file, &value))
			print_sample("ooms_total", "kind", kinds[i],
				     (double)value);
	}
}

/* A name that this version of the tool does not know is a counter all the same. */
static void other_counters(void)
{
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("stats", &names, &nr, 0))
		return;
	for (i = 0; i < nr; i++) {
		char file[OE_SYSFS_PATH_MAX];
		char name[WORD_SIZE];
		const char *known = "abcdefghijklmnopqrstuvwxyz_0123456789";

		if (!strncmp(names[i], "oom_", 4) ||
		    strspn(names[i], known) != strlen(names[i]) ||
		    strlen(names[i]) > WORD_SIZE / 2)
			continue;
		snprintf(file, sizeof(file), "stats/%s", names[i]);
		if (!strcmp(names[i], "ranked")) {
			file_metric(file, "ranked_processes", "gauge", 1,
				    "Processes with a ranking of their own.");
			continue;
		}
		snprintf(name, sizeof(name), "%s_total", names[i]);
		file_metric(file, name, "counter", 1,
			    "A counter of stats/, see the ABI documentation.");
	}
	oe_sysfs_free_names(names, nr);
}

/* Only with strict overcommit there is a limit. */
static void commit_metrics(void)
{
	struct oe_commit commit;

	if (!oe_commit_read(&commit))
		return;
	print_head("commit_limit_bytes", "gauge",
		   "CommitLimit; only with strict overcommit.");
	print_sample("commit_limit_bytes", NULL, "",
		     (double)commit.limit_kb * BYTES_PER_KB);
	print_head(
		"commit_left_bytes", "gauge",
		"Memory that processes without privileges may still be promised; only with strict overcommit.");
	print_sample("commit_left_bytes", NULL, "",
		     (double)commit.left_kb * BYTES_PER_KB);
}

static void level_metrics(void)
{
	const struct manager_trend *days = manager_trend();
	char now[WORD_SIZE];
	int i;

	if (oe_sysfs_read("levels/level", now, sizeof(now)) < 0)
		return;
	print_head("level", "gauge", "1 for the level the memory is at.");
	for (i = 0; i < OE_NR_LEVELS; i++)
		print_sample("level", "level", oe_level_word(i),
			     !strcmp(oe_level_word(i), now));
	print_head("watermark_bytes", "gauge",
		   "Available memory below which a level begins; 0 is off.");
	for (i = 1; i < OE_NR_LEVELS; i++) {
		char file[OE_SYSFS_PATH_MAX];
		long long value;

		snprintf(file, sizeof(file), "levels/%s_kb", oe_level_word(i));
		if (!oe_sysfs_read_number(file, &value))
			print_sample("watermark_bytes", "level",
				     oe_level_word(i),
				     (double)value * BYTES_PER_KB);
	}
	file_metric("levels/available_kb", "available_bytes", "gauge",
		    BYTES_PER_KB,
		    "The memory that processes can still allocate.");
	file_metric(
		"levels/available_kernel_kb", "available_kernel_bytes", "gauge",
		BYTES_PER_KB,
		"The memory that the kernel can still allocate for itself.");
	file_metric(
		"levels/oom_forecast_ms", "forecast_seconds", "gauge", 1e-3,
		"Until OOM at the present rate; not there if memory is not falling.");
	file_metric(
		"levels/stall_percent", "stall_ratio", "gauge", 1e-2,
		"Share of time for fetching pages back; not there if not measured.");
	if (days->left_s < 0)
		return;
	print_head(
		"slow_forecast_seconds", "gauge",
		"Until memory is gone by the trend of days; not there if it is not falling.");
	print_sample("slow_forecast_seconds", NULL, "", (double)days->left_s);
}

/* A number of each group or limit. */
static void object_metric(const char *dir, const char *label, const char *file,
			  const char *name, const char *type, double unit,
			  const char *help)
{
	bool is_first = true;
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir(dir, &names, &nr, 1))
		return;
	for (i = 0; i < nr; i++) {
		char path[OE_SYSFS_PATH_MAX];
		long long value;

		snprintf(path, sizeof(path), "%s/%s/%s", dir, names[i], file);
		if (oe_sysfs_read_number(path, &value))
			continue;
		if (is_first)
			print_head(name, type, help);
		is_first = false;
		print_sample(name, label, names[i], (double)value * unit);
	}
	oe_sysfs_free_names(names, nr);
}

static void cgroup_levels(void)
{
	bool is_first = true;
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("cgroups", &names, &nr, 1))
		return;
	for (i = 0; i < nr; i++) {
		struct watched watched;

		watched_read(names[i], &watched);
		if (oe_level_index(watched.level) < 0)
			continue;
		if (is_first)
			print_head(
				"cgroup_level", "gauge",
				"Level of a watched cgroup: 0 normal, 1 warning, 2 critical, 3 imminent_oom, 4 oom.");
		is_first = false;
		print_sample("cgroup_level", "watch", names[i],
			     oe_level_index(watched.level));
	}
	oe_sysfs_free_names(names, nr);
}

static void object_metrics(void)
{
	cgroup_levels();
	object_metric("cgroups", "watch", "available_kb",
		      "cgroup_available_bytes", "gauge", BYTES_PER_KB,
		      "The memory that a watched cgroup can still have.");
	object_metric("cgroups", "watch", "limit_kb", "cgroup_limit_bytes",
		      "gauge", BYTES_PER_KB,
		      "The limit that holds for a watched cgroup.");
	object_metric(
		"cgroups", "watch", "stall_percent", "cgroup_stall_ratio",
		"gauge", 1e-2,
		"The share of its time that a watched cgroup is stalled.");
	object_metric("groups", "group", "rank", "group_rank", "gauge", 1,
		      "Ranking of a group.");
	object_metric("groups", "group", "nr_members", "group_members", "gauge",
		      1, "Processes in a group.");
	object_metric("limits", "uid", "max_kb", "limit_max_bytes", "gauge",
		      BYTES_PER_KB, "Resident memory a user may hold.");
	object_metric("limits", "uid", "rss_kb", "limit_resident_bytes",
		      "gauge", BYTES_PER_KB,
		      "Resident memory a limited user holds.");
	object_metric("limits", "uid", "nr_kills", "limit_kills_total",
		      "counter", 1, "Processes killed for a user's limit.");
}

static void last_decision(void)
{
	const struct oe_event *event;
	struct oe_events events;

	if (oe_records_events(&events))
		return;
	event = oe_records_find_event(&events, -1);
	if (event) {
		print_head("last_decision_timestamp_seconds", "gauge",
			   "When the last decision was made.");
		print_sample("last_decision_timestamp_seconds", NULL, "",
			     oe_field_real(event->field, event->nr, "time", 0));
	}
	oe_records_free_events(&events);
}

/**
 * metrics_run - the command "metrics"
 * @args: @output
 *
 * Return: an exit status.
 */
int metrics_run(const struct arguments *args)
{
	struct atomic_file output;
	long long value;
	int err = oe_records_wanted(&value);
	int status;

	if (err)
		return complain_file("stats/oom_global", NULL, err);
	status = atomic_file_open(&output, args->output);
	if (status != EXIT_OK)
		return status;
	to = output.file;
	info_metric();
	file_metric("rank_threshold", "rank_threshold", "gauge", 1,
		    "Rankings below it are protected.");
	file_metric("default_rank", "default_rank", "gauge", 1,
		    "Ranking of a process that was given none.");
	file_metric("grace_ms", "grace_seconds", "gauge", 1e-3,
		    "Longest wait for userspace before a kill.");
	file_metric("reserve_kb", "reserve_bytes", "gauge", BYTES_PER_KB,
		    "Memory that is to be held back.");
	file_metric("reserve_available_kb", "reserve_available_bytes", "gauge",
		    BYTES_PER_KB, "How much of it is in hand.");
	print_head("reconfigure_wanted_total", "counter",
		   "How often userspace was asked to make room.");
	print_sample("reconfigure_wanted_total", NULL, "", (double)value);
	file_metric("reconfigure_done", "reconfigure_done_total", "counter", 1,
		    "How much of that it has acknowledged.");
	oom_counters();
	other_counters();
	level_metrics();
	commit_metrics();
	object_metrics();
	last_decision();
	return atomic_file_close(&output, EXIT_OK);
}
