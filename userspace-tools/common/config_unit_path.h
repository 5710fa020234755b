/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup of a unit of systemd.
 */
#ifndef OE_CONFIG_UNIT_PATH_H
#define OE_CONFIG_UNIT_PATH_H

#include <stdbool.h>
#include <stddef.h>

bool oe_unit_rule(const char *unit, char *rule, size_t size);

#endif
