// SPDX-License-Identifier: GPL-2.0-only
/*
 * OOMPolicy= of systemd: when one process of a service is killed for want of memory, systemd
 * stops or kills all of the service, the protected ones, too.
 */
#include "cli/commands/check_units.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/findings.h"
#include "common/config_unit.h"
#include "common/proc.h"

enum {
	UNIT_SIZE = 256,
	POLICY_SIZE = 16,
};

/* A cgroup's name is chosen by whoever made it, so only plain names of services pass. */
static bool is_unit(const char *name)
{
	size_t length = strlen(name);

	return length > strlen(".service") && length < UNIT_SIZE &&
	       name[0] != '.' && name[0] != '-' &&
	       strspn(name,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789:_.@-\\") == length &&
	       !strcmp(name + length - strlen(".service"), ".service");
}

/* Below user@1000.service there are other units, which are not of this systemd. */
static bool unit_of(int pid, char *unit)
{
	char path[PATH_MAX];
	char *save;
	char *word;

	if (oe_proc_cgroup(pid, path, sizeof(path)))
		return false;
	for (word = strtok_r(path, "/", &save); word;
	     word = strtok_r(NULL, "/", &save))
		if (is_unit(word)) {
			snprintf(unit, UNIT_SIZE, "%s", word);
			return true;
		}
	return false;
}

/* "" is not known: it is no unit of this systemd. */
static const char *policy_of(const char *unit, char *policy)
{
	/* The default of systemd. */
	snprintf(policy, POLICY_SIZE, "stop");
	oe_unit_default("DefaultOOMPolicy", policy, POLICY_SIZE);
	if (!oe_unit_setting(unit, "OOMPolicy", policy, POLICY_SIZE))
		*policy = '\0';
	return policy;
}

/* The unit of each row, NULL for none; freed by the caller. NULL: no memory, or no rows. */
static char **read_units(const struct oe_rows *rows)
{
	char **units = calloc(rows->nr, sizeof(*units));
	char unit[UNIT_SIZE];
	size_t i;

	for (i = 0; units && i < rows->nr; i++)
		if (unit_of((int)rows->row[i].pid, unit))
			units[i] = strdup(unit);
	return units;
}

/* Somebody else in the unit who may be chosen. */
static const struct oe_row *find_neighbour(const struct oe_rows *rows,
					   char *const *units, const char *unit)
{
	size_t i;

	for (i = 0; i < rows->nr; i++)
		if (units[i] && oe_records_may_die(&rows->row[i]) &&
		    !strcmp(unit, units[i]))
			return &rows->row[i];
	return NULL;
}

static void check_unit(const struct oe_rows *rows, char *const *units,
		       const struct oe_row *row, const char *unit)
{
	const struct oe_row *neighbour = find_neighbour(rows, units, unit);
	char policy[POLICY_SIZE];

	if (!neighbour ||
	    (strcmp(policy_of(unit, policy), "stop") && strcmp(policy, "kill")))
		return;
	findings_add(
		FINDING_WARNING, "oom_policy",
		"OOMPolicy=continue in [Service] of a drop-in (\"systemctl edit UNIT\")",
		"%s is protected, but if %s is killed, systemd ends all of %s: OOMPolicy=%s",
		row->comm, neighbour->comm, unit, policy);
}

/**
 * check_units - look for units that die as a whole
 * @rows: the candidates
 */
void check_units(const struct oe_rows *rows)
{
	char path[PATH_MAX];
	char **units;
	size_t i;

	/* As sd_booted(3) does. */
	snprintf(path, sizeof(path), "%s/run/systemd/system", oe_unit_root());
	if (access(path, F_OK))
		return;
	units = read_units(rows);
	for (i = 0; units && i < rows->nr; i++) {
		if (units[i] && !strcmp(rows->row[i].verdict, "protected"))
			check_unit(rows, units, &rows->row[i], units[i]);
	}
	for (i = 0; units && i < rows->nr; i++)
		free(units[i]);
	free(units);
}
