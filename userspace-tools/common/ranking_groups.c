// SPDX-License-Identifier: GPL-2.0-only
/*
 * [rankings] as groups of the module.
 */
#include "common/ranking_groups.h"

#include <stdio.h>
#include <string.h>

#include "common/config_ranking.h"
#include "common/made_groups.h"
#include "common/sysfs.h"

static int set_key(struct oe_changes *changes, const char *group,
		   const char *key, const char *value)
{
	char file[OE_SYSFS_PATH_MAX];

	snprintf(file, sizeof(file), "groups/%s/%s", group, key);
	return oe_changes_set(changes, file, value);
}

static int set_number(struct oe_changes *changes, const char *group,
		      const char *key, int number)
{
	char value[16];

	snprintf(value, sizeof(value), "%d", number);
	return set_key(changes, group, key, value);
}

/* The rule comes last: it counts with all that belongs to it. */
static int add_group(struct oe_changes *changes,
		     const struct oe_conf_ranking *ranking, int precedence)
{
	char group[OE_RANKING_NAME];
	int err;

	oe_ranking_name(ranking->pattern, group);
	err = oe_changes_create(changes, "groups", group);
	if (!err)
		err = set_number(changes, group, "rank", ranking->rank);
	if (!err)
		err = set_number(changes, group, "precedence", precedence);
	if (!err)
		err = set_key(changes, group, "trust",
			      ranking->trusts_names ? "name" : "root");
	if (!err)
		err = set_key(changes, group, "comm", ranking->pattern);
	return err;
}

/* Is the line the last one, or before one that has a lower ranking? */
static bool needs_step(const struct oe_conf *conf, int i)
{
	return i == conf->nr_rankings - 1 ||
	       conf->rankings[i].rank > conf->rankings[i + 1].rank;
}

/**
 * oe_ranking_groups_add - make, or change, the groups of [rankings]
 * @changes: gets what is to be done
 * @conf: the configuration
 *
 * The first line counts that matches. Of groups of one precedence the module takes that of the
 * lowest ranking, so a line needs a higher precedence only before one of a lower ranking. All are
 * above 0: they count before groups with equally exact rules.
 *
 * Return: 0, or the negative errno with which a file could not be read.
 */
int oe_ranking_groups_add(struct oe_changes *changes,
			  const struct oe_conf *conf)
{
	int precedence = 0;
	int err = 0;
	int i;

	for (i = 0; i < conf->nr_rankings; i++)
		precedence += needs_step(conf, i);
	for (i = 0; i < conf->nr_rankings && !err; i++) {
		err = add_group(changes, &conf->rankings[i], precedence);
		precedence -= needs_step(conf, i);
	}
	return err;
}

static bool has_line(const char *group, const void *conf)
{
	return oe_ranking_find(conf, group);
}

/**
 * oe_ranking_groups_remove - remove the groups of lines that are no longer there
 * @changes: gets what is to be done; before what needs the room
 * @conf: the configuration
 *
 * Those of another manager, too, which has ended.
 */
void oe_ranking_groups_remove(struct oe_changes *changes,
			      const struct oe_conf *conf)
{
	static const char *const files[] = { "comm", "trust", "precedence",
					     "rank", NULL };

	oe_made_groups_remove(changes, OE_RANKING_PREFIX, files, has_line,
			      conf);
}
