/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_SWAPPINESS_H
#define OE_SWAPPINESS_H

#include <linux/types.h>

void oe_swappiness_init(void);
void oe_swappiness_exit(void);
void oe_swappiness_look(void);
bool oe_swappiness_is_used(bool is_cgroup);

#endif /* OE_SWAPPINESS_H */
