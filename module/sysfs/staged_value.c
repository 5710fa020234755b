// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line "FILE VALUE" of staged/set.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "levels/level.h"
#include "sysfs/group_value.h"
#include "sysfs/staged_value.h"
#include "tunables.h"

static const char LEVELS[] = "levels/";
static const char GROUPS[] = "groups/";

static int parse_tunable(struct oe_staged *staged, const char *text)
{
	unsigned int i;

	for (i = 0; i < OE_NR_TUNABLES; i++) {
		if (strcmp(oe_tunables[i].name, staged->file))
			continue;
		staged->room = OE_STAGED_TUNABLE;
		staged->tunable = &oe_tunables[i];
		return oe_tunable_parse(staged->tunable, text, &staged->number);
	}
	return -ENOENT;
}

static int parse_level(struct oe_staged *staged, const char *name,
		       const char *text)
{
	enum oe_level_tunable i;

	for (i = 0; i < OE_NR_LEVEL_TUNABLES; i++) {
		if (strcmp(oe_level_tunable_name(i), name))
			continue;
		staged->room = OE_STAGED_LEVEL;
		staged->level = i;
		return oe_level_tunable_parse(i, text, &staged->number);
	}
	return -ENOENT;
}

/* A word ";" between two rules stands for the end of a line. */
static void split_rules(char *text)
{
	char *c;

	for (c = text; *c; c++)
		if (*c == ';' && (c == text || c[-1] == ' ') &&
		    (!c[1] || c[1] == ' '))
			*c = '\n';
}

/* The group is looked for at the commit: it may be made until then. */
static int parse_group(struct oe_staged *staged, const char *path, char *text)
{
	const char *file = strchr(path, '/');
	enum oe_group_file i;

	if (!file || file - path >= OE_GROUP_NAME)
		return -ENOENT;
	memcpy(staged->name, path, file - path);
	for (i = 0; i < OE_NR_GROUP_FILES; i++) {
		if (strcmp(oe_group_file_name(i), file + 1))
			continue;
		staged->room = OE_STAGED_GROUP;
		if (oe_group_file_has_lines(i))
			split_rules(text);
		return oe_group_value_parse(&staged->value, i, text,
					    strlen(text));
	}
	return -ENOENT;
}

static bool begins_with(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

static int parse_value(struct oe_staged *staged, char *text)
{
	if (begins_with(staged->file, LEVELS))
		return parse_level(staged, staged->file + strlen(LEVELS), text);
	if (begins_with(staged->file, GROUPS))
		return parse_group(staged, staged->file + strlen(GROUPS), text);
	return parse_tunable(staged, text);
}

/**
 * oe_staged_parse - a value from its line
 * @line: "FILE VALUE", without a newline; taken apart
 * @staged: set on success; the caller's, for oe_staged_free()
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; -ENOENT if there is no such file, or it cannot be staged; or the
 * errno that a write of VALUE to the file gives.
 */
int oe_staged_parse(char *line, struct oe_staged **staged)
{
	const char *file = strsep(&line, " ");
	struct oe_staged *new;
	char nothing[] = "";
	int err;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	err = strscpy(new->file, file, sizeof(new->file)) < 0 ?
		      -ENOENT :
		      parse_value(new, line ?: nothing);
	if (err)
		kfree(new);
	else
		*staged = new;
	return err;
}

/**
 * oe_staged_free - forget a value
 * @staged: in no list
 *
 * Context: process context.
 */
void oe_staged_free(struct oe_staged *staged)
{
	if (staged->room == OE_STAGED_GROUP)
		oe_group_value_free(&staged->value);
	kfree(staged);
}
