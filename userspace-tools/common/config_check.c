// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that need the whole configuration: names that are referred to,
 * contradictions.
 */
#include <string.h>

#include "common/config_manager.h"
#include "common/config_ranking.h"
#include "common/config_text.h"
#include "common/config_value.h"
#include "uapi/oom_embedded.h"

enum {
	DEFAULT_LEAVE_MS = 30 * 1000,
	DEFAULT_LIMIT_MS = 60 * 1000,
};

static void check_mode_services(struct oe_conf *conf, struct oe_conf_mode *mode)
{
	for (int i = 0; i < mode->nr_services; i++) {
		mode->services[i] =
			oe_conf_find_service(conf, mode->service_names[i]);
		if (mode->services[i] < 0)
			oe_conf_error(conf, mode->place,
				      "mode %s: there is no [service %s]",
				      mode->name, mode->service_names[i]);
	}
}

static bool has_conditions(const struct oe_conf *conf, int mode)
{
	for (int i = 0; i < conf->nr_conditions; i++)
		if (conf->conditions[i].mode == mode)
			return true;
	return false;
}

static void check_modes(struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_modes; i++) {
		struct oe_conf_mode *mode = &conf->modes[i];

		if (mode->leave_ms == OE_CONF_LEAVE_UNSAID)
			mode->leave_ms = DEFAULT_LEAVE_MS;
		check_mode_services(conf, mode);
		if (!i && has_conditions(conf, i))
			oe_conf_error(
				conf, mode->place,
				"mode %s is the first and so the normal one: it has no 'enter'",
				mode->name);
		for (int j = mode->first_step;
		     j < mode->first_step + mode->nr_steps; j++) {
			enum oe_conf_step_type type = conf->steps[j].type;

			if (type == OE_STEP_SIGNAL || type == OE_STEP_WAIT ||
			    type == OE_STEP_RESTART)
				oe_conf_error(
					conf, conf->steps[j].place,
					"signal, term, kill, wait and restart are steps of a "
					"service, not of a mode");
		}
	}
}

/* Is it the first term of its name? The manager keeps a place for each name. */
static bool is_new_watch(const struct oe_conf *conf,
			 const struct oe_conf_term *term)
{
	for (int i = 0; i < conf->nr_conditions; i++)
		for (int j = 0; j < conf->conditions[i].nr_terms; j++) {
			const struct oe_conf_term *other =
				&conf->conditions[i].terms[j];

			if (other == term)
				return true;
			if (oe_conf_term_watch(other) &&
			    !strcmp(other->path, term->path))
				return false;
		}
	return true;
}

static void check_watches(struct oe_conf *conf)
{
	int nr = 0;

	for (int i = 0; i < conf->nr_conditions; i++)
		for (int j = 0; j < conf->conditions[i].nr_terms; j++) {
			const struct oe_conf_term *term =
				&conf->conditions[i].terms[j];

			if (oe_conf_term_watch(term) &&
			    is_new_watch(conf, term) &&
			    ++nr == OE_CONF_MAX_CGROUPS + 1)
				oe_conf_error(
					conf, conf->conditions[i].place,
					"cgroup %s: conditions name at most %d watched cgroups",
					term->path, OE_CONF_MAX_CGROUPS);
		}
}

static bool has_group(const struct oe_conf *conf, const char *name)
{
	int i = 0;

	while (i < conf->nr_groups && strcmp(conf->groups[i].name, name))
		i++;
	return i < conf->nr_groups;
}

static void check_kill_groups(struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_steps; i++) {
		const struct oe_conf_step *step = &conf->steps[i];

		if (step->type == OE_STEP_KILL_NEXT && step->text[0] &&
		    !has_group(conf, step->text))
			oe_conf_error(conf, step->place,
				      "there is no [group %s]", step->text);
	}
}

static void check_mode_groups(struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_mode_settings; i++) {
		const struct oe_conf_setting *setting =
			&conf->mode_settings[i].setting;
		const char *group = setting->path + strlen("groups/");
		int j = 0;

		if (strncmp(setting->path, "groups/", strlen("groups/")))
			continue;
		while (j < conf->nr_groups &&
		       (strncmp(conf->groups[j].name, group,
				strlen(conf->groups[j].name)) ||
			group[strlen(conf->groups[j].name)] != '/'))
			j++;
		if (j == conf->nr_groups)
			oe_conf_error(conf, setting->place,
				      "there is no [group %.*s]",
				      (int)strcspn(group, "/"), group);
	}
}

static void check_services(struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_services; i++) {
		struct oe_conf_service *service = &conf->services[i];

		if (!service->limit_ms)
			service->limit_ms = DEFAULT_LIMIT_MS;
		if (!service->comm && !service->pidfile)
			oe_conf_error(conf, service->place,
				      "service %s has neither comm nor pidfile",
				      service->name);
		for (int j = service->first_step;
		     j < service->first_step + service->nr_steps; j++) {
			if (conf->steps[j].type == OE_STEP_RESTART &&
			    !service->restart)
				oe_conf_error(
					conf, conf->steps[j].place,
					"service %s does not say by which command it is restarted",
					service->name);
			if (conf->steps[j].type == OE_STEP_KILL_NEXT)
				oe_conf_error(
					conf, conf->steps[j].place,
					"'kill next' is a step of a mode, not of a service");
		}
	}
}

static void check_helpers(struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_helpers; i++)
		if (!conf->helpers[i].argv)
			oe_conf_error(conf, conf->helpers[i].place,
				      "helper %s has no command",
				      conf->helpers[i].name);
	for (int i = 0; i < conf->nr_steps; i++) {
		struct oe_conf_step *step = &conf->steps[i];

		if (step->type != OE_STEP_HELPER)
			continue;
		step->helper = oe_conf_find_helper(conf, step->text);
		if (step->helper < 0)
			oe_conf_error(conf, step->place,
				      "there is no [helper %s]", step->text);
	}
}

/* Each watermark below the one before; percentages can be compared with percentages only. */
static void check_levels(struct oe_conf *conf)
{
	static const char *const paths[] = { "levels/warning_kb",
					     "levels/critical_kb",
					     "levels/imminent_oom_kb",
					     "levels/oom_kb" };
	const struct oe_conf_setting *above[2] = { NULL, NULL };

	for (size_t p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
		for (int i = 0; i < conf->nr_settings; i++) {
			const struct oe_conf_setting *setting =
				&conf->settings[i];
			bool percent = strchr(setting->value, '%');
			unsigned long long kb = 0;
			unsigned long long limit = 0;

			if (strcmp(setting->path, paths[p]) ||
			    !oe_conf_kb(setting->value, 100, &kb) || !kb)
				continue;
			if (above[percent]) {
				oe_conf_kb(above[percent]->value, 100, &limit);
				if (kb >= limit)
					oe_conf_error(
						conf, setting->place,
						"%s = %s is not below %s = %s (%s:%d)",
						setting->path +
							strlen("levels/"),
						setting->value,
						above[percent]->path +
							strlen("levels/"),
						above[percent]->value,
						above[percent]->place.file,
						above[percent]->place.line);
			}
			above[percent] = setting;
		}
	}
}

static bool ends_setting(const char *path, const char *directory,
			 const char *name, const char *key)
{
	size_t length = strlen(directory);
	size_t of_name = strlen(name);

	return !strncmp(path, directory, length) &&
	       !strncmp(path + length, name, of_name) &&
	       path[length + of_name] == '/' &&
	       !strcmp(path + length + of_name + 1, key);
}

/* The index of a setting of a watched cgroup, or -1. */
static int find_of_watch(const struct oe_conf *conf, const char *name,
			 const char *key)
{
	for (int i = 0; i < conf->nr_settings; i++)
		if (ends_setting(conf->settings[i].path, "cgroups/", name, key))
			return i;
	return -1;
}

/* A watermark that is not set is the module's. */
static void check_percents(struct oe_conf *conf, const char *name,
			   struct oe_conf_place place)
{
	static const char *const keys[] = { "warning_percent",
					    "critical_percent",
					    "imminent_oom_percent" };
	static const long long defaults[] = {
		OOM_EMBEDDED_WARNING_PERCENT,
		OOM_EMBEDDED_CRITICAL_PERCENT,
		OOM_EMBEDDED_IMMINENT_OOM_PERCENT,
	};
	const char *above_key = NULL;
	long long above = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		int index = find_of_watch(conf, name, keys[i]);
		const struct oe_conf_setting *setting =
			index < 0 ? NULL : &conf->settings[index];
		long long percent = defaults[i];

		if (setting)
			oe_conf_number(setting->value, 0, 100, &percent);
		if (!percent)
			continue;
		if (above_key && percent >= above)
			oe_conf_error(
				conf, setting ? setting->place : place,
				"cgroup %s: %s = %lld%s is not below %s = %lld",
				name, keys[i], percent,
				setting ? "" : " (the module's)", above_key,
				above);
		above_key = keys[i];
		above = percent;
	}
}

static void check_cgroups(struct oe_conf *conf)
{
	/* A line with an error has set nothing: it would be said to be missing. */
	if (conf->nr_errors)
		return;
	for (int i = 0; i < conf->nr_cgroups; i++) {
		const struct oe_conf_group *watch = &conf->cgroups[i];

		if (find_of_watch(conf, watch->name, "cgroup") < 0)
			oe_conf_error(
				conf, watch->place,
				"[cgroup %s] does not say which: it has no 'cgroup = /PATH'",
				watch->name);
		check_percents(conf, watch->name, watch->place);
	}
}

/* A line of [rankings] is a group of its own, with a name of its own. */
static void check_rankings(struct oe_conf *conf)
{
	char name[OE_RANKING_NAME];

	for (int i = 0; i < conf->nr_rankings; i++) {
		const struct oe_conf_ranking *ranking = &conf->rankings[i];
		const struct oe_conf_ranking *first;

		oe_ranking_name(ranking->pattern, name);
		first = oe_ranking_find(conf, name);
		if (first != ranking)
			oe_conf_error(
				conf, ranking->place,
				"'%s' and '%s' (line %d) would be one group, %s: write one of them in another way",
				ranking->pattern, first->pattern,
				first->place.line, name);
	}
	for (int i = 0; i < conf->nr_groups; i++)
		if (!strncmp(conf->groups[i].name, OE_RANKING_PREFIX,
			     strlen(OE_RANKING_PREFIX)) ||
		    !strncmp(conf->groups[i].name, OE_UNIT_PREFIX,
			     strlen(OE_UNIT_PREFIX)))
			oe_conf_error(
				conf, conf->groups[i].place,
				"[group %s]: names that begin with " OE_RANKING_PREFIX
				" or " OE_UNIT_PREFIX
				" are those of lines of [rankings], and of units",
				conf->groups[i].name);
}

int oe_conf_end(struct oe_conf *conf)
{
	check_rankings(conf);
	check_modes(conf);
	check_watches(conf);
	check_mode_groups(conf);
	check_kill_groups(conf);
	check_services(conf);
	check_helpers(conf);
	check_levels(conf);
	check_cgroups(conf);
	return conf->nr_errors;
}
