/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_CHANGE_STAGE_H
#define OE_TOOLS_CHANGE_STAGE_H

#include <stdbool.h>

#include "common/change.h"

/* For change.c only. */
bool oe_change_is_missing(const struct oe_changes *changes,
			  const struct oe_change *one);

void oe_changes_plan(struct oe_changes *changes);
struct oe_change *oe_changes_stage(struct oe_changes *changes, bool stop);

#endif
