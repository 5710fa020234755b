/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The section that a line belongs to.
 */
#ifndef OE_CONFIG_SECTION_H
#define OE_CONFIG_SECTION_H

#include "common/config_text.h"

bool oe_conf_line(struct oe_conf_reader *reader, const char *section,
		  const char *name, char *value);

#endif
