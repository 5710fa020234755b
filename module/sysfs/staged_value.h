/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_STAGED_VALUE_H
#define OE_SYSFS_STAGED_VALUE_H

#include <linux/list.h>
#include <linux/types.h>

#include "core.h"
#include "levels/level.h"
#include "sysfs/group_value.h"

struct oe_group;
struct oe_tunable;

enum {
	/* "groups/NAME/precedence", and longer than any other */
	OE_STAGED_FILE = 32 + OE_GROUP_NAME,
};

/* The kind of file that a staged value is for. */
enum oe_staged_room {
	OE_STAGED_TUNABLE,
	OE_STAGED_LEVEL,
	OE_STAGED_GROUP,
};

/**
 * struct oe_staged - a value that waits for the commit
 * @link: in the order in which they were written
 * @file: relative to the module's directory
 * @room: decides which of the following are used
 * @tunable: the tunable
 * @level: the level's
 * @number: for these two: the value
 * @name: for a file of a group: the group's
 * @value: for a file of a group: the value
 * @group: of that name, during the commit only
 */
struct oe_staged {
	struct list_head link;
	char file[OE_STAGED_FILE];
	enum oe_staged_room room;
	const struct oe_tunable *tunable;
	enum oe_level_tunable level;
	u32 number;
	char name[OE_GROUP_NAME];
	struct oe_group_value value;
	struct oe_group *group;
};

int oe_staged_parse(char *line, struct oe_staged **staged);
void oe_staged_free(struct oe_staged *staged);

#endif /* OE_SYSFS_STAGED_VALUE_H */
