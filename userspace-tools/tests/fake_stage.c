// SPDX-License-Identifier: GPL-2.0-only
/*
 * staged/ of the module made of plain files: staged values stand in staged/set.
 */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake_tree.h"

enum {
	VALUES_MAX = 256,
};

struct value {
	char file[PATH_MAX];
	char text[TEXT_SIZE];
	char old[TEXT_SIZE];
	int done;
	int err;
};

static struct value *values;
static int nr_values;

static int is_there(const char *file)
{
	char path[PATH_MAX];

	fake_path(path, file);
	return !access(path, F_OK);
}

/* "FILE VALUE"; in rules a word ";" is the end of a line. */
static void take_apart(const char *line, struct value *value)
{
	size_t length = strcspn(line, " ");
	char *at;

	snprintf(value->file, sizeof(value->file), "%.*s", (int)length, line);
	snprintf(value->text, sizeof(value->text), "%s",
		 line[length] ? line + length + 1 : "");
	if (!fnmatch("groups/*/rules", value->file, 0))
		while ((at = strstr(value->text, " ; "))) {
			*at = '\n';
			memmove(at + 1, at + 3, strlen(at + 3) + 1);
		}
	fake_get(value->file, value->old);
	value->done = 0;
}

static int is_stageable(const char *file)
{
	if (!strncmp(file, "groups/", 7))
		return strchr(file + 7, '/') && fnmatch("*/pids", file, 0);
	return strcmp(file, "oom_ranking") && strcmp(file, "relieve") &&
	       strncmp(file, "staged/", 7) && strncmp(file, "limits/", 7) &&
	       strncmp(file, "cgroups/", 8);
}

/* Tried, and taken back. The order of the watermarks is the commit's. */
static int try_value(const char *line)
{
	struct value *value = calloc(1, sizeof(*value));
	int err;

	if (!value)
		abort();
	take_apart(line, value);
	err = fake_planned_error(value->file, '!');
	if (err)
		err = -err;
	else if (!is_stageable(value->file))
		err = -ENOENT;
	else if (!is_there(value->file))
		err = strncmp(value->file, "groups/", 7) ? -ENOENT : 0;
	else
		err = fake_write(value->file, value->text);
	if (!err && is_there(value->file))
		fake_put(value->file, value->old);
	if (err == -ERANGE && !fnmatch("levels/*_kb", value->file, 0))
		err = 0;
	free(value);
	return err;
}

static int stage_lines(char *text)
{
	char all[16 * TEXT_SIZE];
	char copy[TEXT_SIZE];
	char *save;
	char *line;

	snprintf(copy, sizeof(copy), "%s", text);
	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		int err = try_value(line);

		if (err)
			return err;
	}
	fake_get_all("staged/set", all, sizeof(all));
	if (strlen(all) + strlen(text) + 2 > sizeof(all))
		return -ENOSPC;
	strcat(all, text);
	strcat(all, "\n");
	fake_put("staged/set", all);
	return 0;
}

static void read_values(void)
{
	char all[16 * TEXT_SIZE];
	char *save;
	char *line;

	values = calloc(VALUES_MAX, sizeof(*values));
	if (!values)
		abort();
	nr_values = 0;
	fake_get_all("staged/set", all, sizeof(all));
	for (line = strtok_r(all, "\n", &save); line && nr_values < VALUES_MAX;
	     line = strtok_r(NULL, "\n", &save))
		take_apart(line, &values[nr_values++]);
}

/* Again and again, until all are in order. Returns the first that is not. */
static struct value *write_values(void)
{
	struct value *failed;
	int moved;
	int i;

	do {
		failed = NULL;
		moved = 0;
		for (i = 0; i < nr_values; i++) {
			struct value *value = &values[i];

			if (value->done)
				continue;
			value->err =
				is_there(value->file) ?
					fake_write(value->file, value->text) :
					-ENOENT;
			value->done = !value->err;
			moved += value->done;
			if (value->err && !failed)
				failed = value;
		}
	} while (failed && moved);
	return failed;
}

static int commit_values(void)
{
	struct value *failed;
	int err = 0;
	int i;

	read_values();
	failed = write_values();
	for (i = nr_values - 1; failed && i >= 0; i--)
		if (values[i].done)
			fake_put(values[i].file, values[i].old);
	for (i = 0; !failed && i < nr_values; i++)
		fake_note(values[i].file, values[i].text);
	fake_put_line("staged/refused", failed ? failed->file : "");
	if (failed)
		err = failed->err;
	else
		fake_put("staged/set", "");
	free(values);
	return err;
}

/**
 * fake_stage - a write to a file of staged/
 * @file: the file
 * @value: the value
 *
 * Return: 0 or a negative errno.
 */
int fake_stage(const char *file, char *value)
{
	if (!strcmp(file, "staged/set"))
		return stage_lines(value);
	if (strcmp(value, "1"))
		return -EINVAL;
	if (!strcmp(file, "staged/commit"))
		return commit_values();
	if (strcmp(file, "staged/clear"))
		return -EACCES;
	fake_put("staged/set", "");
	return 0;
}
