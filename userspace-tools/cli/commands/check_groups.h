/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHECK_GROUPS_H
#define OE_CLI_CHECK_GROUPS_H

void check_groups(void);

#endif
