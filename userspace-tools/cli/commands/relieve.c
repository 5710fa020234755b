// SPDX-License-Identifier: GPL-2.0-only
/*
 * "relieve": one emergency now, by hand, before the kernel asks for a victim.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands/commands.h"
#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "common/config_value.h"
#include "common/records.h"
#include "common/sysfs.h"
#include "common/words.h"
#include "uapi/oom_embedded.h"

#define RELIEVE_FILE "relieve"

static int complain_nobody(void)
{
	return complain(EXIT_NOT_FOUND, "no process may be chosen now");
}

static int show_next(const struct oe_rows *rows)
{
	char text[FORMAT_PROCESS_SIZE];

	if (!rows->nr || strcmp(rows->row[0].verdict, "next"))
		return complain_nobody();
	snprintf(text, sizeof(text), "%s/%lld", rows->row[0].comm,
		 rows->row[0].pid);
	out_text("next_victim", text);
	return EXIT_OK;
}

static int complain_group(const char *group)
{
	return complain(EXIT_NOT_FOUND, "there is no group %s", group);
}

static int complain_name(const char *group)
{
	return complain(EXIT_USAGE, "'%s' is no name of a group", group);
}

static bool is_group(const char *group)
{
	char dir[sizeof("groups/") + OOM_EMBEDDED_GROUP_NAME_MAX];

	snprintf(dir, sizeof(dir), "groups/%s", group);
	return !oe_sysfs_exists(dir);
}

static int explain_members(const char *group, int err)
{
	char file[OE_SYSFS_PATH_MAX];

	if (err == -ENOENT && !is_group(group))
		return complain_group(group);
	if (err == -ENOENT)
		return complain(
			EXIT_UNSUPPORTED,
			"this version of the module has no candidates of a group");
	snprintf(file, sizeof(file), "groups/%s/candidates", group);
	return complain_file(file, NULL, err);
}

static int dry_run(void)
{
	struct oe_rows rows;
	int err = oe_records_candidates(&rows);
	int status;

	if (err)
		return complain_file("candidates", NULL, err);
	status = show_next(&rows);
	oe_records_free_rows(&rows);
	return status;
}

static int dry_run_group(const char *group)
{
	struct oe_rows rows;
	int status;
	int err;

	if (!oe_word_is_name(group))
		return complain_name(group);
	err = oe_records_members(group, &rows);
	if (err)
		return explain_members(group, err);
	status = show_next(&rows);
	oe_records_free_rows(&rows);
	return status;
}

static int explain_refusal(int err)
{
	switch (-err) {
	case ESRCH:
		return complain_nobody();
	case EBUSY:
		return complain(
			EXIT_REFUSED,
			"nobody was killed: another emergency is under way, or has just had its victim, the module only observes, or the machine is about to be suspended");
	case EOPNOTSUPP:
		return complain(
			EXIT_UNSUPPORTED,
			"the module is off, or cannot ask this kernel for a victim (no SysRq, or coverage has no global)");
	case ENOENT:
		if (!oe_sysfs_present())
			return complain(EXIT_UNSUPPORTED,
					"this version of the module has no %s",
					RELIEVE_FILE);
		break;
	}
	return complain_file(RELIEVE_FILE, "1", err);
}

/* A module that asks for no group refuses the text. */
static int explain_group(const char *group, int err)
{
	if (err == -ENOENT && oe_sysfs_exists(RELIEVE_FILE) == 0)
		return complain_group(group);
	if (err == -EINVAL)
		return complain(
			EXIT_UNSUPPORTED,
			"this version of the module knows no groups in %s",
			RELIEVE_FILE);
	return explain_refusal(err);
}

static int relieve_group(const char *group)
{
	char wish[sizeof("group:") + OOM_EMBEDDED_GROUP_NAME_MAX];
	int err;

	if (!oe_word_is_name(group))
		return complain_name(group);
	snprintf(wish, sizeof(wish), "group:%s", group);
	err = oe_sysfs_write(RELIEVE_FILE, wish);
	return err ? explain_group(group, err) : EXIT_OK;
}

/**
 * relieve_run - the command "relieve"
 * @args: @dryrun, a group
 *
 * Return: an exit status.
 */
int relieve_run(const struct arguments *args)
{
	int err;

	if (args->dryrun)
		return args->argc ? dry_run_group(args->argv[0]) : dry_run();
	if (args->argc)
		return relieve_group(args->argv[0]);
	err = oe_sysfs_write(RELIEVE_FILE, "1");
	return err ? explain_refusal(err) : EXIT_OK;
}
