// SPDX-License-Identifier: GPL-2.0-only
/*
 * A value for a file of groups/NAME/: it is parsed, and later put in force, which
 * allocates nothing.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <uapi/oom_embedded.h>

#include "lib/parse.h"
#include "oom/signal.h"
#include "rank/group.h"
#include "sysfs/group_rule_value.h"
#include "sysfs/group_value.h"

static int parse_rank(struct oe_group_value *value)
{
	u64 rank;
	int err = oe_parse_number(value->text, 0, OE_RANK_MAX, &rank);

	if (!err)
		value->number = rank;
	return err;
}

static int parse_precedence(struct oe_group_value *value)
{
	u64 precedence;
	int err = oe_parse_number(value->text, 0, OOM_EMBEDDED_PRECEDENCE_MAX,
				  &precedence);

	if (!err)
		value->number = precedence;
	return err;
}

static int parse_signal(struct oe_group_value *value)
{
	int signal;
	int err = oe_signal_parse(value->text, &signal);

	if (!err)
		value->number = signal;
	return err;
}

static const struct {
	const char *name;
	int (*parse)(struct oe_group_value *value);
	bool has_lines;
} files[OE_NR_GROUP_FILES] = {
	[OE_GROUP_RANK] = { "rank", parse_rank },
	[OE_GROUP_PRECEDENCE] = { "precedence", parse_precedence },
	[OE_GROUP_SIGNAL] = { "signal", parse_signal },
#ifdef CONFIG_OE_GROUPS
	[OE_GROUP_TRUST] = { "trust", oe_group_rule_parse_trust },
	[OE_GROUP_CGROUP] = { "cgroup", oe_group_rule_parse_cgroup },
	[OE_GROUP_COMM] = { "comm", oe_group_rule_parse_comm },
	[OE_GROUP_UID] = { "uid", oe_group_rule_parse_uid },
	[OE_GROUP_RULES] = { "rules", oe_group_rule_parse_rules, true },
#endif
};

/**
 * oe_group_file_name - the name of a file
 * @file: the file
 *
 * Return: a constant string.
 */
const char *oe_group_file_name(enum oe_group_file file)
{
	return files[file].name;
}

/**
 * oe_group_file_has_lines - may a value have several lines?
 * @file: the file
 *
 * Return: true if so.
 */
bool oe_group_file_has_lines(enum oe_group_file file)
{
	return files[file].has_lines;
}

/**
 * oe_group_value_parse - a value from its text
 * @value: filled in; on success oe_group_value_free() must follow
 * @file: the file
 * @text: of @count bytes, among them no NUL; a trailing newline is allowed
 * @count: of them
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or the errno that a write of @text to the file gives.
 */
int oe_group_value_parse(struct oe_group_value *value, enum oe_group_file file,
			 const char *text, size_t count)
{
	char *line;
	int err;

	if (count && text[count - 1] == '\n')
		count--;
	if (!files[file].has_lines && memchr(text, '\n', count))
		return -EINVAL;
	line = kmemdup_nul(text, count, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	*value = (struct oe_group_value){ .file = file, .text = line };
	err = files[file].parse(value);
	value->text = NULL;
	kfree(line);
	return err;
}

/**
 * oe_group_value_put - put a value in force
 * @value: parsed
 * @group: the group
 *
 * Context: between oe_group_lock() and oe_group_unlock(); allocates nothing.
 */
void oe_group_value_put(struct oe_group_value *value, struct oe_group *group)
{
	switch (value->file) {
	case OE_GROUP_RANK:
		oe_group_set_rank(group, value->number);
		break;
	case OE_GROUP_PRECEDENCE:
		oe_group_set_precedence(group, value->number);
		break;
	case OE_GROUP_SIGNAL:
		oe_group_set_signal(group, value->number);
		break;
	default:
		oe_group_rule_put(value, group);
	}
}

/**
 * oe_group_value_free - forget a value
 * @value: parsed, in force or not
 *
 * Context: process context.
 */
void oe_group_value_free(struct oe_group_value *value)
{
	oe_group_rule_drop(value);
}
