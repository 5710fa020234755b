/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_QUIET_H
#define OE_QUIET_H

#include <linux/types.h>

struct oe_episode;

void oe_quiet_init(void);
void oe_quiet_exit(void);
bool oe_quiet_now(void);
bool oe_quiet_for(const struct oe_episode *episode);

#endif /* OE_QUIET_H */
