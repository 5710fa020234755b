// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that ask for an executable. The module looks up the path when a rule is
 * written, and means that file from then on. An upgrade puts another file under
 * the path. So the rules of a group are written again when one of their paths
 * has got another file, has none any more, or has one for the first time.
 *
 * The module takes all rules of a group or none. A rule whose file does not
 * exist is left out, for the sake of the others.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/refusal.h"
#include "common/rule.h"
#include "common/sysfs.h"
#include "daemon/daemon.h"

enum {
	PATH = 4096,
};

/* The files of a group's rules; 0: not looked at yet. */
static uint64_t seen[OE_CONF_MAX_GROUPS];

static bool has_exe(const struct oe_conf_setting *setting)
{
	size_t length = strlen(setting->path);

	return length > strlen("/rules") &&
	       !strcmp(setting->path + length - strlen("/rules"), "/rules") &&
	       strstr(setting->value, "exe=");
}

static uint64_t mix_word(uint64_t sum, uint64_t word)
{
	return (sum ^ word) * 1099511628211u;
}

/*
 * The change time is part of it, because a new file often has the number of
 * the one that was removed.
 */
static uint64_t mix_file(uint64_t sum, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return mix_word(sum, 1);
	sum = mix_word(sum, st.st_dev);
	sum = mix_word(sum, st.st_ino);
	sum = mix_word(sum, (uint64_t)st.st_ctim.tv_sec);
	return mix_word(sum, (uint64_t)st.st_ctim.tv_nsec);
}

static uint64_t sum_files(const char *rules)
{
	uint64_t sum = 14695981039346656037u;
	char path[PATH];
	const char *rule;
	size_t length;

	while ((rule = oe_rule_next(&rules, &length)))
		if (oe_rule_value(rule, length, "exe", path, sizeof(path)))
			sum = mix_file(sum, path);
	return sum ? sum : 1;
}

static bool is_missing(const char *rule, size_t length, char *path)
{
	struct stat st;

	return oe_rule_value(rule, length, "exe", path, PATH) &&
	       stat(path, &st);
}

/**
 * oe_exe_rules_value - the value to write for a setting now
 * @setting: of the configuration
 * @value: room for it, OE_SYSFS_VALUE_MAX bytes
 *
 * Each rule that is left out has a line in the log.
 *
 * Return: @value, or the setting's own value if that is no rule with a file.
 */
const char *oe_exe_rules_value(const struct oe_conf_setting *setting,
			       char *value)
{
	const char *rules = setting->value;
	char path[PATH];
	const char *rule;
	size_t length;
	int used = 0;

	if (!has_exe(setting))
		return setting->value;
	*value = '\0';
	while ((rule = oe_rule_next(&rules, &length))) {
		if (is_missing(rule, length, path))
			oe_log(OE_LOG_WARNING,
			       "%s: %s does not exist: its rule is left out until it does",
			       setting->path, path);
		else
			used += snprintf(value + used,
					 (size_t)(OE_SYSFS_VALUE_MAX - used),
					 "%s%.*s", used ? "\n" : "",
					 (int)length, rule);
	}
	return value;
}

static void write_again(const struct oe_conf_setting *setting)
{
	char value[OE_SYSFS_VALUE_MAX];
	char text[200];
	int err;

	oe_log(OE_LOG_INFO,
	       "%s: a file was replaced: the rules are written again; a process that still executes the old one is no member until it is restarted",
	       setting->path);
	err = oe_sysfs_write(setting->path, oe_exe_rules_value(setting, value));
	if (err)
		oe_log(OE_LOG_ERROR, "%s",
		       oe_refusal_explain(text, sizeof(text), setting->path,
					  value, err));
}

/**
 * oe_exe_rules_look - write rules again whose files have changed
 * @conf: in force
 *
 * Not in an emergency: looks up paths, and the module allocates.
 */
void oe_exe_rules_look(const struct oe_conf *conf)
{
	int nr = 0;

	for (int i = 0; i < conf->nr_settings && nr < OE_CONF_MAX_GROUPS; i++) {
		const struct oe_conf_setting *setting = &conf->settings[i];
		uint64_t before = seen[nr];

		if (!has_exe(setting))
			continue;
		/* A change from here on is seen at the next look. */
		seen[nr] = sum_files(setting->value);
		if (before && before != seen[nr])
			write_again(setting);
		nr++;
	}
}

/**
 * oe_exe_rules_begin - before a configuration is written
 * @conf: the configuration
 */
void oe_exe_rules_begin(const struct oe_conf *conf)
{
	memset(seen, 0, sizeof(seen));
	oe_exe_rules_look(conf);
}
