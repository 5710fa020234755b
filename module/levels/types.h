/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is measured of a stall, of the machine or of a memory cgroup.
 */
#ifndef OE_LEVELS_TYPES_H
#define OE_LEVELS_TYPES_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct kernfs_node;

/**
 * struct oe_stall_figure - a share of time that can be read and polled
 * @lock: of the node
 * @node: of its file; NULL = not there
 * @percent: at the last look
 */
struct oe_stall_figure {
	spinlock_t lock;
	struct kernfs_node *node;
	unsigned int percent;
};

#endif /* OE_LEVELS_TYPES_H */
