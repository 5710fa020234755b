// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration's sections and keys, one line at a time.
 */
#include <string.h>

#include "common/config_text.h"

enum value_type {
	VALUE_NUMBER,
	VALUE_SIZE,
	VALUE_WORD,
	VALUE_SIGNAL,
	VALUE_PATTERN,
	VALUE_CGROUP,
	VALUE_UIDS,
	VALUE_TIME,
	VALUE_PATH,
};

/* A key and what it may be; for most it is also the name of the module's file. */
struct key {
	const char *name;
	enum value_type type;
	long long min;
	long long max;
	const char *const *words;
};

enum {
	COMM_MAX = 63,
	RESTART_MS = 60 * 1000,
	DAY_MS = 24 * 3600 * 1000,
};

static const char *const modes_of_module[] = { "off", "observe", "enforce",
					       NULL };
static const char *const orders[] = { "badness", "rank", NULL };
static const char *const no_victim_actions[] = { "panic", "reboot", "unprotect",
						 NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug",
					  NULL };

#define NUMBER(name_, min_, max_)                     \
	{                                             \
		name_, VALUE_NUMBER, min_, max_, NULL \
	}
#define WORD(name_, words_)                     \
	{                                       \
		name_, VALUE_WORD, 0, 0, words_ \
	}
#define TYPE(name_, type_)               \
	{                                \
		name_, type_, 0, 0, NULL \
	}
#define END                                    \
	{                                      \
		NULL, VALUE_NUMBER, 0, 0, NULL \
	}

static const struct key policy_keys[] = {
	WORD("mode", modes_of_module),
	NUMBER("rank_threshold", 0, OE_CONF_RANK_MAX),
	NUMBER("default_rank", 0, OE_CONF_RANK_MAX),
	WORD("selection_order", orders),
	WORD("no_victim_action", no_victim_actions),
	NUMBER("grace_ms", 0, 10000),
	NUMBER("grace_hold", 0, 1),
	TYPE("reserve_kb", VALUE_SIZE),
	END,
};

static const struct key group_keys[] = {
	NUMBER("rank", 0, OE_CONF_RANK_MAX), TYPE("comm", VALUE_PATTERN),
	TYPE("cgroup", VALUE_CGROUP),	     TYPE("uid", VALUE_UIDS),
	TYPE("signal", VALUE_SIGNAL),	     END,
};

static const struct key level_keys[] = {
	TYPE("warning_kb", VALUE_SIZE),
	TYPE("critical_kb", VALUE_SIZE),
	TYPE("imminent_oom_kb", VALUE_SIZE),
	TYPE("oom_kb", VALUE_SIZE),
	TYPE("hysteresis_kb", VALUE_SIZE),
	NUMBER("debounce_ms", 0, DAY_MS),
	NUMBER("forecast_alert_ms", 0, DAY_MS),
	END,
};

static const struct key limits_keys[] = {
	NUMBER("period_ms", 1, DAY_MS),
	END,
};

static const struct key limit_keys[] = {
	TYPE("max_kb", VALUE_SIZE),
	NUMBER("exceed_allowed_ms", 0, DAY_MS),
	NUMBER("term_timeout_ms", 0, DAY_MS),
	END,
};

enum daemon_key {
	DAEMON_SAMPLE,
	DAEMON_SCAN,
	DAEMON_LOG_LEVEL,
	DAEMON_LOG_RATE,
	DAEMON_REALTIME,
	DAEMON_CONTROL,
};

static const struct key daemon_keys[] = {
	[DAEMON_SAMPLE] = { "sample", VALUE_TIME, 10, 60 * 1000, NULL },
	[DAEMON_SCAN] = { "scan", VALUE_TIME, 10, 3600 * 1000, NULL },
	[DAEMON_LOG_LEVEL] = WORD("log_level", log_levels),
	[DAEMON_LOG_RATE] = NUMBER("log_rate", 0, 100000),
	[DAEMON_REALTIME] = NUMBER("realtime", 0, 99),
	[DAEMON_CONTROL] = TYPE("control", VALUE_PATH),
	END,
};

/* --- values -------------------------------------------------------------------------------- */

static const struct key *find_key(const struct key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name))
			return keys;
	return NULL;
}

static bool unknown_key(struct oe_conf_reader *reader, const struct key *keys,
			const char *section, const char *name)
{
	char known[160] = "";

	for (; keys->name; keys++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s%s",
			 used ? ", " : "", keys->name);
	}
	return oe_conf_error(reader->conf, reader->place,
			     "[%s] knows no '%s'; it knows %s", section, name,
			     known);
}

static bool is_plain(const char *value, size_t max)
{
	for (const char *c = value; *c; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return strlen(value) <= max;
}

static bool is_uids(const char *value)
{
	const long long max = 4294967294LL;
	const char *dash = strchr(value, '-');
	char first[16];
	long long from;
	long long to;

	if (!dash)
		return oe_conf_number(value, 0, max, &from);
	if (dash - value >= (ptrdiff_t)sizeof(first))
		return false;
	memcpy(first, value, dash - value);
	first[dash - value] = '\0';
	return oe_conf_number(first, 0, max, &from) &&
	       oe_conf_number(dash + 1, from, max, &to);
}

static bool is_path(const char *value)
{
	return value[0] == '/' && is_plain(value, OE_CONF_MAX_LINE) &&
	       !strstr(value, "/../");
}

static bool wrong_number(struct oe_conf_reader *reader, const struct key *key,
			 const char *value)
{
	return oe_conf_error(reader->conf, reader->place,
			     "%s: '%s' is not a number from %lld to %lld",
			     key->name, value, key->min, key->max);
}

static bool wrong_word(struct oe_conf_reader *reader, const struct key *key,
		       const char *value)
{
	char known[80] = "";

	for (const char *const *word = key->words; *word; word++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s%s",
			 used ? ", " : "", *word);
	}
	return oe_conf_error(reader->conf, reader->place,
			     "%s: '%s' is none of: %s", key->name, value,
			     known);
}

static bool check_time(struct oe_conf_reader *reader, const struct key *key,
		       const char *value)
{
	int ms;

	if (oe_conf_time(value, &ms) && ms >= key->min && ms <= key->max)
		return true;
	return oe_conf_error(
		reader->conf, reader->place,
		"%s: '%s' is no time from %lldms to %llds; 500ms or 2s would be one",
		key->name, value, key->min, key->max / 1000);
}

static bool check_value(struct oe_conf_reader *reader, const struct key *key,
			const char *value)
{
	const char *expected = NULL;
	unsigned long long kb;
	long long number;

	switch (key->type) {
	case VALUE_NUMBER:
		return oe_conf_number(value, key->min, key->max, &number) ||
		       wrong_number(reader, key, value);
	case VALUE_WORD:
		return oe_conf_one_of(key->words, value) >= 0 ||
		       wrong_word(reader, key, value);
	case VALUE_TIME:
		return check_time(reader, key, value);
	case VALUE_SIZE:
		if (!oe_conf_kb(value, 0, &kb))
			expected = "size: KiB, or a number with K, M, G or %";
		break;
	case VALUE_SIGNAL:
		if (oe_conf_signal(value) < 0)
			expected = "signal: none, TERM, USR1, ...";
		break;
	case VALUE_PATTERN:
		if (!*value || !is_plain(value, COMM_MAX))
			expected =
				"pattern of a process name (for a blank write '?')";
		break;
	case VALUE_UIDS:
		if (!is_uids(value))
			expected = "uid or range FIRST-LAST";
		break;
	case VALUE_CGROUP:
	case VALUE_PATH:
		if (!is_path(value))
			expected = "path that begins with '/'";
		break;
	}
	if (expected)
		return oe_conf_error(reader->conf, reader->place,
				     "%s: '%s' is no %s", key->name, value,
				     expected);
	return true;
}

/* --- lists --------------------------------------------------------------------------------- */

bool oe_conf_too_many(struct oe_conf_reader *reader, const char *what, int max)
{
	return oe_conf_error(reader->conf, reader->place, "more than %d %s",
			     max, what);
}

/* Said twice in one file is a mistake; said again in a later file is meant. */
static bool may_override(struct oe_conf_reader *reader, const char *what,
			 struct oe_conf_place before)
{
	if (before.file != reader->place.file)
		return true;
	return oe_conf_error(reader->conf, reader->place,
			     "%s is already said in line %d", what,
			     before.line);
}

/* Only whole: one that is overridden stays as it was if there is no more room. */
static bool fill_setting(struct oe_conf_reader *reader,
			 struct oe_conf_setting *setting, const char *path,
			 const char *value)
{
	path = oe_conf_keep(reader->conf, reader->place, path);
	value = oe_conf_keep(reader->conf, reader->place, value);
	if (!path || !value)
		return false;
	*setting = (struct oe_conf_setting){ path, value, reader->place };
	return true;
}

static bool add_setting(struct oe_conf_reader *reader, const char *path,
			const char *value)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_setting *setting;

	for (int i = 0; i < conf->nr_settings; i++) {
		setting = &conf->settings[i];
		if (!strcmp(setting->path, path))
			return may_override(reader, path, setting->place) &&
			       fill_setting(reader, setting, path, value);
	}
	if (conf->nr_settings == OE_CONF_MAX_SETTINGS)
		return oe_conf_too_many(reader, "settings",
					OE_CONF_MAX_SETTINGS);
	if (!fill_setting(reader, &conf->settings[conf->nr_settings], path,
			  value))
		return false;
	conf->nr_settings++;
	return true;
}

static bool add_mode_setting(struct oe_conf_reader *reader, int mode,
			     const char *path, const char *value)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_mode_setting *entry;

	for (int i = 0; i < conf->nr_mode_settings; i++) {
		entry = &conf->mode_settings[i];
		if (entry->mode == mode && !strcmp(entry->setting.path, path))
			return may_override(reader, path,
					    entry->setting.place) &&
			       fill_setting(reader, &entry->setting, path,
					    value);
	}
	if (conf->nr_mode_settings == OE_CONF_MAX_SETTINGS)
		return oe_conf_too_many(reader, "settings of modes",
					OE_CONF_MAX_SETTINGS);
	entry = &conf->mode_settings[conf->nr_mode_settings];
	entry->mode = mode;
	if (!fill_setting(reader, &entry->setting, path, value))
		return false;
	conf->nr_mode_settings++;
	return true;
}

static bool add_step(struct oe_conf_reader *reader, char *value, int *first,
		     int *count)
{
	struct oe_conf *conf = reader->conf;

	if (conf->nr_steps == OE_CONF_MAX_STEPS)
		return oe_conf_too_many(reader, "steps", OE_CONF_MAX_STEPS);
	if (*count && *first + *count != conf->nr_steps)
		return oe_conf_error(
			conf, reader->place,
			"the steps of a section stand together; these begin in %s:%d",
			conf->steps[*first].place.file,
			conf->steps[*first].place.line);
	if (!oe_conf_parse_step(conf, reader->place, value,
				&conf->steps[conf->nr_steps]))
		return false;
	if (!*count)
		*first = conf->nr_steps;
	++*count;
	conf->nr_steps++;
	return true;
}

/* --- sections ------------------------------------------------------------------------------ */

/* The line is the section's own: it exists, with or without keys. */
static bool opens_section(const char *name)
{
	return !strcmp(name, OE_CONF_SECTION_KEY);
}

static bool policy_line(struct oe_conf_reader *reader, const char *name,
			const char *value)
{
	const struct key *key = find_key(policy_keys, name);

	if (!key)
		return unknown_key(reader, policy_keys, "policy", name);
	return check_value(reader, key, value) &&
	       add_setting(reader, name, value);
}

/* Keys whose files lie in a directory. */
static bool directory_line(struct oe_conf_reader *reader,
			   const struct key *keys, const char *section,
			   const char *directory, const char *name,
			   const char *value)
{
	const struct key *key = find_key(keys, name);
	char path[128];

	if (!key)
		return unknown_key(reader, keys, section, name);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return check_value(reader, key, value) &&
	       add_setting(reader, path, value);
}

static bool rankings_line(struct oe_conf_reader *reader, const char *name,
			  const char *value)
{
	static const struct key key = { "ranking", VALUE_NUMBER, 0,
					OE_CONF_RANK_MAX, NULL };
	static const struct key pattern = { "name", VALUE_PATTERN, 0, 0, NULL };
	struct oe_conf *conf = reader->conf;
	struct oe_conf_ranking *ranking = conf->rankings;
	long long rank;

	if (!check_value(reader, &pattern, name) ||
	    !check_value(reader, &key, value))
		return false;
	oe_conf_number(value, 0, OE_CONF_RANK_MAX, &rank);
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
	} else if (!may_override(reader, name, ranking->place)) {
		return false;
	}
	ranking->rank = (int)rank;
	ranking->place = reader->place;
	return true;
}

static bool group_line(struct oe_conf_reader *reader, const char *group,
		       const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	char directory[64];
	int i = 0;

	while (i < conf->nr_groups && strcmp(conf->groups[i].name, group))
		i++;
	if (i == OE_CONF_MAX_GROUPS)
		return oe_conf_too_many(reader, "groups", OE_CONF_MAX_GROUPS);
	if (i == conf->nr_groups) {
		conf->groups[i].name = oe_conf_keep(conf, reader->place, group);
		conf->groups[i].place = reader->place;
		if (!conf->groups[i].name)
			return false;
		conf->nr_groups++;
	}
	snprintf(directory, sizeof(directory), "groups/%s", group);
	return opens_section(name) ||
	       directory_line(reader, group_keys, "group ...", directory, name,
			      value);
}

static bool limit_line(struct oe_conf_reader *reader, const char *who,
		       const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	char directory[64];
	long long uid;
	int i = 0;

	if (!oe_conf_number(who, 1, 4294967294LL, &uid))
		return oe_conf_error(
			conf, reader->place,
			"'%s' is no uid that can be limited (not 0)", who);
	while (i < conf->nr_limits && conf->limits[i].uid != uid)
		i++;
	if (i == OE_CONF_MAX_LIMITS)
		return oe_conf_too_many(reader, "limits", OE_CONF_MAX_LIMITS);
	if (i == conf->nr_limits) {
		conf->limits[i].uid = (unsigned int)uid;
		conf->limits[i].place = reader->place;
		conf->nr_limits++;
	}
	snprintf(directory, sizeof(directory), "limits/%u", (unsigned int)uid);
	return opens_section(name) ||
	       directory_line(reader, limit_keys, "limit ...", directory, name,
			      value);
}

static bool daemon_line(struct oe_conf_reader *reader, const char *name,
			const char *value)
{
	const struct key *key = find_key(daemon_keys, name);
	struct oe_conf_daemon *daemon = &reader->conf->daemon;
	long long number = 0;
	int ms = 0;
	int which;

	if (!key)
		return unknown_key(reader, daemon_keys, "daemon", name);
	which = (int)(key - daemon_keys);
	if (reader->conf->daemon_keys_file[which] == reader->place.file)
		return oe_conf_error(reader->conf, reader->place,
				     "%s is said twice", name);
	reader->conf->daemon_keys_file[which] = reader->place.file;
	if (!check_value(reader, key, value))
		return false;
	oe_conf_time(value, &ms);
	oe_conf_number(value, key->min, key->max, &number);
	switch ((enum daemon_key)which) {
	case DAEMON_SAMPLE:
		daemon->sample_ms = ms;
		return true;
	case DAEMON_SCAN:
		daemon->scan_ms = ms;
		return true;
	case DAEMON_LOG_LEVEL:
		daemon->log_level = oe_conf_one_of(log_levels, value);
		return true;
	case DAEMON_LOG_RATE:
		daemon->log_rate = (int)number;
		return true;
	case DAEMON_REALTIME:
		daemon->realtime = (int)number;
		return true;
	case DAEMON_CONTROL:
		daemon->control =
			oe_conf_keep(reader->conf, reader->place, value);
		return daemon->control;
	}
	return false;
}

static int find_mode(const struct oe_conf *conf, const char *name)
{
	int i = conf->nr_modes - 1;

	while (i >= 0 && strcmp(conf->modes[i].name, name))
		i--;
	return i;
}

int oe_conf_find_service(const struct oe_conf *conf, const char *name)
{
	int i = conf->nr_services - 1;

	while (i >= 0 && strcmp(conf->services[i].name, name))
		i--;
	return i;
}

int oe_conf_find_helper(const struct oe_conf *conf, const char *name)
{
	int i = conf->nr_helpers - 1;

	while (i >= 0 && strcmp(conf->helpers[i].name, name))
		i--;
	return i;
}

static struct oe_conf_mode *add_mode(struct oe_conf_reader *reader,
				     const char *name)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_mode *mode = &conf->modes[conf->nr_modes];

	if (conf->nr_modes == OE_CONF_MAX_MODES) {
		oe_conf_too_many(reader, "modes", OE_CONF_MAX_MODES);
		return NULL;
	}
	mode->name = oe_conf_keep(conf, reader->place, name);
	mode->leave_ms = OE_CONF_LEAVE_UNSAID;
	mode->place = reader->place;
	if (!mode->name)
		return NULL;
	conf->nr_modes++;
	return mode;
}

static bool add_condition(struct oe_conf_reader *reader, int mode, char *value)
{
	struct oe_conf *conf = reader->conf;

	if (conf->nr_conditions == OE_CONF_MAX_CONDITIONS)
		return oe_conf_too_many(reader, "conditions",
					OE_CONF_MAX_CONDITIONS);
	if (!oe_conf_parse_condition(conf, reader->place, value,
				     &conf->conditions[conf->nr_conditions]))
		return false;
	conf->conditions[conf->nr_conditions++].mode = mode;
	return true;
}

static bool add_mode_services(struct oe_conf_reader *reader,
			      struct oe_conf_mode *mode, char *value)
{
	const char *name;

	while ((name = oe_conf_word(&value))) {
		if (mode->nr_services == OE_CONF_MAX_SERVICES)
			return oe_conf_too_many(reader, "services of a mode",
						OE_CONF_MAX_SERVICES);
		name = oe_conf_keep(reader->conf, reader->place, name);
		if (!name)
			return false;
		mode->service_names[mode->nr_services++] = name;
	}
	return true;
}

static bool set_leave(struct oe_conf_reader *reader, struct oe_conf_mode *mode,
		      const char *value)
{
	if (mode->leave_ms != OE_CONF_LEAVE_UNSAID)
		return oe_conf_error(reader->conf, reader->place,
				     "leave_after is said twice");
	if (!strcmp(value, "never")) {
		mode->leave_ms = -1;
		return true;
	}
	if (!oe_conf_time(value, &mode->leave_ms))
		return oe_conf_error(
			reader->conf, reader->place,
			"leave_after: '%s' is neither a time, as 30s is, nor 'never'",
			value);
	return true;
}

/* "rank.GROUP = N", or one of the policy's keys. */
static bool mode_policy_line(struct oe_conf_reader *reader, int mode,
			     const char *name, const char *value)
{
	const struct key *key = find_key(policy_keys, name);
	char path[64];

	if (!strncmp(name, "rank.", 5)) {
		if (!oe_conf_is_name(name + 5))
			return oe_conf_error(reader->conf, reader->place,
					     "'%s' is no name of a group",
					     name + 5);
		snprintf(path, sizeof(path), "groups/%s/rank", name + 5);
		return check_value(reader, &group_keys[0], value) &&
		       add_mode_setting(reader, mode, path, value);
	}
	if (!key)
		return oe_conf_error(
			reader->conf, reader->place,
			"[mode ...] knows no '%s'; it knows enter, leave_after, service, "
			"step, rank.GROUP, and the keys of [policy]",
			name);
	return check_value(reader, key, value) &&
	       add_mode_setting(reader, mode, name, value);
}

static bool mode_line(struct oe_conf_reader *reader, const char *section,
		      const char *name, char *value)
{
	int index = find_mode(reader->conf, section);
	struct oe_conf_mode *mode = index < 0 ? add_mode(reader, section) :
						&reader->conf->modes[index];

	if (!mode)
		return false;
	if (opens_section(name))
		return true;
	index = (int)(mode - reader->conf->modes);
	if (!strcmp(name, "enter"))
		return add_condition(reader, index, value);
	if (!strcmp(name, "leave_after"))
		return set_leave(reader, mode, value);
	if (!strcmp(name, "service"))
		return add_mode_services(reader, mode, value);
	if (!strcmp(name, "step"))
		return add_step(reader, value, &mode->first_step,
				&mode->nr_steps);
	return mode_policy_line(reader, index, name, value);
}

static struct oe_conf_service *add_service(struct oe_conf_reader *reader,
					   const char *name)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_service *service = &conf->services[conf->nr_services];

	if (conf->nr_services == OE_CONF_MAX_SERVICES) {
		oe_conf_too_many(reader, "services", OE_CONF_MAX_SERVICES);
		return NULL;
	}
	service->name = oe_conf_keep(conf, reader->place, name);
	service->restart_ms = RESTART_MS;
	service->place = reader->place;
	if (!service->name)
		return NULL;
	conf->nr_services++;
	return service;
}

/* A text that is said once. */
static bool set_text(struct oe_conf_reader *reader, const char **text,
		     const struct key *key, const char *value)
{
	if (*text)
		return oe_conf_error(reader->conf, reader->place,
				     "%s is said twice", key->name);
	if (!check_value(reader, key, value))
		return false;
	*text = oe_conf_keep(reader->conf, reader->place, value);
	return *text;
}

static bool set_command(struct oe_conf_reader *reader, const char *const **argv,
			const char *name, const char *value)
{
	if (*argv)
		return oe_conf_error(reader->conf, reader->place,
				     "%s is said twice", name);
	*argv = oe_conf_command(reader->conf, reader->place, value);
	return *argv;
}

static bool service_line(struct oe_conf_reader *reader, const char *section,
			 const char *name, char *value)
{
	static const struct key keys[] = {
		TYPE("comm", VALUE_PATTERN),
		TYPE("pidfile", VALUE_PATH),
		{ "time_limit", VALUE_TIME, 1, DAY_MS, NULL },
		TYPE("restart", VALUE_PATH),
		TYPE("step", VALUE_PATH),
		END,
	};
	int index = oe_conf_find_service(reader->conf, section);
	struct oe_conf_service *service =
		index < 0 ? add_service(reader, section) :
			    &reader->conf->services[index];

	if (!service)
		return false;
	if (opens_section(name))
		return true;
	if (!strcmp(name, "comm"))
		return set_text(reader, &service->comm, &keys[0], value);
	if (!strcmp(name, "pidfile"))
		return set_text(reader, &service->pidfile, &keys[1], value);
	if (!strcmp(name, "restart"))
		return set_command(reader, &service->restart, name, value);
	if (!strcmp(name, "step"))
		return add_step(reader, value, &service->first_step,
				&service->nr_steps);
	if (strcmp(name, "time_limit"))
		return unknown_key(reader, keys, "service ...", name);
	if (service->limit_ms)
		return oe_conf_error(reader->conf, reader->place,
				     "time_limit is said twice");
	return check_value(reader, &keys[2], value) &&
	       oe_conf_time(value, &service->limit_ms);
}

static bool add_helper(struct oe_conf_reader *reader, const char *name)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_helper *helper = &conf->helpers[conf->nr_helpers];

	if (conf->nr_helpers == OE_CONF_MAX_HELPERS)
		return oe_conf_too_many(reader, "helpers", OE_CONF_MAX_HELPERS);
	helper->name = oe_conf_keep(conf, reader->place, name);
	helper->place = reader->place;
	if (!helper->name)
		return false;
	conf->nr_helpers++;
	return true;
}

static bool helper_line(struct oe_conf_reader *reader, const char *section,
			const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	int index = oe_conf_find_helper(conf, section);

	if (index < 0) {
		index = conf->nr_helpers;
		if (!add_helper(reader, section))
			return false;
	}
	if (opens_section(name))
		return true;
	if (strcmp(name, "command"))
		return oe_conf_error(
			conf, reader->place,
			"[helper ...] knows no '%s'; it knows command", name);
	return set_command(reader, &conf->helpers[index].argv, name, value);
}

/* The section "KIND NAME"; its name, or NULL if it is of another kind. */
static const char *named(const char *section, const char *kind)
{
	size_t length = strlen(kind);

	if (strncmp(section, kind, length) || section[length] != ' ')
		return NULL;
	section += length;
	return section + strspn(section, " ");
}

static bool named_section_line(struct oe_conf_reader *reader,
			       const char *section, const char *name,
			       char *value)
{
	static const char *const kinds[] = { "group", "mode", "service",
					     "helper", NULL };
	const char *who = NULL;
	int kind;

	for (kind = 0; kinds[kind]; kind++) {
		who = named(section, kinds[kind]);
		if (who)
			break;
	}
	/* Said once, for the section, and not for each of its keys. */
	if (!who)
		return opens_section(name) &&
		       oe_conf_error(
			       reader->conf, reader->place,
			       "there is no section [%s]; there are policy, rankings, levels, "
			       "limits, daemon, group NAME, limit UID, mode NAME, service NAME, "
			       "helper NAME",
			       section);
	if (!oe_conf_is_name(who))
		return opens_section(name) &&
		       oe_conf_error(
			       reader->conf, reader->place,
			       "[%s]: a name has 1 to %d of the characters a-z 0-9 _ -",
			       section, OE_CONF_MAX_NAME);
	switch (kind) {
	case 0:
		return group_line(reader, who, name, value);
	case 1:
		return mode_line(reader, who, name, value);
	case 2:
		return service_line(reader, who, name, value);
	default:
		return helper_line(reader, who, name, value);
	}
}

/* Those of which there is one. */
static bool single_section_line(struct oe_conf_reader *reader,
				const char *section, const char *name,
				const char *value, bool *found)
{
	static const char *const sections[] = { "policy", "rankings", "levels",
						"limits", "daemon",   NULL };
	int which = oe_conf_one_of(sections, section);

	*found = which >= 0;
	if (which < 0 || opens_section(name))
		return true;
	switch (which) {
	case 0:
		return policy_line(reader, name, value);
	case 1:
		return rankings_line(reader, name, value);
	case 2:
		return directory_line(reader, level_keys, section, "levels",
				      name, value);
	case 3:
		return directory_line(reader, limits_keys, section, "limits",
				      name, value);
	default:
		return daemon_line(reader, name, value);
	}
}

bool oe_conf_line(struct oe_conf_reader *reader, const char *section,
		  const char *name, char *value)
{
	const char *who = named(section, "limit");
	bool found;
	bool fine;

	if (!*section)
		return oe_conf_error(reader->conf, reader->place,
				     "'%s' is in no section", name);
	if (!*value)
		return oe_conf_error(reader->conf, reader->place,
				     "%s has no value", name);
	fine = single_section_line(reader, section, name, value, &found);
	if (found)
		return fine;
	if (who)
		return limit_line(reader, who, name, value);
	return named_section_line(reader, section, name, value);
}
