/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_COUNTS_H
#define OE_CGROUP_COUNTS_H

#include <linux/types.h>

struct oe_cgroup_watch;

void oe_cgroup_counts_measure(bool on);
bool oe_cgroup_counts_measured(void);
void oe_cgroup_counts_add(struct oe_cgroup_watch *watch);
void oe_cgroup_counts_remove(struct oe_cgroup_watch *watch);
struct oe_cgroup_watch *oe_cgroup_counts_watch(unsigned int place);

#endif /* OE_CGROUP_COUNTS_H */
