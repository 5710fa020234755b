/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIMIT_CREATE_H
#define OE_LIMIT_CREATE_H

struct oe_changes;

int oe_limit_create(struct oe_changes *changes, const char *name);

#endif
