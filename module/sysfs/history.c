// SPDX-License-Identifier: GPL-2.0-only
/*
 * levels/history: samples of the available memory, a line each.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/math64.h>
#include <linux/sysfs.h>
#include <linux/time64.h>

#include "compat/compat.h"
#include "levels/level.h"
#include "memory/totals.h"
#include "record/history.h"
#include "sysfs/files.h"
#include "sysfs/snapshot.h"

enum {
	HISTORY_LINE = 96 + OE_NR_MEMPARTS * 20,
};

static struct oe_list history_list;

static void add_parts(struct oe_text *text,
		      const struct oe_history_entry *entry)
{
	/* clang-format off */
#define PART_NAME(name) #name,
	static const char *const names[] = { OE_MEMPARTS(PART_NAME) };
#undef PART_NAME
	/* clang-format on */
	unsigned int i;

	for (i = 0; i < OE_NR_MEMPARTS; i++)
		oe_text_add(text, " %s_kb=%-10u", names[i], entry->part_kb[i]);
}

static void add_entry(struct oe_text *text,
		      const struct oe_history_entry *entry)
{
	u32 rest;
	u64 seconds = div_u64_rem(entry->uptime_us, USEC_PER_SEC, &rest);

	oe_text_add(text, "uptime=%10llu.%06u available_kb=%-12llu level=%-12s",
		    seconds, rest, entry->available_kb,
		    oe_level_name(entry->level));
	add_parts(text, entry);
	oe_text_add(text, "\n");
}

static int build_history(struct oe_list *list, struct oe_text *text)
{
	struct oe_history_entry entry;
	u64 first, end;
	int err;

	oe_history_range(&first, &end);
	err = oe_text_reserve(text, (end - first) * HISTORY_LINE + 1);
	for (; !err && first < end; first++) {
		/* As in events: no gap. */
		if (oe_history_copy(first, &entry))
			add_entry(text, &entry);
		else
			text->length = 0;
	}
	return err;
}

static ssize_t history_read(struct file *file, struct kobject *kobj,
			    OE_BIN_CONST struct bin_attribute *attr, char *buf,
			    loff_t offset, size_t count)
{
	return oe_list_read(&history_list, file, buf, offset, count);
}

static OE_BIN_CONST struct bin_attribute history_attr = {
	.attr = { .name = "history", .mode = 0444 },
	.read = history_read,
};

OE_BIN_CONST struct bin_attribute *OE_BIN_CONST oe_history_attrs[] = {
	&history_attr,
	NULL,
};

/**
 * oe_sysfs_history_init - before the file is published
 */
void oe_sysfs_history_init(void)
{
	oe_list_init(&history_list, build_history);
}

/**
 * oe_sysfs_history_exit - after it is withdrawn
 *
 * Context: process context, may sleep.
 */
void oe_sysfs_history_exit(void)
{
	oe_list_exit(&history_list);
}
