// SPDX-License-Identifier: GPL-2.0-only
/*
 * All or nothing. First everything is made that cannot be staged, groups among it;
 * then all values are put in force together; then groups are removed. If something
 * is refused, the caller undoes the rest.
 *
 * A module without staged/ takes one value at a time and may refuse any of them.
 * Some values depend on each other: a watermark must be below the one before it,
 * at each moment. A write that is refused for its value is therefore tried again
 * after the others, as long as any write succeeds. To undo is done in this way, too.
 */
#include "common/change.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/change_stage.h"
#include "common/sysfs.h"

static char *copy_text(struct oe_changes *changes, const char *text)
{
	char *result = text ? strdup(text) : NULL;

	if (text && !result)
		changes->err = -ENOMEM;
	return result;
}

static void free_change(struct oe_change *one)
{
	free(one->file);
	free(one->value);
	free(one->undo_file);
	free(one->undo);
	free(one->old);
}

/* A change of which a text is missing is none. Returns 0 or -ENOMEM. */
static int add_change(struct oe_changes *changes, const char *file,
		      const char *value, const char *undo_file,
		      const char *undo, const char *old)
{
	struct oe_change *bigger = reallocarray(
		changes->change, changes->nr + 1, sizeof(*changes->change));
	int before = changes->err;

	if (!bigger) {
		changes->err = -ENOMEM;
		return -ENOMEM;
	}
	changes->change = bigger;
	changes->err = 0;
	bigger[changes->nr] = (struct oe_change){
		.file = copy_text(changes, file),
		.value = copy_text(changes, value),
		.undo_file = copy_text(changes, undo_file),
		.undo = copy_text(changes, undo),
		.old = copy_text(changes, old),
		.state = OE_CHANGE_TO_DO,
	};
	if (changes->err) {
		free_change(&bigger[changes->nr]);
		return changes->err;
	}
	changes->err = before;
	changes->nr++;
	return 0;
}

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text);

	return length >= strlen(ending) &&
	       !strcmp(text + length - strlen(ending), ending);
}

/* "64M" and "65536" are the same to a file in KiB. Only the module can resolve "%". */
static bool is_same(const char *file, const char *old, const char *new)
{
	static const char units[] = "kmg";
	unsigned long long kib;
	const char *unit;
	char *end;

	/* The path may have got another file since it was written. */
	if (ends_with(file, "/rules") && strstr(new, "exe="))
		return false;
	if (!strcmp(old, new))
		return true;
	if (!ends_with(file, "_kb") || !isdigit((unsigned char)*new))
		return false;
	kib = strtoull(new, &end, 10);
	unit = *end ? strchr(units, tolower((unsigned char)*end)) : NULL;
	if (!unit || end[1] || kib > ULLONG_MAX >> 10 * (unit - units))
		return false;
	kib <<= 10 * (unit - units);
	return kib == strtoull(old, &end, 10) && !*end;
}

/* A file that an earlier change of the set creates cannot be read yet. */
static bool will_be_created(const struct oe_changes *changes, const char *file)
{
	size_t i;

	for (i = 0; i < changes->nr; i++) {
		const struct oe_change *one = &changes->change[i];
		size_t length = strcspn(one->file, "/");

		if (one->value && ends_with(one->file, "/create") &&
		    !strncmp(one->file, file, length + 1) &&
		    !strncmp(file + length + 1, one->value,
			     strlen(one->value)) &&
		    file[length + 1 + strlen(one->value)] == '/')
			return true;
	}
	return false;
}

/**
 * oe_changes_set - a file is to have this value
 * @changes: the set
 * @file: of the module
 * @value: the new value; nothing is done if the file has it already
 *
 * Return: 0, -ENOMEM, or the negative errno with which the file could not be read.
 */
int oe_changes_set(struct oe_changes *changes, const char *file,
		   const char *value)
{
	char old[OE_SYSFS_VALUE_MAX];
	int err;

	if (will_be_created(changes, file))
		return add_change(changes, file, value, NULL, NULL, NULL);
	err = oe_sysfs_read(file, old, sizeof(old));
	if (err < 0)
		return err;
	if (is_same(file, old, value))
		return 0;
	return add_change(changes, file, value, file, old, old);
}

/**
 * oe_changes_create - a group or a limit is to be there
 * @changes: the set
 * @dir: "groups" or "limits"
 * @name: of the new one; nothing is done if it is there
 *
 * Return: 0 or a negative errno.
 */
int oe_changes_create(struct oe_changes *changes, const char *dir,
		      const char *name)
{
	char path[OE_SYSFS_PATH_MAX];
	char undo[OE_SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (!oe_sysfs_exists(path))
		return 0;
	snprintf(path, sizeof(path), "%s/create", dir);
	snprintf(undo, sizeof(undo), "%s/remove", dir);
	return add_change(changes, path, name, undo, name, NULL);
}

/**
 * oe_changes_add_line - a line is to be written that is not a file's whole value
 * @changes: the set
 * @file: of the module
 * @value: the line; NULL: none, there is only @undo
 * @undo: the line that takes it back; NULL: it goes with its group
 * @old: the line that it replaces, for the reader; NULL: none
 * @may_vanish: it is no error if the process it is about has ended
 */
void oe_changes_add_line(struct oe_changes *changes, const char *file,
			 const char *value, const char *undo, const char *old,
			 bool may_vanish)
{
	if (!add_change(changes, file, value, file, undo, old))
		changes->change[changes->nr - 1].may_vanish = may_vanish;
}

/**
 * oe_changes_restore - a file is to be as it is now, if the set is undone
 * @changes: the set
 * @file: of the module; for a file that goes with its group, see
 *	oe_changes_remove()
 *
 * Return: 0, or the negative errno with which the file could not be read.
 */
int oe_changes_restore(struct oe_changes *changes, const char *file)
{
	char now[OE_SYSFS_VALUE_MAX];
	int err = oe_sysfs_read(file, now, sizeof(now));

	if (err < 0)
		return err;
	return add_change(changes, file, NULL, file, now, NULL);
}

/**
 * oe_changes_remove - a group or a limit is to be gone
 * @changes: the set
 * @dir: "groups" or "limits"
 * @name: of the one to remove
 *
 * Undone, the group exists again. Its files are as before if each of them is in
 * the set, by oe_changes_restore(), before the removal; members by pid, if each is,
 * by oe_changes_add_line().
 */
void oe_changes_remove(struct oe_changes *changes, const char *dir,
		       const char *name)
{
	char path[OE_SYSFS_PATH_MAX];
	char undo[OE_SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), "%s/remove", dir);
	snprintf(undo, sizeof(undo), "%s/create", dir);
	add_change(changes, path, name, undo, name, NULL);
}

static int make_one(struct oe_change *one, enum oe_change_state to)
{
	int err = 0;

	if (to == OE_CHANGE_DONE && one->value)
		err = oe_sysfs_write(one->file, one->value);
	else if (to == OE_CHANGE_TO_DO && one->undo)
		err = oe_sysfs_write(one->undo_file, one->undo);
	one->err = err == -ESRCH && one->may_vanish ? 0 : err;
	return one->err;
}

/**
 * oe_change_is_missing - was a change refused because the module has no such file?
 * @changes: the set
 * @one: of it, with an errno
 *
 * The file is missing, not the cgroup that is to be written to it.
 *
 * Return: true if so, and if that is no failure.
 */
bool oe_change_is_missing(const struct oe_changes *changes,
			  const struct oe_change *one)
{
	return changes->skip_missing &&
	       (one->err == -ENOENT || one->err == -ENOTDIR) &&
	       oe_sysfs_exists(one->file);
}

/* Another value may make room for this one; no other errno goes away. */
static bool may_succeed_later(int err)
{
	return err == -EINVAL || err == -ERANGE;
}

/* To undo, there are no moments: all is taken back by writes of its own. */
static bool is_due(const struct oe_change *one, enum oe_change_state to,
		   enum oe_change_moment moment)
{
	return one->state != to && one->state != OE_CHANGE_MISSING &&
	       (to == OE_CHANGE_TO_DO || one->moment == moment);
}

/*
 * One pass over all that is not in state @to; backwards, to undo. Returns the
 * number of writes that succeeded. @failed is the write to blame: the first
 * that failed, or one that can never succeed. @stop: end the pass at the latter.
 */
static size_t make_pass(struct oe_changes *changes, enum oe_change_state to,
			enum oe_change_moment moment, bool stop,
			struct oe_change **failed)
{
	bool undo = to == OE_CHANGE_TO_DO;
	size_t moved = 0;
	size_t i;

	*failed = NULL;
	for (i = 0; i < changes->nr; i++) {
		struct oe_change *one =
			&changes->change[undo ? changes->nr - 1 - i : i];

		if (!is_due(one, to, moment))
			continue;
		if (!make_one(one, to)) {
			one->state = to;
			moved++;
			continue;
		}
		if (!undo && oe_change_is_missing(changes, one)) {
			one->state = OE_CHANGE_MISSING;
			continue;
		}
		if (!*failed || (stop && !may_succeed_later(one->err)))
			*failed = one;
		if (stop && !may_succeed_later(one->err))
			return 0;
	}
	return moved;
}

/* Passes until all is done, or a pass changes nothing. Returns the write to blame. */
static struct oe_change *make_passes(struct oe_changes *changes,
				     enum oe_change_state to,
				     enum oe_change_moment moment, bool stop)
{
	struct oe_change *failed;

	while (make_pass(changes, to, moment, stop, &failed) && failed)
		;
	return failed;
}

static struct oe_change *make_moment(struct oe_changes *changes,
				     enum oe_change_moment moment, bool stop)
{
	return make_passes(changes, OE_CHANGE_DONE, moment, stop);
}

/* The new groups may need the room of the old ones. */
static struct oe_change *make_before(struct oe_changes *changes, bool stop)
{
	struct oe_change *failed = make_moment(changes, OE_CHANGE_BEFORE, stop);

	if (!failed || failed->err != -ENOSPC)
		return failed;
	make_moment(changes, OE_CHANGE_AFTER, stop);
	return make_moment(changes, OE_CHANGE_BEFORE, stop);
}

/**
 * oe_changes_make - make all changes of a set
 * @changes: the set
 * @failed: gets the change that failed; NULL if none did
 *
 * After a failure some changes are made: oe_changes_undo() takes them back.
 *
 * Return: 0, or the negative errno of @failed; -ENOMEM without @failed if the
 * set is not whole, and then nothing was written.
 */
int oe_changes_make(struct oe_changes *changes, const struct oe_change **failed)
{
	*failed = NULL;
	if (changes->err)
		return changes->err;
	oe_changes_plan(changes);
	*failed = make_before(changes, true);
	if (!*failed)
		*failed = oe_changes_stage(changes, true);
	if (!*failed)
		*failed = make_moment(changes, OE_CHANGE_AFTER, true);
	return *failed ? (*failed)->err : 0;
}

/**
 * oe_changes_undo - take back all changes that are made
 * @changes: the set
 * @failed: gets a change that could not be taken back; NULL if there is none
 *
 * Return: 0, or the negative errno of @failed.
 */
int oe_changes_undo(struct oe_changes *changes, const struct oe_change **failed)
{
	*failed =
		make_passes(changes, OE_CHANGE_TO_DO, OE_CHANGE_BEFORE, false);
	return *failed ? (*failed)->err : 0;
}

/**
 * oe_changes_make_possible - make all changes that the module accepts
 * @changes: the set
 *
 * For a start, where there is no earlier configuration to go back to.
 *
 * Return: how many changes were refused. Those are still OE_CHANGE_TO_DO, and
 * each has its errno. One more if the set is not whole for want of memory.
 */
size_t oe_changes_make_possible(struct oe_changes *changes)
{
	size_t refused = changes->err != 0;
	size_t i;

	oe_changes_plan(changes);
	make_before(changes, false);
	/* If the commit is refused, single values may still be accepted. */
	if (oe_changes_stage(changes, false))
		make_moment(changes, OE_CHANGE_STAGED, false);
	make_moment(changes, OE_CHANGE_AFTER, false);
	for (i = 0; i < changes->nr; i++)
		refused += changes->change[i].state == OE_CHANGE_TO_DO;
	return refused;
}

/**
 * oe_changes_free - forget a set
 * @changes: is empty afterwards
 */
void oe_changes_free(struct oe_changes *changes)
{
	size_t i;

	for (i = 0; i < changes->nr; i++)
		free_change(&changes->change[i]);
	free(changes->change);
	memset(changes, 0, sizeof(*changes));
}
