/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_H
#define OE_SYSFS_H

int oe_sysfs_init(void);
void oe_sysfs_exit(void);

#endif /* OE_SYSFS_H */
