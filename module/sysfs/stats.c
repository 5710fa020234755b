// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats/: a file for each counter.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "rank/rank.h"
#include "sysfs/files.h"

struct stat_attribute {
	struct kobj_attribute attr;
	enum oe_stat stat;
};

static ssize_t stat_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	enum oe_stat stat =
		container_of(attr, struct stat_attribute, attr)->stat;

	return sysfs_emit(buf, "%llu\n", atomic64_read(&oe_stats[stat]));
}

/* clang-format off */
#define STAT_ATTRIBUTE(name)						\
	static struct stat_attribute name##_attr = {			\
		.attr = __ATTR(name, 0444, stat_show, NULL),		\
		.stat = OE_STAT_##name,					\
	};
OE_STATS(STAT_ATTRIBUTE)
/* clang-format on */

/* Not a counter, but of interest to the same readers. */
static ssize_t ranked_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%u\n", oe_rank_count());
}

static struct kobj_attribute ranked_attr = __ATTR_RO(ranked);

/* clang-format off */
#define STAT_POINTER(name) &name##_attr.attr.attr,
static struct attribute *stats_attrs[] = {
	OE_STATS(STAT_POINTER)
	&ranked_attr.attr,
	NULL,
};
/* clang-format on */

const struct attribute_group oe_stats_group = {
	.name = "stats",
	.attrs = stats_attrs,
};
