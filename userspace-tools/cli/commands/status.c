// SPDX-License-Identifier: GPL-2.0-only
/*
 * "status": the settings, and how things stand.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands/commands.h"
#include "cli/commands/footprint.h"
#include "cli/commands/summary.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "common/commit.h"
#include "common/records.h"
#include "common/sysfs.h"

enum {
	VALUE_SIZE = 256,
};

/* Skip files that this module does not have. */
static void show_files(const char *dir, const char *const *files)
{
	char value[VALUE_SIZE];
	char path[OE_SYSFS_PATH_MAX];

	for (; *files; files++) {
		const char *slash = *dir ? "/" : "";

		snprintf(path, sizeof(path), "%s%s%s", dir, slash, *files);
		if (oe_sysfs_read(path, value, sizeof(value)) >= 0)
			out_field(*files, value);
	}
}

static void show_asked(void)
{
	long long wanted;
	long long done;

	if (oe_records_wanted(&wanted) ||
	    oe_sysfs_read_number("reconfigure_done", &done))
		return;
	out_number("reconfigure_wanted", wanted);
	out_number("reconfigure_done", done);
	out_number("not_acknowledged", wanted - done);
}

static void show_counters(void)
{
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("stats", &names, &nr, 0))
		return;
	out_open("stats");
	for (i = 0; i < nr; i++) {
		char path[OE_SYSFS_PATH_MAX];
		long long value;

		snprintf(path, sizeof(path), "stats/%s", names[i]);
		if (!oe_sysfs_read_number(path, &value))
			out_number(names[i], value);
	}
	out_close();
	oe_sysfs_free_names(names, nr);
}

static void show_number_of(const char *dir)
{
	char **names;
	size_t nr;

	if (oe_sysfs_list_dir(dir, &names, &nr, 1))
		return;
	out_number(dir, (long long)nr);
	oe_sysfs_free_names(names, nr);
}

static bool is_nobody_eligible(const struct oe_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->nr; i++)
		if (oe_records_may_die(&rows->row[i]))
			return false;
	return true;
}

static void warn_of_no_victim(void)
{
	char action[VALUE_SIZE];
	char text[VALUE_SIZE + 64];

	snprintf(text, sizeof(text),
		 "nobody may be chosen now: an OOM ends in no_victim_action=%s",
		 oe_sysfs_read_word("no_victim_action", action,
				    sizeof(action)));
	out_text("warning", text);
}

/* Only root may know. */
static void show_next(void)
{
	struct oe_rows rows;
	char text[FORMAT_PROCESS_SIZE];

	if (oe_records_candidates(&rows))
		return;
	if (rows.nr && !strcmp(rows.row[0].verdict, "next")) {
		snprintf(text, sizeof(text), "%s/%lld", rows.row[0].comm,
			 rows.row[0].pid);
		out_text("next_victim", text);
	} else {
		out_null("next_victim");
	}
	if (is_nobody_eligible(&rows))
		warn_of_no_victim();
	oe_records_free_rows(&rows);
}

/* Only with strict overcommit there is a limit. */
static void show_commit(void)
{
	struct oe_commit commit;

	if (!oe_commit_read(&commit))
		return;
	out_number("commit_limit_kb", commit.limit_kb);
	out_number("commit_left_kb", commit.left_kb);
}

/* The memory that the module takes itself. */
static void show_footprint(void)
{
	struct footprint footprint;

	if (footprint_read(&footprint))
		return;
	out_open("module_memory");
	out_number("loaded_kb", footprint.loaded_kb);
	if (footprint.pages_kb >= 0)
		out_number("pages_kb", footprint.pages_kb);
	else
		out_null("pages_kb");
	out_number("stacks_kb", footprint.stacks_kb);
	out_number("threads", footprint.nr_threads);
	out_close();
}

/* In the order in which they are shown. */
static const char *const policy_files[] = {
	"abi_version",
	"mode",
	"coverage",
	"rank_threshold",
	"default_rank",
	"selection_order",
	"no_victim_action",
	"memcg_no_victim_action",
	"console_first",
	"grace_ms",
	"grace_hold",
	"reserve_kb",
	"reserve_available_kb",
	"min_gain_kb",
	"early_kb",
	"early_term_ms",
	"stall_percent",
	"stall_ms",
	"allow_offers",
	"mirror_oom_score_adj",
	NULL,
};

static const char *const level_files[] = {
	"level",
	"available_kb",
	"available_kernel_kb",
	"oom_forecast_ms",
	"stall_percent",
	"warning_kb",
	"critical_kb",
	"imminent_oom_kb",
	"oom_kb",
	"hysteresis_kb",
	"debounce_ms",
	"forecast_alert_ms",
	NULL,
};

/**
 * status_run - the command "status"
 * @args: @verbose
 *
 * Return: an exit status.
 */
int status_run(const struct arguments *args)
{
	char version[VALUE_SIZE];
	int ret = oe_sysfs_read("abi_version", version, sizeof(version));

	if (ret < 0)
		return complain_file("abi_version", NULL, ret);
	if (!args->verbose && !args->json) {
		summary_print();
		return EXIT_OK;
	}
	show_files("", policy_files);
	show_asked();
	show_next();
	show_number_of("groups");
	show_number_of("limits");
	show_number_of("cgroups");
	show_commit();
	show_footprint();
	if (!oe_sysfs_exists("levels")) {
		out_open("levels");
		show_files("levels", level_files);
		out_close();
	}
	show_counters();
	return EXIT_OK;
}
