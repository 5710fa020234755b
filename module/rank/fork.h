/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_FORK_H
#define OE_FORK_H

#include <linux/types.h>

void oe_fork_init(void);
bool oe_fork_available(void);
int oe_fork_watch(void);
void oe_fork_unwatch(void);

#endif /* OE_FORK_H */
