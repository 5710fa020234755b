/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sections for the manager. A value that is not const is taken apart.
 */
#ifndef OE_CONFIG_MANAGER_H
#define OE_CONFIG_MANAGER_H

#include "common/config_text.h"

bool oe_conf_daemon_line(struct oe_conf_reader *reader, const char *name,
			 const char *value);
bool oe_conf_mode_line(struct oe_conf_reader *reader, const char *section,
		       const char *name, char *value);
bool oe_conf_service_line(struct oe_conf_reader *reader, const char *section,
			  const char *name, char *value);
bool oe_conf_helper_line(struct oe_conf_reader *reader, const char *section,
			 const char *name, const char *value);

int oe_conf_find_service(const struct oe_conf *conf, const char *name);
int oe_conf_find_helper(const struct oe_conf *conf, const char *name);

#endif
