/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sections for the module.
 */
#ifndef OE_CONFIG_MODULE_H
#define OE_CONFIG_MODULE_H

#include "common/config_key.h"

/* Modes set these too. */
extern const struct oe_conf_key oe_conf_policy_keys[];
extern const struct oe_conf_key oe_conf_group_keys[];

const struct oe_conf_key *oe_conf_key_of_file(const char *file);

bool oe_conf_policy_line(struct oe_conf_reader *reader, const char *name,
			 const char *value);
bool oe_conf_rankings_line(struct oe_conf_reader *reader, const char *name,
			   const char *value);
bool oe_conf_levels_line(struct oe_conf_reader *reader, const char *name,
			 const char *value);
bool oe_conf_limits_line(struct oe_conf_reader *reader, const char *name,
			 const char *value);
bool oe_conf_group_line(struct oe_conf_reader *reader, const char *group,
			const char *name, const char *value);
bool oe_conf_cgroup_line(struct oe_conf_reader *reader, const char *watch,
			 const char *name, const char *value);
bool oe_conf_limit_line(struct oe_conf_reader *reader, const char *who,
			const char *name, const char *value);

#endif
