// SPDX-License-Identifier: GPL-2.0-only
/*
 * References of the configuration: names of processes, commands, cgroups.
 */
#include "cli/commands/check_refers.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands/findings.h"
#include "cli/print/complain.h"
#include "common/commit.h"
#include "common/config_ranking.h"
#include "common/proc.h"
#include "common/sysfs.h"

enum {
	SERVICE_PROCESSES_MAX =
		1024, /* that the manager holds, of all services */
};

/**
 * struct names - the names of all processes that are no kernel threads
 * @name: of each
 * @nr: of them
 */
struct names {
	char (*name)[OE_COMM_SIZE];
	size_t nr;
};

static int read_names(struct names *names)
{
	size_t nr;
	size_t i;
	int *pids;
	int err = oe_proc_pids(&pids, &nr);

	memset(names, 0, sizeof(*names));
	if (err)
		return err;
	names->name = must_have(calloc(nr + 1, sizeof(*names->name)));
	for (i = 0; i < nr; i++) {
		struct oe_proc proc;

		if (!oe_proc_read(pids[i], &proc) && !proc.is_kernel)
			memcpy(names->name[names->nr++], proc.name,
			       sizeof(proc.name));
	}
	free(pids);
	return 0;
}

static size_t count_matches(const struct names *names, const char *pattern)
{
	size_t nr = 0;
	size_t i;

	for (i = 0; i < names->nr; i++)
		nr += !fnmatch(pattern, names->name[i], 0);
	return nr;
}

static long long threshold_of(const struct oe_conf *conf)
{
	const struct oe_conf_setting *setting =
		oe_conf_find_setting(conf, "rank_threshold");
	long long threshold = 0;

	if (setting)
		return atoll(setting->value);
	oe_sysfs_read_number("rank_threshold", &threshold);
	return threshold;
}

static void check_name(const struct names *names, struct oe_conf_place place,
		       const char *pattern)
{
	if (!count_matches(names, pattern))
		findings_add(
			FINDING_NOTE, "no_process",
			"start it, or correct the name: it is that of /proc/PID/comm",
			"%s:%d: '%s' is to be protected, and no process has that name now",
			place.file, place.line, pattern);
}

static void check_names(const struct oe_conf *conf, const struct names *names)
{
	long long threshold = threshold_of(conf);
	int i;

	for (i = 0; i < conf->nr_rankings; i++)
		if (!conf->rankings[i].rank ||
		    conf->rankings[i].rank < threshold)
			check_name(names, conf->rankings[i].place,
				   conf->rankings[i].pattern);
	for (i = 0; i < conf->nr_groups; i++) {
		const struct oe_conf_setting *comm;
		const struct oe_conf_setting *rank;
		char path[OE_SYSFS_PATH_MAX];

		snprintf(path, sizeof(path), "groups/%s/comm",
			 conf->groups[i].name);
		comm = oe_conf_find_setting(conf, path);
		snprintf(path, sizeof(path), "groups/%s/rank",
			 conf->groups[i].name);
		rank = oe_conf_find_setting(conf, path);
		if (comm && rank &&
		    (!atoll(rank->value) || atoll(rank->value) < threshold))
			check_name(names, comm->place, comm->value);
	}
}

static void check_command(struct oe_conf_place place, const char *const *argv)
{
	struct stat st;
	int err = 0;

	if (!argv)
		return;
	if (stat(argv[0], &st) || access(argv[0], X_OK))
		err = errno;
	else if (!S_ISREG(st.st_mode))
		err = EACCES;
	if (err)
		findings_add(FINDING_WARNING, "command",
			     "install it, or correct the path",
			     "%s:%d: %s cannot be run: %s", place.file,
			     place.line, argv[0], strerror(err));
}

static void check_commands(const struct oe_conf *conf)
{
	int i;

	for (i = 0; i < conf->nr_steps; i++)
		if (conf->steps[i].type == OE_STEP_RUN)
			check_command(conf->steps[i].place,
				      conf->steps[i].argv);
	for (i = 0; i < conf->nr_services; i++)
		check_command(conf->services[i].place,
			      conf->services[i].restart);
	for (i = 0; i < conf->nr_helpers; i++)
		check_command(conf->helpers[i].place, conf->helpers[i].argv);
}

/* The manager would say so only when it is in need. */
static void check_kill_next(const struct oe_conf *conf)
{
	int i;

	if (oe_sysfs_present() || oe_sysfs_exists("relieve") != -ENOENT)
		return;
	for (i = 0; i < conf->nr_steps; i++)
		if (conf->steps[i].type == OE_STEP_KILL_NEXT)
			findings_add(
				FINDING_WARNING, "kill_next",
				"load a module that has relieve, or leave the step out",
				"%s:%d: this version of the module has no relieve, so 'kill next' kills nobody",
				conf->steps[i].place.file,
				conf->steps[i].place.line);
}

static bool is_dir(const char *root, const char *path)
{
	char dir[2 * PATH_MAX];
	struct stat st;

	snprintf(dir, sizeof(dir), "%s%s", root, path);
	return !stat(dir, &st) && S_ISDIR(st.st_mode);
}

/* One that comes later counts from then on, so this is no fault of the file. */
static void check_cgroup(struct oe_conf_place place, const char *path)
{
	const char *root = oe_proc_cgroup_root();
	char v1[PATH_MAX];

	snprintf(v1, sizeof(v1), "%s/memory", root);
	if (!path || *path != '/' || !is_dir(root, "") || is_dir(root, path) ||
	    is_dir(v1, path))
		return;
	findings_add(FINDING_NOTE, "no_cgroup", "make it, or correct the path",
		     "%s:%d: there is no cgroup %s now", place.file, place.line,
		     path);
}

static void check_cgroups(const struct oe_conf *conf)
{
	int i;
	int j;

	for (i = 0; i < conf->nr_conditions; i++)
		for (j = 0; j < conf->conditions[i].nr_terms; j++)
			check_cgroup(conf->conditions[i].place,
				     conf->conditions[i].terms[j].path);
	for (i = 0; i < conf->nr_settings; i++)
		if (!fnmatch("groups/*/cgroup", conf->settings[i].path, 0))
			check_cgroup(conf->settings[i].place,
				     conf->settings[i].value);
}

/**
 * check_refers_find - look for a kind of condition
 * @conf: without errors
 * @type: of the term
 *
 * Return: the first condition with such a term; NULL if there is none.
 */
const struct oe_conf_condition *check_refers_find(const struct oe_conf *conf,
						  enum oe_conf_term_type type)
{
	int i;
	int j;

	for (i = 0; i < conf->nr_conditions; i++)
		for (j = 0; j < conf->conditions[i].nr_terms; j++)
			if (conf->conditions[i].terms[j].type == type)
				return &conf->conditions[i];
	return NULL;
}

static bool is_watched(const struct oe_conf *conf, const char *name)
{
	char path[OE_SYSFS_PATH_MAX];
	int i;

	for (i = 0; i < conf->nr_cgroups; i++)
		if (!strcmp(conf->cgroups[i].name, name))
			return true;
	snprintf(path, sizeof(path), "cgroups/%s/level", name);
	return oe_sysfs_present() || !oe_sysfs_exists(path);
}

/* One that is made by hand counts from then on. */
static void check_watch(const struct oe_conf *conf,
			const struct oe_conf_condition *condition,
			const struct oe_conf_term *term)
{
	if (oe_conf_term_watch(term) && !is_watched(conf, term->path))
		findings_add(
			FINDING_WARNING, "no_watch",
			"a section [cgroup NAME] with its path, or correct the name",
			"%s:%d: cgroup %s is not watched, so it is at no level",
			condition->place.file, condition->place.line,
			term->path);
}

static void check_watches(const struct oe_conf *conf)
{
	int i;
	int j;

	for (i = 0; i < conf->nr_conditions; i++)
		for (j = 0; j < conf->conditions[i].nr_terms; j++)
			check_watch(conf, &conf->conditions[i],
				    &conf->conditions[i].terms[j]);
}

static void check_commit_left(const struct oe_conf *conf)
{
	const struct oe_conf_condition *condition =
		check_refers_find(conf, OE_TERM_COMMIT_LEFT);
	struct oe_commit commit;

	if (condition && !oe_commit_read(&commit))
		findings_add(
			FINDING_WARNING, "commit_left",
			"\"sysctl vm.overcommit_memory=2\", or another condition (\"available\")",
			"%s:%d: commit_left never holds: overcommit is not strict (vm.overcommit_memory=2)",
			condition->place.file, condition->place.line);
}

/* Of more processes than it can hold the manager leaves some out. */
static void check_services(const struct oe_conf *conf,
			   const struct names *names)
{
	const struct oe_conf_service *biggest = NULL;
	size_t most = 0;
	size_t all = 0;
	int i;

	for (i = 0; i < conf->nr_services; i++) {
		const struct oe_conf_service *service = &conf->services[i];
		size_t nr =
			service->comm ? count_matches(names, service->comm) : 0;

		all += nr;
		if (nr > most) {
			most = nr;
			biggest = service;
		}
	}
	if (biggest && all > SERVICE_PROCESSES_MAX)
		findings_add(
			FINDING_WARNING, "services",
			"signal a whole cgroup instead, or match the main process only",
			"%s:%d: the services have %zu processes, %s alone %zu; the manager holds %d of them, the rest gets no signal",
			biggest->place.file, biggest->place.line, all,
			biggest->name, most, SERVICE_PROCESSES_MAX);
}

static bool is_own_group(const struct oe_conf *conf, const char *name)
{
	int i;

	for (i = 0; i < conf->nr_groups; i++)
		if (!strcmp(conf->groups[i].name, name))
			return true;
	/* Those of other lines of [rankings] make room. */
	return !strncmp(name, OE_RANKING_PREFIX, strlen(OE_RANKING_PREFIX));
}

static size_t count_other_groups(const struct oe_conf *conf)
{
	size_t nr_others = 0;
	char **names;
	size_t nr;
	size_t i;

	if (oe_sysfs_list_dir("groups", &names, &nr, 1))
		return 0;
	for (i = 0; i < nr; i++)
		nr_others += !is_own_group(conf, names[i]);
	oe_sysfs_free_names(names, nr);
	return nr_others;
}

/* Groups come before lines of [rankings]. */
static void check_room(const struct oe_conf *conf)
{
	size_t nr_others = count_other_groups(conf);
	size_t wanted = (size_t)(conf->nr_groups + conf->nr_rankings);
	struct oe_conf_place place;
	size_t first;

	if (wanted + nr_others <= OOM_EMBEDDED_GROUPS_MAX)
		return;
	first = nr_others < OOM_EMBEDDED_GROUPS_MAX ?
			OOM_EMBEDDED_GROUPS_MAX - nr_others :
			0;
	place = first < (size_t)conf->nr_groups ?
			conf->groups[first].place :
			conf->rankings[first - (size_t)conf->nr_groups].place;
	findings_add(
		FINDING_ERROR, "groups",
		"remove groups that nobody needs (\"oom-embedded group rm\"), or give one group several rules",
		"%s:%d: from here on there is no room: this configuration needs %zu groups, and %zu others are there: the module has room for %d",
		place.file, place.line, wanted, nr_others,
		OOM_EMBEDDED_GROUPS_MAX);
}

/**
 * check_refers - look for what a configuration names and is not there
 * @conf: without errors
 */
void check_refers(const struct oe_conf *conf)
{
	struct names names;

	check_commands(conf);
	check_kill_next(conf);
	check_room(conf);
	check_cgroups(conf);
	check_watches(conf);
	check_commit_left(conf);
	if (read_names(&names))
		return;
	check_names(conf, &names);
	check_services(conf, &names);
	free(names.name);
}
