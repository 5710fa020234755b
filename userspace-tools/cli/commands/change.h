/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHANGE_H
#define OE_CLI_CHANGE_H

#include "common/change.h"

int changes_make(struct oe_changes *changes);
void changes_show(const struct oe_changes *changes);

#endif
