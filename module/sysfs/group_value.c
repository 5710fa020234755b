// SPDX-License-Identifier: GPL-2.0-only
/*
 * A value for a file of groups/NAME/, from its text to its end: it is parsed,
 * prepared, put in force, ended. Only the third step needs the group; it
 * allocates nothing.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <uapi/oom_embedded.h>

#include "lib/parse.h"
#include "oom/signal.h"
#include "rank/group.h"
#include "rank/group_change_rule.h"
#include "rank/joint_rule.h"
#include "sysfs/group_value.h"

static const char *const trust_words[] = { OOM_EMBEDDED_TRUST_WORDS };

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

static int parse_trust(struct oe_group_value *value)
{
	return oe_parse_word(value->text, trust_words, ARRAY_SIZE(trust_words),
			     &value->number);
}

static int parse_rule(struct oe_group_value *value)
{
	value->change.text = value->text;
	return oe_rule_change_prepare(&value->change);
}

/* Its cgroup is looked up when the value is about to be put in force. */
static int parse_cgroup(struct oe_group_value *value)
{
	value->change.text = value->text;
	return 0;
}

static int parse_rules(struct oe_group_value *value)
{
	struct oe_joint_rules *rules = oe_joint_make(value->text);

	if (IS_ERR(rules))
		return PTR_ERR(rules);
	value->joint = rules;
	return 0;
}

static const struct {
	const char *name;
	int (*parse)(struct oe_group_value *value);
	enum oe_rule_kind kind;
} files[OE_NR_GROUP_FILES] = {
	[OE_GROUP_RANK] = { "rank", parse_rank },
	[OE_GROUP_PRECEDENCE] = { "precedence", parse_precedence },
	[OE_GROUP_SIGNAL] = { "signal", parse_signal },
	[OE_GROUP_TRUST] = { "trust", parse_trust },
	[OE_GROUP_CGROUP] = { "cgroup", parse_cgroup, OE_RULE_CGROUP },
	[OE_GROUP_COMM] = { "comm", parse_rule, OE_RULE_COMM },
	[OE_GROUP_UID] = { "uid", parse_rule, OE_RULE_UID },
	[OE_GROUP_RULES] = { "rules", parse_rules },
};

/**
 * oe_group_file_name - the name of a file
 * @file: which
 *
 * Return: a constant string.
 */
const char *oe_group_file_name(enum oe_group_file file)
{
	return files[file].name;
}

/**
 * oe_group_trust_word - what `trust` shows
 * @trusts_names: of the group
 *
 * Return: a constant string.
 */
const char *oe_group_trust_word(bool trusts_names)
{
	return trust_words[trusts_names];
}

static bool is_simple_rule(const struct oe_group_value *value)
{
	return value->file == OE_GROUP_COMM || value->file == OE_GROUP_UID;
}

/**
 * oe_group_value_parse - a value from its text
 * @value: filled in; on success oe_group_value_free() must follow
 * @file: which
 * @text: of @count bytes, among them no NUL; a trailing newline is allowed
 * @count: of them
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or the errno that a write of @text to the file gives.
 */
int oe_group_value_parse(struct oe_group_value *value, enum oe_group_file file,
			 const char *text, size_t count)
{
	int err;

	if (count && text[count - 1] == '\n')
		count--;
	*value = (struct oe_group_value){ .file = file };
	value->change.kind = files[file].kind;
	if (file != OE_GROUP_RULES && memchr(text, '\n', count))
		return -EINVAL;
	value->text = kmemdup_nul(text, count, GFP_KERNEL);
	if (!value->text)
		return -ENOMEM;
	err = files[file].parse(value);
	if (err)
		kfree(value->text);
	return err;
}

/**
 * oe_group_value_prepare - before a value is put in force
 * @value: parsed; on success oe_group_value_end() must follow
 *
 * Context: process context, may sleep and allocate.
 * Return: 0, or the errno that the write gives.
 */
int oe_group_value_prepare(struct oe_group_value *value)
{
	return value->file == OE_GROUP_CGROUP ?
		       oe_rule_change_prepare(&value->change) :
		       0;
}

/**
 * oe_group_value_put - put a value in force
 * @value: prepared
 * @group: whose
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
	case OE_GROUP_TRUST:
		oe_group_trust_names(group, value->number);
		break;
	case OE_GROUP_RULES:
		oe_group_put_joint(group, value->joint);
		value->joint = NULL;
		break;
	default:
		oe_rule_change_make(&value->change, group);
	}
}

/**
 * oe_group_value_end - the value is in force, or is not wanted
 * @value: prepared
 *
 * Context: process context, may sleep and allocate.
 */
void oe_group_value_end(struct oe_group_value *value)
{
	if (value->file == OE_GROUP_CGROUP)
		oe_rule_change_end(&value->change);
}

/**
 * oe_group_value_free - forget a value
 * @value: parsed, and ended if it was prepared
 *
 * Context: process context.
 */
void oe_group_value_free(struct oe_group_value *value)
{
	if (is_simple_rule(value))
		oe_rule_change_end(&value->change);
	if (value->joint)
		oe_joint_free(value->joint);
	kfree(value->text);
}
