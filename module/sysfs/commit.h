/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_COMMIT_H
#define OE_SYSFS_COMMIT_H

struct list_head;
struct oe_staged;

int oe_commit(struct list_head *values, const struct oe_staged **refused);

#endif /* OE_SYSFS_COMMIT_H */
