/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * X-OOMRank= in unit files: a package says how much its service matters. Each such unit is a group of
 * the module with a rule for the unit's cgroup.
 */
#ifndef OE_UNIT_RANKS_H
#define OE_UNIT_RANKS_H

#include "common/change.h"
#include "common/config.h"

typedef void (*oe_unit_complain)(const char *unit, const char *why);

int oe_unit_ranks_add(struct oe_changes *changes, const struct oe_conf *conf,
		      oe_unit_complain complain);

#endif
