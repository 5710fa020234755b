/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by all files of the configuration's reader: the reader itself, and the texts. Each of
 * these files calls those that stand after it only:
 *
 *	config.c		lines of files
 *	config_check.c		what only the whole can tell
 *	config_section.c	which section a line belongs to
 *	config_manager.c	the sections for the manager
 *	config_module.c		the sections for the module
 *	config_step.c, config_condition.c	the two little languages
 *	config_key.c		keys and their values
 *	config_value.c		single values
 *	config_unit_path.c	the cgroup of a unit of systemd
 *	config_unit.c		files of units
 *	config_ranking.c	which group a line of [rankings] is
 *	config_text.c		errors, copies, words
 */
#ifndef OE_CONFIG_TEXT_H
#define OE_CONFIG_TEXT_H

#include "common/config.h"
#include "uapi/oom_embedded.h"

/* Marks the beginning of a section. No key of a file can have this name. */
#define OE_CONF_SECTION_KEY "\001"

enum {
	OE_CONF_MAX_LINE = 200, /* inih's default, newline and NUL included */
	OE_CONF_MAX_NAME = OOM_EMBEDDED_GROUP_NAME_MAX,
	OE_CONF_UNIT_RULE = 2048, /* the rule that a unit becomes */
	OE_CONF_MAX_SECTIONS = 128, /* of a file */
	OE_CONF_LEAVE_UNSAID = -2, /* a mode's leave_ms before its default */
};

/**
 * struct oe_conf_reader - the reader of a file
 * @conf: the result
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

__attribute__((format(printf, 3, 4))) bool
oe_conf_error(struct oe_conf *conf, struct oe_conf_place place,
	      const char *format, ...);

void oe_conf_drop_last(struct oe_conf *conf, const char *text);
const char *oe_conf_keep(struct oe_conf *conf, struct oe_conf_place place,
			 const char *text);

const char *const *oe_conf_command(struct oe_conf *conf,
				   struct oe_conf_place place,
				   const char *text);

char *oe_conf_word(char **text);

bool oe_conf_too_many(struct oe_conf_reader *reader, const char *what, int max);

#endif /* OE_CONFIG_TEXT_H */
