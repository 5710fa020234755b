// SPDX-License-Identifier: GPL-2.0-only
/*
 * "set": show the settings, or change one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands/change.h"
#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "cli/print/suggest.h"
#include "common/sysfs.h"

/* All settings, in the order in which they are shown. */
static const char *const settings[] = {
	"mode",
	"rank_threshold",
	"default_rank",
	"selection_order",
	"no_victim_action",
	"memcg_no_victim_action",
	"console_first",
	"allow_offers",
	"mirror_oom_score_adj",
	"grace_ms",
	"grace_hold",
	"reserve_kb",
	"min_gain_kb",
	"early_kb",
	"early_term_ms",
	"stall_percent",
	"stall_ms",
	"levels/warning_kb",
	"levels/critical_kb",
	"levels/imminent_oom_kb",
	"levels/oom_kb",
	"levels/hysteresis_kb",
	"levels/debounce_ms",
	"levels/forecast_alert_ms",
	"limits/period_ms",
	"limits/measure",
};

#define NR_SETTINGS (sizeof(settings) / sizeof(*settings))

/* "warning_kb" is clear enough for "levels/warning_kb". */
static const char *find_setting(const char *key)
{
	size_t i;

	for (i = 0; i < NR_SETTINGS; i++) {
		const char *slash = strchr(settings[i], '/');

		if (!strcmp(settings[i], key) ||
		    (slash && !strcmp(slash + 1, key)))
			return settings[i];
	}
	return NULL;
}

/* Skip settings that this module does not have. A read that fails otherwise is an error. */
static int show_all(void)
{
	char value[OE_SYSFS_VALUE_MAX];
	int status = EXIT_OK;
	size_t i;

	for (i = 0; i < NR_SETTINGS; i++) {
		int ret = oe_sysfs_read(settings[i], value, sizeof(value));

		if (ret >= 0)
			out_field(settings[i], value);
		else if (ret != -ENOENT)
			status = complain_file(settings[i], NULL, ret);
	}
	return status;
}

static int unknown_setting(const char *key)
{
	const char *names[NR_SETTINGS];
	const char *nearest;
	size_t i;

	for (i = 0; i < NR_SETTINGS; i++) {
		const char *slash = strchr(settings[i], '/');

		names[i] = slash ? slash + 1 : settings[i];
	}
	nearest = suggest(key, names, NR_SETTINGS);
	if (nearest)
		return complain(EXIT_NOT_FOUND,
				"there is no setting '%s'; did you mean '%s'?",
				key, nearest);
	complain(EXIT_NOT_FOUND, "there is no setting '%s'; there are:", key);
	for (i = 0; i < NR_SETTINGS; i++)
		fprintf(stderr, "  %s\n", settings[i]);
	return EXIT_NOT_FOUND;
}

/**
 * set_run - the command "set"
 * @args: nothing, or KEY VALUE
 *
 * Return: an exit status.
 */
int set_run(const struct arguments *args)
{
	struct oe_changes changes = {};
	const char *file;
	int status;
	int err;

	if (!args->argc)
		return show_all();
	file = find_setting(args->argv[0]);
	if (!file)
		return unknown_setting(args->argv[0]);
	if (args->argc < 2) {
		char value[OE_SYSFS_VALUE_MAX];
		int ret = oe_sysfs_read(file, value, sizeof(value));

		if (ret < 0)
			return complain_file(file, NULL, ret);
		out_field(file, value);
		return EXIT_OK;
	}
	err = oe_changes_set(&changes, file, args->argv[1]);
	if (err == -ENOENT)
		return complain_absent(file);
	if (err)
		return complain_file(file, NULL, err);
	if (args->dryrun || args->json)
		changes_show(&changes);
	status = args->dryrun ? EXIT_OK : changes_make(&changes);
	oe_changes_free(&changes);
	return status;
}
