/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_RANK_SELF_H
#define OE_CLI_RANK_SELF_H

#include "cli/commands/commands.h"

int rank_self_run(const struct arguments *args);

#endif
