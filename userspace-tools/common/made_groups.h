/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MADE_GROUPS_H
#define OE_MADE_GROUPS_H

#include <stdbool.h>

#include "common/change.h"

void oe_made_groups_remove(struct oe_changes *changes, const char *prefix,
			   const char *const *files,
			   bool (*is_wanted)(const char *group,
					     const void *arg),
			   const void *arg);

#endif /* OE_MADE_GROUPS_H */
