/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_QUIET_H
#define OE_QUIET_H

#include <linux/types.h>

int oe_quiet_init(void);
void oe_quiet_exit(void);
bool oe_quiet_now(void);

#endif /* OE_QUIET_H */
