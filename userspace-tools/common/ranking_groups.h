/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * [rankings] as groups of the module. The module judges a rule whenever a ranking is asked for, so
 * a process has its ranking from its first instruction on, and another one as soon as it has
 * another name.
 */
#ifndef OE_RANKING_GROUPS_H
#define OE_RANKING_GROUPS_H

#include "common/change.h"
#include "common/config.h"

int oe_ranking_groups_add(struct oe_changes *changes,
			  const struct oe_conf *conf);
void oe_ranking_groups_remove(struct oe_changes *changes,
			      const struct oe_conf *conf);

#endif
