/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_COMMON_H
#define OE_SYSFS_COMMON_H

#include <linux/types.h>

int oe_sysfs_check_write(const char *buf, size_t count);

#endif /* OE_SYSFS_COMMON_H */
