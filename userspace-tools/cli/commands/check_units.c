// SPDX-License-Identifier: GPL-2.0-only
/*
 * OOMPolicy= of systemd: when one process of a service is killed for want of memory, systemd
 * stops or kills all of the service, the protected ones, too.
 */
#include "cli/commands/check_units.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/commands/findings.h"
#include "common/proc.h"

enum {
	UNIT_SIZE = 256,
	POLICY_SIZE = 16,
	LINE_SIZE = 1024,
	LINES_MAX = 10000,
};

/* What is named first hides the others. */
static const char *const directories[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/etc/systemd/system",
	"/run/systemd/system",	       "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/lib/systemd/system",
};

#define NR_DIRECTORIES (sizeof(directories) / sizeof(*directories))

static const char *systemd_root(void)
{
	const char *root = secure_getenv(OE_SYSTEMD_ENVIRONMENT);

	return root ? root : "";
}

/* Whoever makes cgroups has chosen it: nothing but a name, and the name of a service. */
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

/* A unit may be a link to what a user has made. A masked one is a link to /dev/null. */
static FILE *open_unit(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) &&
	    (S_ISREG(st.st_mode) ||
	     (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))))
		file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

static bool read_policy(const char *path, const char *key, char *policy)
{
	FILE *file = open_unit(path);
	char line[LINE_SIZE];
	int i;

	if (!file)
		return false;
	for (i = 0; i < LINES_MAX && fgets(line, sizeof(line), file); i++) {
		char *value = line + strspn(line, " \t");

		if (strncmp(value, key, strlen(key)))
			continue;
		value += strlen(key);
		value += strspn(value, " \t");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t");
		value[strcspn(value, " \t\r\n")] = '\0';
		snprintf(policy, POLICY_SIZE, "%s", value);
	}
	fclose(file);
	return true;
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > strlen(".conf") &&
	       !strcmp(entry->d_name + length - strlen(".conf"), ".conf");
}

/* In the order of their names, the lowest directory first, so that the highest one counts. */
static void read_drop_ins(const char *unit, char *policy)
{
	size_t i;

	for (i = NR_DIRECTORIES; i-- > 0;) {
		char directory[PATH_MAX];
		struct dirent **names;
		int nr;
		int j;

		snprintf(directory, sizeof(directory), "%s%s/%s.d",
			 systemd_root(), directories[i], unit);
		nr = scandir(directory, &names, is_conf, alphasort);
		for (j = 0; j < nr; j++) {
			char path[2 * PATH_MAX];

			snprintf(path, sizeof(path), "%s/%s", directory,
				 names[j]->d_name);
			read_policy(path, "OOMPolicy", policy);
			free(names[j]);
		}
		if (nr >= 0)
			free(names);
	}
}

static bool read_fragment(const char *unit, char *policy)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < NR_DIRECTORIES; i++) {
		snprintf(path, sizeof(path), "%s%s/%s", systemd_root(),
			 directories[i], unit);
		if (read_policy(path, "OOMPolicy", policy))
			return true;
	}
	return false;
}

/* "getty@tty1.service" is made of "getty@.service". */
static bool template_of(const char *unit, char *template)
{
	const char *at = strchr(unit, '@');

	if (!at)
		return false;
	snprintf(template, UNIT_SIZE, "%.*s.service", (int)(at - unit) + 1,
		 unit);
	return true;
}

/* "" is not known: it is no unit of this systemd. */
static const char *policy_of(const char *unit, char *policy)
{
	char template[UNIT_SIZE];
	char path[PATH_MAX];
	bool has_template = template_of(unit, template);

	/* What systemd does when nobody says anything. */
	snprintf(policy, POLICY_SIZE, "stop");
	snprintf(path, sizeof(path), "%s/etc/systemd/system.conf",
		 systemd_root());
	read_policy(path, "DefaultOOMPolicy", policy);
	if (!read_fragment(unit, policy) &&
	    !(has_template && read_fragment(template, policy))) {
		*policy = '\0';
		return policy;
	}
	if (has_template)
		read_drop_ins(template, policy);
	read_drop_ins(unit, policy);
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
	snprintf(path, sizeof(path), "%s/run/systemd/system", systemd_root());
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
