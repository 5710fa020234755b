/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_CREATE_H
#define OE_LIMIT_CREATE_H

#include <stdbool.h>
#include <stddef.h>

struct oe_changes;

enum {
	OE_LIMIT_NOTE_SIZE = 200,
};

int oe_limit_create(struct oe_changes *changes, const char *name,
		    bool has_subordinate, char *note);

#endif
