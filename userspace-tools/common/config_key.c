// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration's keys, by section: the values that they accept, and the meaning of a second
 * setting of one.
 */
#include <string.h>

#include "common/config_key.h"
#include "common/config_unit_path.h"
#include "common/config_value.h"
#include "common/words.h"

enum {
	COMM_MAX = OOM_EMBEDDED_PATTERN_MAX - 1,
	PROCESS_NAME_MAX = 15, /* of /proc/PID/comm */
};

/**
 * oe_conf_find_key - find a key
 * @keys: a list that ends with END
 * @name: of the key
 *
 * Return: the key, or NULL.
 */
const struct oe_conf_key *oe_conf_find_key(const struct oe_conf_key *keys,
					   const char *name)
{
	for (; keys->name; keys++)
		if (!strcmp(keys->name, name))
			return keys;
	return NULL;
}

/**
 * oe_conf_unknown_key - report a key that a section does not have
 * @reader: at that line
 * @keys: those of the section
 * @section: its name
 * @name: as written
 *
 * Return: false.
 */
bool oe_conf_unknown_key(struct oe_conf_reader *reader,
			 const struct oe_conf_key *keys, const char *section,
			 const char *name)
{
	char known[256] = "";

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

/* After "[": the rest behind the "]", or NULL if there is none. */
static const char *end_of_set(const char *set)
{
	const char *end;

	if (*set == '!' || *set == '^')
		set++;
	/* A "]" that comes first is one of the characters. */
	end = *set ? strchr(set + 1, ']') : NULL;
	return end ? end + 1 : NULL;
}

/* How many characters a name has at least that matches a pattern. */
static int shortest_match(const char *pattern)
{
	int length = 0;

	while (*pattern) {
		const char *end = *pattern == '[' ? end_of_set(pattern + 1) :
						    NULL;

		length += *pattern != '*';
		if (*pattern == '\\' && pattern[1])
			pattern++;
		pattern = end ? end : pattern + 1;
	}
	return length;
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

static bool is_uid_list(const char *value)
{
	char word[32];

	while (*(value += strspn(value, " "))) {
		size_t length = strcspn(value, " ");

		snprintf(word, sizeof(word), "%.*s", (int)length, value);
		if (length >= sizeof(word) || !is_uids(word))
			return false;
		value += length;
	}
	return true;
}

static bool is_path(const char *value)
{
	return value[0] == '/' && is_plain(value, OE_CONF_MAX_LINE) &&
	       !strstr(value, "/../");
}

static bool wrong_number(const struct oe_conf_key *key, const char *value,
			 char *why, size_t size)
{
	snprintf(why, size, "%s: '%.80s' is not a number from %lld to %lld",
		 key->name, value, key->min, key->max);
	return false;
}

static bool wrong_word(const struct oe_conf_key *key, const char *value,
		       char *why, size_t size)
{
	char known[80] = "";

	for (const char *const *word = key->words; *word; word++) {
		size_t used = strlen(known);

		snprintf(known + used, sizeof(known) - used, "%s%s",
			 used ? ", " : "", *word);
	}
	snprintf(why, size, "%s: '%.80s' is none of: %s", key->name, value,
		 known);
	return false;
}

static bool check_time(const struct oe_conf_key *key, const char *value,
		       char *why, size_t size)
{
	int ms;

	if (oe_conf_time(value, &ms) && ms >= key->min && ms <= key->max)
		return true;
	snprintf(
		why, size,
		"%s: '%.80s' is no time from %lldms to %llds; 500ms or 2s would be one",
		key->name, value, key->min, key->max / 1000);
	return false;
}

static bool check_pattern(const struct oe_conf_key *key, const char *value,
			  char *why, size_t size)
{
	if (!*value || !is_plain(value, COMM_MAX)) {
		snprintf(
			why, size,
			"%s: '%.80s' is no pattern of a process name (for a blank write '?')",
			key->name, value);
		return false;
	}
	if (shortest_match(value) <= PROCESS_NAME_MAX)
		return true;
	snprintf(
		why, size,
		"%s: '%.80s' matches no process: names are cut off after %d characters; '%.*s*' would match",
		key->name, value, PROCESS_NAME_MAX, PROCESS_NAME_MAX - 1,
		value);
	return false;
}

static const struct oe_conf_key conditions[] = {
	TYPE("exe", VALUE_PATH),
	TYPE("cgroup", VALUE_CGROUP),
	TYPE("comm", VALUE_PATTERN),
	TYPE("uid", VALUE_UIDS),
	END,
};

/* A word "KEY=VALUE" of a rule, cut off if it is longer than any may be. */
static bool check_condition(const char *word, size_t length,
			    unsigned int *asked, char *why, size_t size)
{
	const struct oe_conf_key *key;
	char text[OE_CONF_MAX_LINE];
	char *value;

	snprintf(text, sizeof(text), "%.*s", (int)length, word);
	value = strchr(text, '=');
	if (value)
		*value++ = '\0';
	key = oe_conf_find_key(conditions, text);
	if (!key || !value) {
		snprintf(
			why, size,
			"rule: '%.80s' is none of exe=PATH, cgroup=PATH, comm=PATTERN, uid=FIRST-LAST",
			text);
		return false;
	}
	if (*asked & 1U << (key - conditions)) {
		snprintf(why, size, "rule: %s is said twice", key->name);
		return false;
	}
	*asked |= 1U << (key - conditions);
	/* The module has the last word about an escaped value. */
	return strchr(value, '\\') || oe_conf_judge(key, value, why, size);
}

static bool check_rule(const char *value, char *why, size_t size)
{
	static const char blanks[] = " \t";
	unsigned int asked = 0;
	size_t length;

	for (value += strspn(value, blanks); *value;
	     value += length, value += strspn(value, blanks)) {
		length = strcspn(value, blanks);
		if (!check_condition(value, length, &asked, why, size))
			return false;
	}
	if (!asked)
		snprintf(why, size, "rule: it has no condition");
	return asked;
}

/**
 * oe_conf_judge - may a key have this value?
 * @key: the key
 * @value: as written
 * @why: gets why not, in one line, cut off if it must be
 * @size: of @why
 *
 * Return: true if it may.
 */
bool oe_conf_judge(const struct oe_conf_key *key, const char *value, char *why,
		   size_t size)
{
	char rule[OE_CONF_UNIT_RULE];
	const char *expected = NULL;
	unsigned long long kb;
	long long number;

	switch (key->type) {
	case VALUE_NUMBER:
		return oe_conf_number(value, key->min, key->max, &number) ||
		       wrong_number(key, value, why, size);
	case VALUE_WORD:
		return oe_word_index(key->words, value) >= 0 ||
		       wrong_word(key, value, why, size);
	case VALUE_TIME:
		return check_time(key, value, why, size);
	case VALUE_RULE:
		return check_rule(value, why, size);
	case VALUE_PATTERN:
		return check_pattern(key, value, why, size);
	case VALUE_SIZE:
		if (!oe_conf_kb(value, 0, &kb))
			expected = "size: KiB, or a number with K, M, G or %";
		break;
	case VALUE_SIGNAL:
		if (oe_conf_signal(value) < 0)
			expected = "signal: none, TERM, USR1, ...";
		break;
	case VALUE_UNIT:
		if (!oe_unit_rule(value, rule, sizeof(rule)))
			expected =
				"unit of systemd with processes, in a slice: foo.service, a-b.slice, foo@.service";
		break;
	case VALUE_UIDS:
		if (!is_uids(value))
			expected = "uid or range FIRST-LAST";
		break;
	case VALUE_UID_LIST:
		if (!is_uid_list(value))
			expected =
				"list of uids and ranges FIRST-LAST, with blanks between";
		break;
	case VALUE_ONE_CGROUP:
		if (!is_path(value) || strpbrk(value, "*?["))
			expected =
				"path of one cgroup, that begins with '/', without * ? [";
		break;
	case VALUE_CGROUP:
	case VALUE_PATH:
		if (!is_path(value))
			expected = "path that begins with '/'";
		break;
	}
	if (expected)
		snprintf(why, size, "%s: '%.80s' is no %s", key->name, value,
			 expected);
	return !expected;
}

/**
 * oe_conf_check - check the value of a key
 * @reader: at that line
 * @key: the key
 * @value: as written
 *
 * Return: true, or false after an error.
 */
bool oe_conf_check(struct oe_conf_reader *reader, const struct oe_conf_key *key,
		   const char *value)
{
	char why[OE_CONF_MAX_LINE + 160];

	return oe_conf_judge(key, value, why, sizeof(why)) ||
	       oe_conf_error(reader->conf, reader->place, "%s", why);
}

/**
 * oe_conf_may_override - may a line replace an earlier one?
 * @reader: at that line
 * @what: is set again
 * @before: the place of the earlier setting
 *
 * Return: true if that was in another file; two lines of one file are an error.
 */
bool oe_conf_may_override(struct oe_conf_reader *reader, const char *what,
			  struct oe_conf_place before)
{
	if (before.file != reader->place.file)
		return true;
	return oe_conf_error(reader->conf, reader->place,
			     "%s is already said in line %d", what,
			     before.line);
}

/**
 * oe_conf_fill_setting - make a setting, or leave it as it was
 * @reader: at that line
 * @setting: result; unchanged if there is no room for the texts
 * @path: of the module's file
 * @value: for it
 *
 * Return: true, or false after an error.
 */
bool oe_conf_fill_setting(struct oe_conf_reader *reader,
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
