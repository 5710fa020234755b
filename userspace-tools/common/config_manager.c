// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration's sections for the manager: itself, its modes, services and helpers.
 */
#include <string.h>

#include "common/config_key.h"
#include "common/config_language.h"
#include "common/config_manager.h"
#include "common/config_module.h"
#include "common/config_value.h"
#include "common/words.h"

enum {
	RESTART_MS = 60 * 1000,
};

static const char *const log_levels[] = { "error", "warning", "info", "debug",
					  NULL };

enum daemon_key {
	DAEMON_SAMPLE,
	DAEMON_SCAN,
	DAEMON_LOG_LEVEL,
	DAEMON_LOG_RATE,
	DAEMON_REALTIME,
	DAEMON_CONTROL,
	DAEMON_STATE,
	DAEMON_UNIT_RANKS,
	DAEMON_KILL_INTERVAL,
};

static const struct oe_conf_key daemon_keys[] = {
	[DAEMON_SAMPLE] = { "sample", VALUE_TIME, 10, 60 * 1000, NULL },
	[DAEMON_SCAN] = { "scan", VALUE_TIME, 10, 3600 * 1000, NULL },
	[DAEMON_LOG_LEVEL] = WORD("log_level", log_levels),
	[DAEMON_LOG_RATE] = NUMBER("log_rate", 0, 100000),
	[DAEMON_REALTIME] = NUMBER("realtime", 0, 99),
	[DAEMON_CONTROL] = TYPE("control", VALUE_PATH),
	[DAEMON_STATE] = TYPE("state", VALUE_PATH),
	[DAEMON_UNIT_RANKS] = NUMBER("unit_ranks", 0, 1),
	[DAEMON_KILL_INTERVAL] = { "kill_interval", VALUE_TIME, 500, DAY_MS,
				   NULL },
	END,
};

/**
 * oe_conf_daemon_line - a line of [daemon]
 * @reader: at that line
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_daemon_line(struct oe_conf_reader *reader, const char *name,
			 const char *value)
{
	const struct oe_conf_key *key = oe_conf_find_key(daemon_keys, name);
	struct oe_conf_daemon *daemon = &reader->conf->daemon;
	long long number = 0;
	int ms = 0;
	int which;

	if (!key)
		return oe_conf_unknown_key(reader, daemon_keys, "daemon", name);
	which = (int)(key - daemon_keys);
	if (reader->conf->daemon_keys_file[which] == reader->place.file)
		return oe_conf_error(reader->conf, reader->place,
				     "%s is said twice", name);
	reader->conf->daemon_keys_file[which] = reader->place.file;
	if (!oe_conf_check(reader, key, value))
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
		daemon->log_level = oe_word_index(log_levels, value);
		return true;
	case DAEMON_LOG_RATE:
		daemon->log_rate = (int)number;
		return true;
	case DAEMON_REALTIME:
		daemon->realtime = (int)number;
		return true;
	case DAEMON_UNIT_RANKS:
		daemon->unit_ranks = (int)number;
		return true;
	case DAEMON_KILL_INTERVAL:
		daemon->kill_interval_ms = ms;
		return true;
	case DAEMON_CONTROL:
		daemon->control =
			oe_conf_keep(reader->conf, reader->place, value);
		return daemon->control;
	case DAEMON_STATE:
		daemon->state =
			oe_conf_keep(reader->conf, reader->place, value);
		return daemon->state;
	}
	return false;
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

static bool add_mode_setting(struct oe_conf_reader *reader, int mode,
			     const char *path, const char *value)
{
	struct oe_conf *conf = reader->conf;
	struct oe_conf_mode_setting *entry;

	for (int i = 0; i < conf->nr_mode_settings; i++) {
		entry = &conf->mode_settings[i];
		if (entry->mode == mode && !strcmp(entry->setting.path, path))
			return oe_conf_may_override(reader, path,
						    entry->setting.place) &&
			       oe_conf_fill_setting(reader, &entry->setting,
						    path, value);
	}
	if (conf->nr_mode_settings == OE_CONF_MAX_SETTINGS)
		return oe_conf_too_many(reader, "settings of modes",
					OE_CONF_MAX_SETTINGS);
	entry = &conf->mode_settings[conf->nr_mode_settings];
	entry->mode = mode;
	if (!oe_conf_fill_setting(reader, &entry->setting, path, value))
		return false;
	conf->nr_mode_settings++;
	return true;
}

static int find_mode(const struct oe_conf *conf, const char *name)
{
	int i = conf->nr_modes - 1;

	while (i >= 0 && strcmp(conf->modes[i].name, name))
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
	const struct oe_conf_key *key =
		oe_conf_find_key(oe_conf_policy_keys, name);
	const struct oe_conf_key *rank =
		oe_conf_find_key(oe_conf_group_keys, "rank");
	char path[64];

	if (!strncmp(name, "rank.", 5)) {
		if (!oe_word_is_name(name + 5))
			return oe_conf_error(reader->conf, reader->place,
					     "'%s' is no name of a group",
					     name + 5);
		snprintf(path, sizeof(path), "groups/%s/rank", name + 5);
		return oe_conf_check(reader, rank, value) &&
		       add_mode_setting(reader, mode, path, value);
	}
	if (!key)
		return oe_conf_error(
			reader->conf, reader->place,
			"[mode ...] knows no '%s'; it knows enter, leave_after, service, "
			"step, rank.GROUP, and the keys of [policy]",
			name);
	return oe_conf_check(reader, key, value) &&
	       add_mode_setting(reader, mode, name, value);
}

/**
 * oe_conf_mode_line - a line of [mode NAME]
 * @reader: at that line
 * @section: NAME
 * @name: the key
 * @value: its value; is taken apart
 *
 * Return: true, or false after an error.
 */
bool oe_conf_mode_line(struct oe_conf_reader *reader, const char *section,
		       const char *name, char *value)
{
	int index = find_mode(reader->conf, section);
	struct oe_conf_mode *mode = index < 0 ? add_mode(reader, section) :
						&reader->conf->modes[index];

	if (!mode)
		return false;
	if (oe_conf_opens_section(name))
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

/**
 * oe_conf_find_service - find a service
 * @conf: the configuration
 * @name: of the service
 *
 * Return: its index, or -1.
 */
int oe_conf_find_service(const struct oe_conf *conf, const char *name)
{
	int i = conf->nr_services - 1;

	while (i >= 0 && strcmp(conf->services[i].name, name))
		i--;
	return i;
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
		     const struct oe_conf_key *key, const char *value)
{
	if (*text)
		return oe_conf_error(reader->conf, reader->place,
				     "%s is said twice", key->name);
	if (!oe_conf_check(reader, key, value))
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

/**
 * oe_conf_service_line - a line of [service NAME]
 * @reader: at that line
 * @section: NAME
 * @name: the key
 * @value: its value; is taken apart
 *
 * Return: true, or false after an error.
 */
bool oe_conf_service_line(struct oe_conf_reader *reader, const char *section,
			  const char *name, char *value)
{
	static const struct oe_conf_key keys[] = {
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
	if (oe_conf_opens_section(name))
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
		return oe_conf_unknown_key(reader, keys, "service ...", name);
	if (service->limit_ms)
		return oe_conf_error(reader->conf, reader->place,
				     "time_limit is said twice");
	return oe_conf_check(reader, &keys[2], value) &&
	       oe_conf_time(value, &service->limit_ms);
}

/**
 * oe_conf_find_helper - find a helper
 * @conf: the configuration
 * @name: of the helper
 *
 * Return: its index, or -1.
 */
int oe_conf_find_helper(const struct oe_conf *conf, const char *name)
{
	int i = conf->nr_helpers - 1;

	while (i >= 0 && strcmp(conf->helpers[i].name, name))
		i--;
	return i;
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

/**
 * oe_conf_helper_line - a line of [helper NAME]
 * @reader: at that line
 * @section: NAME
 * @name: the key
 * @value: its value
 *
 * Return: true, or false after an error.
 */
bool oe_conf_helper_line(struct oe_conf_reader *reader, const char *section,
			 const char *name, const char *value)
{
	struct oe_conf *conf = reader->conf;
	int index = oe_conf_find_helper(conf, section);

	if (index < 0) {
		index = conf->nr_helpers;
		if (!add_helper(reader, section))
			return false;
	}
	if (oe_conf_opens_section(name))
		return true;
	if (strcmp(name, "command"))
		return oe_conf_error(
			conf, reader->place,
			"[helper ...] knows no '%s'; it knows command", name);
	return set_command(reader, &conf->helpers[index].argv, name, value);
}
