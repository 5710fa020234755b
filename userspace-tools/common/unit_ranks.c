// SPDX-License-Identifier: GPL-2.0-only
/*
 * X-OOMRank= in unit files. A wrong value of a package is reported and left out: it must not make the
 * administrator's configuration unusable.
 */
#include "common/unit_ranks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_ranking.h"
#include "common/config_text.h"
#include "common/config_unit.h"
#include "common/config_unit_path.h"
#include "common/config_value.h"
#include "common/made_groups.h"
#include "common/rule.h"
#include "common/sysfs.h"

static const char key[] = "X-OOMRank";

enum {
	UNIT_SIZE = 256,
	VALUE_SIZE = 16,
	UNITS_MAX = 64,
};

struct unit {
	char name[UNIT_SIZE];
	char rank[VALUE_SIZE];
	char group[OE_RANKING_NAME];
	char rule[OE_CONF_UNIT_RULE];
};

struct units {
	const struct oe_conf *conf;
	oe_unit_complain complain;
	struct unit *unit;
	size_t nr;
	bool is_full;
	int err;
};

static bool is_known(const struct units *units, const char *name)
{
	for (size_t i = 0; i < units->nr; i++)
		if (!strcmp(units->unit[i].name, name))
			return true;
	return false;
}

/* A group of the configuration for just this unit counts before the unit's own X-OOMRank=. */
static bool is_configured(const struct oe_conf *conf, const char *wanted)
{
	for (int i = 0; i < conf->nr_settings; i++) {
		const char *end = strrchr(conf->settings[i].path, '/');
		const char *rules = conf->settings[i].value;
		const char *rule;
		size_t length;

		if (!end || strcmp(end, "/rules"))
			continue;
		while ((rule = oe_rule_next(&rules, &length)))
			if (length == strlen(wanted) &&
			    !strncmp(rule, wanted, length))
				return true;
	}
	return false;
}

/* "foo.service" is the group "units-foo", "a.slice" is "units--HASH-aslice". */
static void name_group(struct unit *unit)
{
	char name[UNIT_SIZE];
	size_t length = strlen(unit->name) - strlen(".service");

	snprintf(name, sizeof(name), "%s", unit->name);
	if (strlen(name) > strlen(".service") &&
	    !strcmp(name + length, ".service"))
		name[length] = '\0';
	oe_conf_group_name(OE_UNIT_PREFIX, name, unit->group);
}

/* Grows with the units that there are: the manager locks what it has once touched. */
static void keep_unit(struct units *units, const struct unit *unit)
{
	struct unit *bigger =
		reallocarray(units->unit, units->nr + 1, sizeof(*units->unit));

	if (!bigger) {
		units->err = -ENOMEM;
		return;
	}
	units->unit = bigger;
	bigger[units->nr++] = *unit;
}

/* Called for each unit of which a file has the key, in order of directories. */
static void add_unit(const char *name, void *arg)
{
	struct units *units = arg;
	struct unit unit = {};
	long long rank;

	/* The name of a file is no pattern. */
	if (strlen(name) >= UNIT_SIZE || strpbrk(name, "*?") ||
	    is_known(units, name) ||
	    !oe_unit_rule(name, unit.rule, sizeof(unit.rule)))
		return;
	if (units->nr == UNITS_MAX) {
		if (!units->is_full)
			units->complain(
				name,
				"too many units have a ranking: this one, and more, have none");
		units->is_full = true;
		return;
	}
	snprintf(unit.name, sizeof(unit.name), "%s", name);
	/* A drop-in clears it with an empty value. */
	if (!oe_unit_setting(name, key, unit.rank, sizeof(unit.rank)) ||
	    !*unit.rank || is_configured(units->conf, unit.rule))
		return;
	if (!oe_conf_number(unit.rank, 0, OOM_EMBEDDED_RANK_MAX, &rank)) {
		units->complain(name, "X-OOMRank= is no number from 0 to 1000");
		return;
	}
	snprintf(unit.rank, sizeof(unit.rank), "%d", (int)rank);
	name_group(&unit);
	keep_unit(units, &unit);
}

static bool has_group(const char *group, const void *arg)
{
	const struct units *units = arg;

	for (size_t i = 0; i < units->nr; i++)
		if (!strcmp(units->unit[i].group, group))
			return true;
	return false;
}

/* The rule comes last: it counts with its ranking. */
static int add_group(struct oe_changes *changes, const struct unit *unit)
{
	char file[OE_SYSFS_PATH_MAX];
	int err = oe_changes_create(changes, "groups", unit->group);

	snprintf(file, sizeof(file), "groups/%s/rank", unit->group);
	if (!err)
		err = oe_changes_set(changes, file, unit->rank);
	snprintf(file, sizeof(file), "groups/%s/rules", unit->group);
	return err ? err : oe_changes_set(changes, file, unit->rule);
}

/**
 * oe_unit_ranks_add - make, change and remove the groups of units that say X-OOMRank=
 * @changes: gets what is to be done
 * @conf: the configuration: units that a group asks for are left out; all are, if it says
 *	unit_ranks = 0
 * @complain: told what is left out; the name is plain
 *
 * Reads all unit files of systemd.
 *
 * Return: 0, or a negative errno.
 */
int oe_unit_ranks_add(struct oe_changes *changes, const struct oe_conf *conf,
		      oe_unit_complain complain)
{
	static const char *const files[] = { "rules", "rank", NULL };
	struct units units = { .conf = conf, .complain = complain };
	int err;

	if (conf->daemon.unit_ranks)
		oe_unit_visit(key, add_unit, &units);
	err = units.err;
	if (!err)
		oe_made_groups_remove(changes, OE_UNIT_PREFIX, files, has_group,
				      &units);
	for (size_t i = 0; i < units.nr && !err; i++)
		err = add_group(changes, &units.unit[i]);
	free(units.unit);
	return err;
}
