/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHECK_REFERS_H
#define OE_CLI_CHECK_REFERS_H

#include "common/config.h"

void check_refers(const struct oe_conf *conf);
const struct oe_conf_condition *check_refers_find(const struct oe_conf *conf,
						  enum oe_conf_term_type type);

#endif
