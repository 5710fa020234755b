/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_STASH_H
#define OE_STASH_H

#include <linux/types.h>

bool oe_stash_fill(void);
void oe_stash_empty(void);

#endif /* OE_STASH_H */
