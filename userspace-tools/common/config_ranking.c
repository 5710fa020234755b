// SPDX-License-Identifier: GPL-2.0-only
/*
 * The group of the module that a line of [rankings] is.
 */
#include "common/config_ranking.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

/* FNV-1a. */
static uint32_t hash_pattern(const char *pattern)
{
	uint32_t hash = 2166136261u;

	for (; *pattern; pattern++)
		hash = (hash ^ (unsigned char)*pattern) * 16777619u;
	return hash;
}

/**
 * oe_conf_group_name - a name for a group that is made of something else
 * @prefix: of all groups of this kind
 * @text: the text that the group is made of
 * @name: gets the name, OE_RANKING_NAME bytes
 *
 * A text has always the same group, so that no group ever has the pattern of one line and the
 * ranking of another. "pacemaker" is "rankings-pacemaker". A text that cannot be part of a name is
 * "rankings--HASH-REST". No plain name looks so, because those that begin with "-" are hashed, too.
 */
void oe_conf_group_name(const char *prefix, const char *text, char *name)
{
	size_t room = OE_RANKING_NAME - 1 - strlen(prefix);
	size_t used;

	if (*text != '-' && strlen(text) <= room &&
	    text[strspn(text, name_characters)] == '\0') {
		snprintf(name, OE_RANKING_NAME, "%s%s", prefix, text);
		return;
	}
	used = (size_t)snprintf(name, OE_RANKING_NAME, "%s-%08x-", prefix,
				(unsigned int)hash_pattern(text));
	for (; *text && used < OE_RANKING_NAME - 1; text++)
		if (strchr(name_characters, *text))
			name[used++] = *text;
	name[used] = '\0';
}

/**
 * oe_ranking_name - the group of a line of [rankings]
 * @pattern: of the line
 * @name: gets the name, OE_RANKING_NAME bytes
 */
void oe_ranking_name(const char *pattern, char *name)
{
	oe_conf_group_name(OE_RANKING_PREFIX, pattern, name);
}

/**
 * oe_ranking_find - the line of [rankings] that a group is made of
 * @conf: the configuration
 * @group: name of the group
 *
 * Return: the line; NULL if there is none.
 */
const struct oe_conf_ranking *oe_ranking_find(const struct oe_conf *conf,
					      const char *group)
{
	char name[OE_RANKING_NAME];

	for (int i = 0; i < conf->nr_rankings; i++) {
		oe_ranking_name(conf->rankings[i].pattern, name);
		if (!strcmp(name, group))
			return &conf->rankings[i];
	}
	return NULL;
}

/**
 * oe_ranking_of_change - the line of [rankings] that a write is about
 * @conf: the configuration
 * @file: of the module: "groups/create", "groups/NAME/rank"
 * @value: the value that is written
 *
 * Return: the line; NULL if there is none.
 */
const struct oe_conf_ranking *oe_ranking_of_change(const struct oe_conf *conf,
						   const char *file,
						   const char *value)
{
	char group[OE_RANKING_NAME];

	if (!strcmp(file, "groups/create"))
		return value ? oe_ranking_find(conf, value) : NULL;
	if (strncmp(file, "groups/", strlen("groups/")))
		return NULL;
	file += strlen("groups/");
	snprintf(group, sizeof(group), "%.*s", (int)strcspn(file, "/"), file);
	return oe_ranking_find(conf, group);
}
