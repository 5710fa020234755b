/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_CHANGE_H
#define OE_TOOLS_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A set of changes to the module's files, made whole or not at all. Values are put
 * in force together, where the module can do that. Memory is allocated while the
 * set is put together, and none while it is made.
 */

enum oe_change_state {
	OE_CHANGE_TO_DO,
	OE_CHANGE_DONE,
	OE_CHANGE_MISSING, /* the module has no such file; @skip_missing */
};

/* When a change is made: the module puts those of one moment in force together. */
enum oe_change_moment {
	OE_CHANGE_BEFORE, /* by a write of its own, before the commit */
	OE_CHANGE_STAGED,
	OE_CHANGE_AFTER, /* a group goes when nothing needs it any more */
};

/**
 * struct oe_change - one write
 * @file: the file
 * @value: the new value; NULL: nothing, the change only has an @undo
 * @undo_file: the file to write to take it back
 * @undo: the value to write then; NULL: none
 * @old: the present value, for the reader; NULL: none
 * @state: made yet?
 * @moment: when; filled in before the set is made
 * @err: the negative errno of the last attempt, 0 if that succeeded
 * @may_vanish: about a process, which may end at any time
 */
struct oe_change {
	char *file;
	char *value;
	char *undo_file;
	char *undo;
	char *old;
	enum oe_change_state state;
	enum oe_change_moment moment;
	int err;
	bool may_vanish;
};

/**
 * struct oe_changes - a set of writes, made whole or not at all
 * @change: in order
 * @nr: of them
 * @err: -ENOMEM if the set is not whole for want of memory; it is not made then
 * @skip_missing: a file that the module lacks is skipped, and no failure
 */
struct oe_changes {
	struct oe_change *change;
	size_t nr;
	int err;
	bool skip_missing;
};

int oe_changes_set(struct oe_changes *changes, const char *file,
		   const char *value);
int oe_changes_create(struct oe_changes *changes, const char *dir,
		      const char *name);
int oe_changes_restore(struct oe_changes *changes, const char *file);
void oe_changes_remove(struct oe_changes *changes, const char *dir,
		       const char *name);
void oe_changes_add_line(struct oe_changes *changes, const char *file,
			 const char *value, const char *undo, const char *old,
			 bool may_vanish);

int oe_changes_make(struct oe_changes *changes,
		    const struct oe_change **failed);
int oe_changes_undo(struct oe_changes *changes,
		    const struct oe_change **failed);
size_t oe_changes_make_possible(struct oe_changes *changes);
void oe_changes_free(struct oe_changes *changes);

#endif
