/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_COMMON_H
#define OE_SYSFS_COMMON_H

#include <linux/types.h>

#include "core.h"
#include "rank/types.h"

enum {
	/* "group:" and a name, or the name of another source. */
	OE_SOURCE_TEXT = 6 + OE_GROUP_NAME,
};

int oe_sysfs_check_write(const char *buf, size_t count);
char *oe_sysfs_lines(const char *buf, size_t count);
const char *oe_sysfs_source(char text[OE_SOURCE_TEXT], enum oe_source source,
			    u8 group);

#endif /* OE_SYSFS_COMMON_H */
