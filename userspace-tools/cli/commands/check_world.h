/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHECK_WORLD_H
#define OE_CLI_CHECK_WORLD_H

void check_world(void);

#endif
