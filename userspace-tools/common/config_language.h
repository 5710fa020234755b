/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two little languages, of steps and of conditions.
 */
#ifndef OE_CONFIG_LANGUAGE_H
#define OE_CONFIG_LANGUAGE_H

#include "common/config_text.h"

bool oe_conf_parse_step(struct oe_conf *conf, struct oe_conf_place place,
			char *text, struct oe_conf_step *step);
bool oe_conf_parse_condition(struct oe_conf *conf, struct oe_conf_place place,
			     char *text, struct oe_conf_condition *condition);

#endif
