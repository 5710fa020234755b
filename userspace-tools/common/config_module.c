// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections of the configuration for the module. Each key becomes a value for
 * one of the module's files.
 */
#include <string.h>

#include "common/config_module.h"
#include "common/config_unit_path.h"
#include "common/config_value.h"
#include "common/sysfs.h"
#include "uapi/oom_embedded.h"

static const char *const mode_words[] = { OOM_EMBEDDED_MODE_WORDS, NULL };
static const char *const measure_words[] = { OOM_EMBEDDED_LIMIT_MEASURE_WORDS,
					     NULL };
static const char *const order_words[] = { OOM_EMBEDDED_ORDER_WORDS, NULL };
static const char *const no_victim_words[] = { OOM_EMBEDDED_NO_VICTIM_WORDS,
					       NULL };

static const char *const memcg_no_victim_words[] = {
	OOM_EMBEDDED_MEMCG_NO_VICTIM_WORDS, NULL
};

static const char *const trust_words[] = { OOM_EMBEDDED_TRUST_WORDS, NULL };

const struct oe_conf_key oe_conf_policy_keys[] = {
	WORD("mode", mode_words),
	NUMBER("rank_threshold", 0, OOM_EMBEDDED_RANK_MAX),
	NUMBER("default_rank", 0, OOM_EMBEDDED_RANK_MAX),
	WORD("selection_order", order_words),
	WORD("no_victim_action", no_victim_words),
	WORD("memcg_no_victim_action", memcg_no_victim_words),
	NUMBER("grace_ms", 0, OOM_EMBEDDED_GRACE_MS_MAX),
	NUMBER("grace_hold", 0, 1),
	TYPE("reserve_kb", VALUE_SIZE),
	TYPE("min_gain_kb", VALUE_SIZE),
	TYPE("early_kb", VALUE_SIZE),
	NUMBER("early_term_ms", 0, OOM_EMBEDDED_EARLY_TERM_MS_MAX),
	NUMBER("stall_percent", 0, 100),
	NUMBER("stall_ms", OOM_EMBEDDED_STALL_MS_MIN,
	       OOM_EMBEDDED_STALL_MS_MAX),
	NUMBER("console_first", 0, 1),
	NUMBER("allow_offers", 0, 1),
	NUMBER("mirror_oom_score_adj", 0, 1),
	END,
};

const struct oe_conf_key oe_conf_group_keys[] = {
	NUMBER("rank", 0, OOM_EMBEDDED_RANK_MAX),
	TYPE("comm", VALUE_PATTERN),
	TYPE("cgroup", VALUE_CGROUP),
	TYPE("uid", VALUE_UIDS),
	TYPE("signal", VALUE_SIGNAL),
	TYPE("rule", VALUE_RULE),
	TYPE("unit", VALUE_UNIT),
	WORD("trust", trust_words),
	NUMBER("precedence", 0, OOM_EMBEDDED_PRECEDENCE_MAX),
	END,
};

static const struct oe_conf_key level_keys[] = {
	TYPE("warning_kb", VALUE_SIZE),
	TYPE("critical_kb", VALUE_SIZE),
	TYPE("imminent_oom_kb", VALUE_SIZE),
	TYPE("oom_kb", VALUE_SIZE),
	TYPE("hysteresis_kb", VALUE_SIZE),
	NUMBER("debounce_ms", 0, OOM_EMBEDDED_DEBOUNCE_MS_MAX),
	NUMBER("forecast_alert_ms", 0, OOM_EMBEDDED_FORECAST_ALERT_MS_MAX),
	END,
};

static const struct oe_conf_key limits_keys[] = {
	NUMBER("period_ms", OOM_EMBEDDED_LIMIT_PERIOD_MS_MIN,
	       OOM_EMBEDDED_LIMIT_PERIOD_MS_MAX),
	WORD("measure", measure_words),
	END,
};

static const struct oe_conf_key limit_keys[] = {
	TYPE("max_kb", VALUE_SIZE),
	NUMBER("exceed_allowed_ms", 0, OOM_EMBEDDED_LIMIT_MS_MAX),
	NUMBER("refill_ms", 0, OOM_EMBEDDED_LIMIT_MS_MAX),
	NUMBER("warn_ms", 0, OOM_EMBEDDED_LIMIT_MS_MAX),
	NUMBER("term_timeout_ms", 0, OOM_EMBEDDED_LIMIT_MS_MAX),
	TYPE("signal", VALUE_SIGNAL),
	TYPE("subordinate", VALUE_UID_LIST),
	END,
};

static const struct oe_conf_key cgroup_keys[] = {
	TYPE("cgroup", VALUE_ONE_CGROUP),
	NUMBER("warning_percent", 0, 100),
	NUMBER("critical_percent", 0, 100),
	NUMBER("imminent_oom_percent", 0, 100),
	END,
};

/**
 * oe_conf_key_of_file - the key that sets a file of the module
 * @file: relative to the module's directory, as in "groups/batch/rank"
 *
 * Return: the key, or NULL.
 */
const struct oe_conf_key *oe_conf_key_of_file(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (!slash)
		return oe_conf_find_key(oe_conf_policy_keys, file);
	if (!strncmp(file, "levels/", strlen("levels/")))
		return oe_conf_find_key(level_keys, slash + 1);
	if (!strncmp(file, "groups/", strlen("groups/")))
		return oe_conf_find_key(oe_conf_group_keys, slash + 1);
	if (!strncmp(file, "cgroups/", strlen("cgroups/")))
		return oe_conf_find_key(cgroup_keys, slash + 1);
	if (strncmp(file, "limits/", strlen("limits/")))
		return NULL;
	return oe_conf_find_key(strchr(file, '/') == slash ? limits_keys :
							     limit_keys,
				slash + 1);
}

static bool add_setting(struct oe_conf_reader *reader, const char *path,
			const char *value)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_setting *setting;

	for (int i = 0; i < conf->nr_settings; i++) {
		setting = &conf->settings[i];
		if (!strcmp(setting->path, path))
			return oe_conf_may_override(reader, path,
						    setting->place) &&
			       oe_conf_fill_setting(reader, setting, path,
						    value);
	}
	if (conf->nr_settings == OE_CONF_MAX_SETTINGS)
		return oe_conf_too_many(reader, "settings",
					OE_CONF_MAX_SETTINGS);
	if (!oe_conf_fill_setting(reader, &conf->settings[conf->nr_settings],
				  path, value))
		return false;
	conf->nr_settings++;
	return true;
}

static int count_lines(const char *text)
{
	int nr = *text != '\0';

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

/* The rules of a group are lines of one file, and of one file of the configuration. */
static bool add_rule(struct oe_conf_reader *reader, const char *directory,
		     const char *value)
{
	char rules[OE_SYSFS_VALUE_MAX];
	char path[128];
	const char *before = "";

	snprintf(path, sizeof(path), "%s/rules", directory);
	for (int i = 0; i < reader->conf->nr_settings; i++) {
		struct oe_conf_setting *setting = &reader->conf->settings[i];

		if (strcmp(setting->path, path))
			continue;
		if (setting->place.file == reader->place.file)
			before = setting->value;
		/* One line more, or the first one of a later file. */
		setting->place.file = NULL;
	}
	if (count_lines(before) == OOM_EMBEDDED_RULES_MAX)
		return oe_conf_too_many(reader, "rules of a group",
					OOM_EMBEDDED_RULES_MAX);
	snprintf(rules, sizeof(rules), "%s%s%s", before, *before ? "\n" : "",
		 value);
	if (*before)
		oe_conf_drop_last(reader->conf, before);
	return add_setting(reader, path, rules);
}

/**
 * oe_conf_policy_line - a line of [policy]
 * @reader: at that line
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_policy_line(struct oe_conf_reader *reader, const char *name,
			 const char *value)
{
	const struct oe_conf_key *key =
		oe_conf_find_key(oe_conf_policy_keys, name);

	if (!key)
		return oe_conf_unknown_key(reader, oe_conf_policy_keys,
					   "policy", name);
	return oe_conf_check(reader, key, value) &&
	       add_setting(reader, name, value);
}

/* Keys whose files lie in a directory. */
static bool directory_line(struct oe_conf_reader *reader,
			   const struct oe_conf_key *keys, const char *section,
			   const char *directory, const char *name,
			   const char *value)
{
	const struct oe_conf_key *key = oe_conf_find_key(keys, name);
	char rule[OE_CONF_UNIT_RULE];
	char path[128];

	if (!key)
		return oe_conf_unknown_key(reader, keys, section, name);
	if (!oe_conf_check(reader, key, value))
		return false;
	if (key->type == VALUE_UNIT)
		return oe_unit_rule(value, rule, sizeof(rule)) &&
		       add_rule(reader, directory, rule);
	if (key->type == VALUE_RULE)
		return add_rule(reader, directory, value);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return add_setting(reader, path, value);
}

/**
 * oe_conf_levels_line - a line of [levels]
 * @reader: at that line
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_levels_line(struct oe_conf_reader *reader, const char *name,
			 const char *value)
{
	return directory_line(reader, level_keys, "levels", "levels", name,
			      value);
}

/**
 * oe_conf_limits_line - a line of [limits]
 * @reader: at that line
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_limits_line(struct oe_conf_reader *reader, const char *name,
			 const char *value)
{
	return directory_line(reader, limits_keys, "limits", "limits", name,
			      value);
}

/* "10 trust=name" is "10", and true. */
static bool cut_trust(const char *value, char *number)
{
	static const char trust[] = "trust=name";
	char *word;

	snprintf(number, OE_CONF_MAX_LINE, "%s", value);
	word = strstr(number, trust);
	if (!word || word == number || word[sizeof(trust) - 1] ||
	    (word[-1] != ' ' && word[-1] != '\t'))
		return false;
	while (word > number && (word[-1] == ' ' || word[-1] == '\t'))
		word--;
	*word = '\0';
	return true;
}

/**
 * oe_conf_rankings_line - a line of [rankings]
 * @reader: at that line
 * @name: the pattern
 * @value: the ranking, and "trust=name" behind it, or not
 *
 * Return: true, or false after an error.
 */
bool oe_conf_rankings_line(struct oe_conf_reader *reader, const char *name,
			   const char *value)
{
	static const struct oe_conf_key key = { "ranking", VALUE_NUMBER, 0,
						OOM_EMBEDDED_RANK_MAX, NULL };
	static const struct oe_conf_key pattern = { "name", VALUE_PATTERN, 0, 0,
						    NULL };
	char number[OE_CONF_MAX_LINE];
	struct oe_conf *conf = reader->conf;
	struct oe_conf_ranking *ranking = conf->rankings;
	bool trusts_names = cut_trust(value, number);
	long long rank = 0;

	if (!oe_conf_check(reader, &pattern, name) ||
	    !oe_conf_check(reader, &key, number))
		return false;
	oe_conf_number(number, 0, OOM_EMBEDDED_RANK_MAX, &rank);
	while (ranking < conf->rankings + conf->nr_rankings &&
	       strcmp(ranking->pattern, name))
		ranking++;
	if (ranking == conf->rankings + OE_CONF_MAX_RANKINGS)
		return oe_conf_too_many(reader, "rankings",
					OE_CONF_MAX_RANKINGS);
	if (ranking == conf->rankings + conf->nr_rankings) {
		ranking->pattern = oe_conf_keep(conf, reader->place, name);
		if (!ranking->pattern)
			return false;
		conf->nr_rankings++;
	} else if (!oe_conf_may_override(reader, name, ranking->place)) {
		return false;
	}
	ranking->rank = (int)rank;
	ranking->trusts_names = trusts_names;
	ranking->place = reader->place;
	return true;
}

/* Finds @name among @list, or appends it. Returns false after an error. */
static bool need_name(struct oe_conf_reader *reader, struct oe_conf_group *list,
		      int *nr, int max, const char *what, const char *name)
{
	int i = 0;

	while (i < *nr && strcmp(list[i].name, name))
		i++;
	if (i < *nr)
		return true;
	if (i == max)
		return oe_conf_too_many(reader, what, max);
	list[i].name = oe_conf_keep(reader->conf, reader->place, name);
	list[i].place = reader->place;
	if (!list[i].name)
		return false;
	(*nr)++;
	return true;
}

/**
 * oe_conf_group_line - a line of [group NAME]
 * @reader: at that line
 * @group: NAME
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_group_line(struct oe_conf_reader *reader, const char *group,
			const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	char directory[64];

	if (!need_name(reader, conf->groups, &conf->nr_groups,
		       OE_CONF_MAX_GROUPS, "groups", group))
		return false;
	snprintf(directory, sizeof(directory), "groups/%s", group);
	return oe_conf_opens_section(name) ||
	       directory_line(reader, oe_conf_group_keys, "group ...",
			      directory, name, value);
}

/**
 * oe_conf_limit_line - a line of [limit UID]
 * @reader: at that line
 * @who: as oe_limit_name() takes it
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_limit_line(struct oe_conf_reader *reader, const char *who,
			const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	char directory[OE_LIMIT_NAME_SIZE + 8];
	char limit[OE_LIMIT_NAME_SIZE];
	int i = 0;

	if (!oe_limit_name(who, limit))
		return oe_conf_error(
			conf, reader->place,
			"'%s' is no uid that can be limited (not 0), no gid:GID and no cgroup:PATH",
			who);
	while (i < conf->nr_limits && strcmp(conf->limits[i].name, limit))
		i++;
	if (i == OE_CONF_MAX_LIMITS)
		return oe_conf_too_many(reader, "limits", OE_CONF_MAX_LIMITS);
	if (i == conf->nr_limits) {
		snprintf(conf->limits[i].name, sizeof(conf->limits[i].name),
			 "%s", limit);
		conf->limits[i].place = reader->place;
		conf->nr_limits++;
	}
	snprintf(directory, sizeof(directory), "limits/%s", limit);
	return oe_conf_opens_section(name) ||
	       directory_line(reader, limit_keys, "limit ...", directory, name,
			      value);
}

/**
 * oe_conf_cgroup_line - a line of [cgroup NAME]
 * @reader: at that line
 * @watch: NAME
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_cgroup_line(struct oe_conf_reader *reader, const char *watch,
			 const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	char directory[64];

	if (!need_name(reader, conf->cgroups, &conf->nr_cgroups,
		       OE_CONF_MAX_CGROUPS, "watched cgroups", watch))
		return false;
	snprintf(directory, sizeof(directory), "cgroups/%s", watch);
	return oe_conf_opens_section(name) ||
	       directory_line(reader, cgroup_keys, "cgroup ...", directory,
			      name, value);
}
