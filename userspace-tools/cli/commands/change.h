/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHANGE_H
#define OE_CLI_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A set of changes to the module's files that is made whole or not at all.
 */

struct change;

/**
 * struct changes - what is to be done
 * @change: in order
 * @nr: of them
 */
struct changes {
	struct change *change;
	size_t nr;
};

int changes_set(struct changes *changes, const char *file, const char *value);
int changes_create(struct changes *changes, const char *dir, const char *name);
void changes_add_line(struct changes *changes, const char *file,
		      const char *value, const char *undo, const char *old,
		      bool may_vanish);

int changes_make(struct changes *changes);
void changes_show(const struct changes *changes);
void changes_free(struct changes *changes);

#endif
