/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of [rankings] as groups of the module: each is a group with one rule, whose name begins
 * with OE_RANKING_PREFIX.
 */
#ifndef OE_CONFIG_RANKING_H
#define OE_CONFIG_RANKING_H

#include "common/config.h"
#include "uapi/oom_embedded.h"

#define OE_RANKING_PREFIX "rankings-"
/* Of groups that are made of units with X-OOMRank=. */
#define OE_UNIT_PREFIX "units-"

enum {
	OE_RANKING_NAME = OOM_EMBEDDED_GROUP_NAME_MAX + 1,
};

void oe_conf_group_name(const char *prefix, const char *text, char *name);
void oe_ranking_name(const char *pattern, char *name);
const struct oe_conf_ranking *oe_ranking_find(const struct oe_conf *conf,
					      const char *group);
const struct oe_conf_ranking *oe_ranking_of_change(const struct oe_conf *conf,
						   const char *file,
						   const char *value);

#endif
