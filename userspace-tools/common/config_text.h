/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the reader of the configuration (config.c) and the parsers of single values
 * (config_value.c) share. Private to them.
 */
#ifndef OE_CONFIG_TEXT_H
#define OE_CONFIG_TEXT_H

#include "common/config.h"
#include "uapi/oom_embedded.h"

/* Stands for the beginning of a section; nobody can write it into a file by accident. */
#define OE_CONF_SECTION_KEY "\001"

enum {
	OE_CONF_MAX_LINE =
		200, /* what inih takes by default, newline and NUL included */
	OE_CONF_MAX_NAME = OOM_EMBEDDED_GROUP_NAME_MAX,
	OE_CONF_MAX_SECTIONS = 128, /* of a file */
	OE_CONF_LEAVE_UNSAID = -2, /* a mode's leave_ms before its default */
};

/**
 * struct oe_conf_reader - what a file is read with
 * @conf: where it goes
 * @stream: the file
 * @place: the line
 * @in_section_line: the last line was one
 * @marks: at which of its calls inih was given a key that is not in the file
 * @nr_marks: how often
 * @calls: of inih for a line
 */
struct oe_conf_reader {
	struct oe_conf *conf;
	FILE *stream;
	struct oe_conf_place place;
	bool in_section_line;
	int marks[OE_CONF_MAX_SECTIONS];
	int nr_marks;
	int calls;
};

/**
 * oe_conf_error - report an error and count it
 * @conf: the configuration, which is unusable from now on
 * @place: where
 * @format: what is wrong and what would be right; what is not printable comes out as "?"
 *
 * Return: false, so that "return oe_conf_error(...)" reads well.
 */
__attribute__((format(printf, 3, 4))) bool
oe_conf_error(struct oe_conf *conf, struct oe_conf_place place,
	      const char *format, ...);

/* A copy that lives as long as the configuration; NULL, and an error, if there is no room. */
const char *oe_conf_keep(struct oe_conf *conf, struct oe_conf_place place,
			 const char *text);

/* text as a command: an absolute path and arguments, split at blanks. NULL after an error. */
const char *const *oe_conf_command(struct oe_conf *conf,
				   struct oe_conf_place place,
				   const char *text);

/* The next word of *text, cut off in place; NULL at the end. */
char *oe_conf_word(char **text);

bool oe_conf_is_name(const char *text);
bool oe_conf_number(const char *text, long long min, long long max,
		    long long *value);

/* "500ms", "5s", "2min", "1h": at most a day. */
bool oe_conf_time(const char *text, int *ms);

/* The two little languages; false after an error. text is taken apart. */
bool oe_conf_parse_step(struct oe_conf *conf, struct oe_conf_place place,
			char *text, struct oe_conf_step *step);
bool oe_conf_parse_condition(struct oe_conf *conf, struct oe_conf_place place,
			     char *text, struct oe_conf_condition *condition);

/* One "name = value" of a section; false after an error. value is taken apart. */
bool oe_conf_line(struct oe_conf_reader *reader, const char *section,
		  const char *name, char *value);
bool oe_conf_too_many(struct oe_conf_reader *reader, const char *what, int max);

/* Index of what has that name, or -1. */
int oe_conf_find_service(const struct oe_conf *conf, const char *name);
int oe_conf_find_helper(const struct oe_conf *conf, const char *name);

#endif /* OE_CONFIG_TEXT_H */
