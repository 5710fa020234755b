/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_RANK_TREE_H
#define OE_CLI_RANK_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/change.h"
#include "common/records.h"

const struct oe_row *rank_find_row(const struct oe_rows *rows, int pid);
void rank_add_change(struct oe_changes *changes, const struct oe_rows *ranking,
		     int pid, const char *rank, bool may_vanish);
int rank_tree_set(int root, const char *rank);
long long rank_tree_others(int root, const char *rank);

#endif
