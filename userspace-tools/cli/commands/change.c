// SPDX-License-Identifier: GPL-2.0-only
/*
 * All or nothing. The module takes one value at a time and may refuse any of
 * them, and some only make sense together: a watermark must be below the one
 * before it, at each moment. So what is refused for its value is tried again
 * after the others, as long as something moves; if something stays refused,
 * what was done is undone in the same way.
 */
#include "cli/commands/change.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/complain.h"
#include "cli/print/out.h"
#include "common/sysfs.h"

enum change_state {
	CHANGE_TO_DO,
	CHANGE_DONE,
};

/**
 * struct change - one write
 * @file: where
 * @value: what
 * @undo_file: where to write to take it back
 * @undo: what to write then; NULL: nothing needs to be
 * @old: what is there now, for the reader; NULL: nothing
 * @state: made yet?
 * @may_vanish: about a process, which may end at any time
 */
struct change {
	char *file;
	char *value;
	char *undo_file;
	char *undo;
	char *old;
	enum change_state state;
	bool may_vanish;
};

static char *copy_text(const char *text)
{
	char *result = text ? strdup(text) : NULL;

	if (text && !result)
		errx(EXIT_TROUBLE, "out of memory");
	return result;
}

static void add_change(struct changes *changes, const char *file,
		       const char *value, const char *undo_file,
		       const char *undo, const char *old)
{
	struct change *bigger = reallocarray(changes->change, changes->nr + 1,
					     sizeof(*changes->change));

	if (!bigger)
		errx(EXIT_TROUBLE, "out of memory");
	changes->change = bigger;
	bigger[changes->nr++] = (struct change){
		.file = copy_text(file),
		.value = copy_text(value),
		.undo_file = copy_text(undo_file),
		.undo = copy_text(undo),
		.old = copy_text(old),
		.state = CHANGE_TO_DO,
	};
}

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text);

	return length >= strlen(ending) &&
	       !strcmp(text + length - strlen(ending), ending);
}

/* "64M" and "65536" are the same to a file in KiB; % only the module knows. */
static bool is_same(const char *file, const char *old, const char *new)
{
	static const char units[] = "kmg";
	unsigned long long kib;
	const char *unit;
	char *end;

	if (!strcmp(old, new))
		return true;
	if (!ends_with(file, "_kb") || !isdigit((unsigned char)*new))
		return false;
	kib = strtoull(new, &end, 10);
	unit = *end ? strchr(units, tolower((unsigned char)*end)) : NULL;
	if (!unit || end[1])
		return false;
	kib <<= 10 * (unit - units);
	return kib == strtoull(old, &end, 10) && !*end;
}

/* Created by an earlier change of the same set? Then there is nothing yet. */
static bool will_be_created(const struct changes *changes, const char *file)
{
	size_t i;

	for (i = 0; i < changes->nr; i++) {
		const struct change *one = &changes->change[i];
		size_t length = strcspn(one->file, "/");

		if (ends_with(one->file, "/create") &&
		    !strncmp(one->file, file, length + 1) &&
		    !strncmp(file + length + 1, one->value,
			     strlen(one->value)) &&
		    file[length + 1 + strlen(one->value)] == '/')
			return true;
	}
	return false;
}

/**
 * changes_set - a file is to have this value
 * @changes: the set
 * @file: of the module
 * @value: what it is to be; nothing is done if it is that already
 *
 * Return: 0, or the negative errno with which the file could not be read.
 */
int changes_set(struct changes *changes, const char *file, const char *value)
{
	char old[OE_SYSFS_VALUE_MAX];
	int err;

	if (will_be_created(changes, file)) {
		add_change(changes, file, value, NULL, NULL, NULL);
		return 0;
	}
	err = oe_sysfs_read(file, old, sizeof(old));
	if (err < 0)
		return err;
	if (!is_same(file, old, value))
		add_change(changes, file, value, file, old, old);
	return 0;
}

/**
 * changes_create - a group or a limit is to be there
 * @changes: the set
 * @dir: "groups" or "limits"
 * @name: of the new one; nothing is done if it is there
 *
 * Return: 0 or a negative errno.
 */
int changes_create(struct changes *changes, const char *dir, const char *name)
{
	char path[OE_SYSFS_PATH_MAX];
	char undo[OE_SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!oe_sysfs_exists(path))
		return 0;
	snprintf(path, sizeof(path), "%s/create", dir);
	snprintf(undo, sizeof(undo), "%s/remove", dir);
	add_change(changes, path, name, undo, name, NULL);
	return 0;
}

/**
 * changes_add_line - a line is to be written that is not a file's whole value
 * @changes: the set
 * @file: of the module
 * @value: the line
 * @undo: the line that takes it back; NULL: it goes with its group
 * @old: what it replaces, for the reader; NULL: nothing
 * @may_vanish: it is no error if the process it is about has ended
 */
void changes_add_line(struct changes *changes, const char *file,
		      const char *value, const char *undo, const char *old,
		      bool may_vanish)
{
	add_change(changes, file, value, file, undo, old);
	changes->change[changes->nr - 1].may_vanish = may_vanish;
}

static int make_one(const struct change *one, enum change_state to)
{
	int err = 0;

	if (to == CHANGE_DONE)
		err = oe_sysfs_write(one->file, one->value);
	else if (one->undo)
		err = oe_sysfs_write(one->undo_file, one->undo);
	return err == -ESRCH && one->may_vanish ? 0 : err;
}

/*
 * Tries all that is not in state @to, in passes. Sets @failed to one that did
 * not work and returns its errno.
 */
static int pass_until_stuck(struct changes *changes, enum change_state to,
			    const struct change **failed)
{
	bool moved = true;
	int err = 0;

	while (moved) {
		size_t i;

		moved = false;
		err = 0;
		for (i = 0; i < changes->nr; i++) {
			bool undo = to == CHANGE_TO_DO;
			struct change *one =
				&changes->change[undo ? changes->nr - 1 - i : i];
			bool hopeless;
			int ret;

			if (one->state == to)
				continue;
			ret = make_one(one, to);
			if (!ret) {
				one->state = to;
				moved = true;
				continue;
			}
			/* The first is blamed, unless one is beyond hope. */
			hopeless = !undo && ret != -EINVAL && ret != -ERANGE;
			if (!err || hopeless) {
				err = ret;
				*failed = one;
			}
			if (hopeless)
				return ret;
		}
		if (!err)
			break;
	}
	return err;
}

/**
 * changes_make - do it, whole or not at all
 * @changes: the set
 *
 * Says what went wrong.
 *
 * Return: the status to exit with.
 */
int changes_make(struct changes *changes)
{
	const struct change *failed = NULL;
	int status;
	int err = pass_until_stuck(changes, CHANGE_DONE, &failed);

	if (!err)
		return EXIT_OK;
	status = complain_file(failed->file, failed->value, err);
	err = pass_until_stuck(changes, CHANGE_TO_DO, &failed);
	if (err) {
		complain_file(failed->undo_file, failed->undo, err);
		return complain(
			EXIT_NOT_UNDONE,
			"not everything could be put back; see \"oom-embedded status\"");
	}
	if (changes->nr > 1)
		complain(status, "nothing has been changed");
	return status;
}

/**
 * changes_show - print what would change
 * @changes: the set
 */
void changes_show(const struct changes *changes)
{
	size_t i;

	out_open_list("changes");
	for (i = 0; i < changes->nr; i++) {
		const struct change *one = &changes->change[i];

		if (out_is_json()) {
			out_open("");
			out_text("file", one->file);
			if (one->old)
				out_text("old", one->old);
			else
				out_null("old");
			out_text("new", one->value);
			out_close();
			continue;
		}
		if (one->old)
			out_change('-', one->file, one->old);
		out_change('+', one->file, one->value);
	}
	out_close();
}

/**
 * changes_free - forget a set
 * @changes: is empty afterwards
 */
void changes_free(struct changes *changes)
{
	size_t i;

	for (i = 0; i < changes->nr; i++) {
		struct change *one = &changes->change[i];

		free(one->file);
		free(one->value);
		free(one->undo_file);
		free(one->undo);
		free(one->old);
	}
	free(changes->change);
	memset(changes, 0, sizeof(*changes));
}
