/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_GROUP_VALUE_H
#define OE_SYSFS_GROUP_VALUE_H

#include <linux/types.h>

#include "sysfs/types.h"

struct oe_group;

const char *oe_group_file_name(enum oe_group_file file);
bool oe_group_file_has_lines(enum oe_group_file file);

int oe_group_value_parse(struct oe_group_value *value, enum oe_group_file file,
			 const char *text, size_t count);
void oe_group_value_put(struct oe_group_value *value, struct oe_group *group);
void oe_group_value_free(struct oe_group_value *value);

#endif /* OE_SYSFS_GROUP_VALUE_H */
