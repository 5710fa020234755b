/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHECK_UNITS_H
#define OE_CLI_CHECK_UNITS_H

#include "common/records.h"

void check_units(const struct oe_rows *rows);

#endif
