// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration's sections: the one that a line belongs to.
 */
#include <string.h>

#include "common/config_key.h"
#include "common/config_manager.h"
#include "common/config_module.h"
#include "common/config_section.h"
#include "common/config_value.h"
#include "common/words.h"

/* The section "KIND NAME"; its name, or NULL if it is of another kind. */
static const char *name_of_section(const char *section, const char *kind)
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
	static const char *const kinds[] = { "group",  "mode",	 "service",
					     "helper", "cgroup", NULL };
	const char *who = NULL;
	int kind;

	for (kind = 0; kinds[kind]; kind++) {
		who = name_of_section(section, kinds[kind]);
		if (who)
			break;
	}
	/* Said once, for the section, and not for each of its keys. */
	if (!who)
		return oe_conf_opens_section(name) &&
		       oe_conf_error(
			       reader->conf, reader->place,
			       "there is no section [%s]; there are policy, rankings, levels, "
			       "limits, daemon, group NAME, limit UID, cgroup NAME, mode NAME, service NAME, "
			       "helper NAME",
			       section);
	if (!oe_word_is_name(who))
		return oe_conf_opens_section(name) &&
		       oe_conf_error(
			       reader->conf, reader->place,
			       "[%s]: a name has 1 to %d of the characters a-z 0-9 _ -",
			       section, OE_CONF_MAX_NAME);
	switch (kind) {
	case 0:
		return oe_conf_group_line(reader, who, name, value);
	case 1:
		return oe_conf_mode_line(reader, who, name, value);
	case 2:
		return oe_conf_service_line(reader, who, name, value);
	case 3:
		return oe_conf_helper_line(reader, who, name, value);
	default:
		return oe_conf_cgroup_line(reader, who, name, value);
	}
}

/* Those of which there is one. */
static bool single_section_line(struct oe_conf_reader *reader,
				const char *section, const char *name,
				const char *value, bool *found)
{
	static const char *const sections[] = { "policy", "rankings", "levels",
						"limits", "daemon",   NULL };
	int which = oe_word_index(sections, section);

	*found = which >= 0;
	if (which < 0 || oe_conf_opens_section(name))
		return true;
	switch (which) {
	case 0:
		return oe_conf_policy_line(reader, name, value);
	case 1:
		return oe_conf_rankings_line(reader, name, value);
	case 2:
		return oe_conf_levels_line(reader, name, value);
	case 3:
		return oe_conf_limits_line(reader, name, value);
	default:
		return oe_conf_daemon_line(reader, name, value);
	}
}

/**
 * oe_conf_line - hand a line to its section
 * @reader: at that line
 * @section: "policy", "group NAME", ...
 * @name: the key
 * @value: its value; is taken apart
 *
 * Return: true, or false after an error.
 */
bool oe_conf_line(struct oe_conf_reader *reader, const char *section,
		  const char *name, char *value)
{
	const char *who = name_of_section(section, "limit");
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
		return oe_conf_limit_line(reader, who, name, value);
	return named_section_line(reader, section, name, value);
}
