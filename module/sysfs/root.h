/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SYSFS_H
#define OE_SYSFS_H

#include <linux/sysfs.h>
#include <linux/types.h>

struct kobject;

extern const struct attribute_group oe_stats_group;
extern const struct attribute_group oe_lists_group;
extern const struct attribute_group oe_events_group;
extern const struct attribute_group oe_report_group;
extern const struct attribute_group oe_levels_group;

int oe_sysfs_init(void);
void oe_sysfs_exit(void);
bool oe_sysfs_may_write(void);
bool oe_sysfs_is_text(const char *buf, size_t count);

int oe_sysfs_limits_init(struct kobject *parent);
void oe_sysfs_limits_exit(void);
int oe_sysfs_groups_init(struct kobject *parent);
void oe_sysfs_groups_exit(void);
void oe_lists_init(void);
void oe_lists_exit(void);
void oe_sysfs_events_init(void);
void oe_sysfs_events_exit(void);
int oe_sysfs_report_init(void);
void oe_sysfs_report_exit(void);
void oe_sysfs_levels_init(void);
void oe_sysfs_levels_exit(void);
int oe_sysfs_levels_attach(struct kobject *root);
void oe_sysfs_levels_detach(void);

#endif /* OE_SYSFS_H */
