/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files and directories that root.c publishes below its own. Each is defined
 * in the .c file that the comment names; all of them include this header.
 */
#ifndef OE_SYSFS_FILES_H
#define OE_SYSFS_FILES_H

#include <linux/sysfs.h>

#include "compat/compat.h"

struct kobject;
struct oe_text;

/* processes.c: oom_ranking, candidates */
extern const struct attribute_group oe_lists_group;
void oe_lists_init(void);
void oe_lists_exit(void);
int oe_lists_candidates(struct oe_text *text, const char *group);

/* stats.c */
extern const struct attribute_group oe_stats_group;

/* events.c */
#ifdef CONFIG_OE_EVENTS
extern const struct attribute_group oe_events_group;
void oe_sysfs_events_init(void);
void oe_sysfs_events_exit(void);
#else
static inline void oe_sysfs_events_init(void)
{
}

static inline void oe_sysfs_events_exit(void)
{
}
#endif

/* staged.c */
extern const struct attribute_group oe_staged_group;
void oe_sysfs_staged_exit(void);

/* report.c */
#ifdef CONFIG_OE_REPORT
extern const struct attribute_group oe_report_group;
int oe_sysfs_report_init(void);
void oe_sysfs_report_exit(void);
#else
static inline int oe_sysfs_report_init(void)
{
	return 0;
}

static inline void oe_sysfs_report_exit(void)
{
}
#endif

/* levels.c */
#ifdef CONFIG_OE_LEVELS
extern const struct attribute_group oe_levels_group;
void oe_sysfs_levels_init(void);
void oe_sysfs_levels_exit(void);
int oe_sysfs_levels_attach(struct kobject *root);
void oe_sysfs_levels_detach(void);
#else
static inline void oe_sysfs_levels_init(void)
{
}

static inline void oe_sysfs_levels_exit(void)
{
}

static inline int oe_sysfs_levels_attach(struct kobject *root)
{
	return 0;
}

static inline void oe_sysfs_levels_detach(void)
{
}
#endif

/* history.c: in levels/ */
#ifdef CONFIG_OE_EVENTS
extern OE_BIN_CONST struct bin_attribute *OE_BIN_CONST oe_history_attrs[];
void oe_sysfs_history_init(void);
void oe_sysfs_history_exit(void);
#else
#define oe_history_attrs NULL
static inline void oe_sysfs_history_init(void)
{
}

static inline void oe_sysfs_history_exit(void)
{
}
#endif

/* self.c */
int oe_sysfs_self_init(void);
void oe_sysfs_self_exit(void);

/* groups.c */
int oe_sysfs_groups_init(struct kobject *parent);
void oe_sysfs_groups_exit(void);

/* limits.c */
#ifdef CONFIG_OE_LIMITS
int oe_sysfs_limits_init(struct kobject *parent);
void oe_sysfs_limits_exit(void);
#else
static inline int oe_sysfs_limits_init(struct kobject *parent)
{
	return 0;
}

static inline void oe_sysfs_limits_exit(void)
{
}
#endif

/* cgroups.c */
#if defined(CONFIG_MEMCG) && defined(CONFIG_OE_LEVELS)
int oe_sysfs_cgroups_init(struct kobject *parent);
void oe_sysfs_cgroups_exit(void);
#else
static inline int oe_sysfs_cgroups_init(struct kobject *parent)
{
	return 0;
}

static inline void oe_sysfs_cgroups_exit(void)
{
}
#endif

#endif /* OE_SYSFS_FILES_H */
