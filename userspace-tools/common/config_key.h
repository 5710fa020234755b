/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of the configuration: their permitted values, and the effect of a key
 * that is given twice.
 */
#ifndef OE_CONFIG_KEY_H
#define OE_CONFIG_KEY_H

#include <string.h>

#include "common/config_text.h"

enum oe_conf_value {
	VALUE_NUMBER,
	VALUE_SIZE,
	VALUE_WORD,
	VALUE_SIGNAL,
	VALUE_PATTERN,
	VALUE_CGROUP,
	VALUE_ONE_CGROUP,
	VALUE_UIDS,
	VALUE_UID_LIST,
	VALUE_TIME,
	VALUE_PATH,
	VALUE_RULE,
	VALUE_UNIT,
};

enum {
	DAY_MS = 24 * 3600 * 1000,
};

/**
 * struct oe_conf_key - a key and what it may be
 * @name: for most it is also the name of the module's file
 * @type: of its value
 * @min: VALUE_NUMBER; VALUE_TIME: milliseconds
 * @max: the same
 * @words: VALUE_WORD: NULL terminated
 */
struct oe_conf_key {
	const char *name;
	enum oe_conf_value type;
	long long min;
	long long max;
	const char *const *words;
};

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

const struct oe_conf_key *oe_conf_find_key(const struct oe_conf_key *keys,
					   const char *name);

bool oe_conf_unknown_key(struct oe_conf_reader *reader,
			 const struct oe_conf_key *keys, const char *section,
			 const char *name);
bool oe_conf_judge(const struct oe_conf_key *key, const char *value, char *why,
		   size_t size);
bool oe_conf_check(struct oe_conf_reader *reader, const struct oe_conf_key *key,
		   const char *value);

bool oe_conf_may_override(struct oe_conf_reader *reader, const char *what,
			  struct oe_conf_place before);

bool oe_conf_fill_setting(struct oe_conf_reader *reader,
			  struct oe_conf_setting *setting, const char *path,
			  const char *value);

/* The line is the section's own: it exists, with or without keys. */
static inline bool oe_conf_opens_section(const char *name)
{
	return !strcmp(name, OE_CONF_SECTION_KEY);
}

#endif
