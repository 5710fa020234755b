/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The figure of a stall, of the machine or of a memory cgroup.
 */
#ifndef OE_LEVELS_TYPES_H
#define OE_LEVELS_TYPES_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "rules/stall.h"

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

/**
 * enum oe_cgroup_count - what is counted when a process of a watched cgroup does it
 * @OE_CGROUP_FILE_REFAULTS: fetches a page of a file that was dropped a short time ago
 * @OE_CGROUP_ANON_REFAULTS: the same of an anonymous page
 * @OE_CGROUP_STOLEN: reclaims a page because of a cgroup's limit
 * @OE_CGROUP_WAITED_US: waits for that, in microseconds
 * @OE_NR_CGROUP_COUNTS: how many there are
 */
enum oe_cgroup_count {
	OE_CGROUP_FILE_REFAULTS,
	OE_CGROUP_ANON_REFAULTS,
	OE_CGROUP_STOLEN,
	OE_CGROUP_WAITED_US,
	OE_NR_CGROUP_COUNTS,
};

/**
 * struct oe_cgroup_stall - how much of the time a watched cgroup is stalled
 * @counts: by &enum oe_cgroup_count; they may wrap
 * @serial: of the cgroup that this is about
 * @faults: of oe_major_faults_below() at the last look
 * @last: the last sample
 * @window: of the samples
 * @asked_ms: when a victim was asked for in it; 0 = never
 * @pause_until_ms: none is asked for before that
 * @figure: its file stall_percent
 *
 * @serial to @pause_until_ms are of the thread that looks.
 */
struct oe_cgroup_stall {
	atomic_long_t counts[OE_NR_CGROUP_COUNTS];
	u64 serial;
	unsigned long faults;
	struct oe_stall_sample last;
	struct oe_stall window;
	u64 asked_ms;
	u64 pause_until_ms;
	struct oe_stall_figure figure;
};

#endif /* OE_LEVELS_TYPES_H */
