/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a limit, for every file of limits/.
 */
#ifndef OE_LIMIT_TYPES_H
#define OE_LIMIT_TYPES_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "rank/cgroup_path.h"
#include "rules/limit_rule.h"

struct pid;

enum {
	/* Processes that a limit remembers without more memory. */
	OE_LIMIT_FEW = 8,
	/* Ranges of users or groups: its own, and subordinate ones. */
	OE_LIMIT_RANGES = 8,
	/* Parents of victims that a limit remembers. */
	OE_LIMIT_PARENTS = 8,
};

/**
 * enum oe_limit_measure - what counts as the memory of a user
 * @OE_LIMIT_RSS: the resident memory of each process
 * @OE_LIMIT_PRIVATE: what is in one process only, resident or swapped out, and
 *	the files of tmpfs, shared and anonymous ones too, once, by their owner
 */
enum oe_limit_measure {
	OE_LIMIT_RSS,
	OE_LIMIT_PRIVATE,
};

/**
 * enum oe_limit_kind - what a limit is about
 * @OE_LIMIT_UID: processes by their real user
 * @OE_LIMIT_GID: processes by their real group
 * @OE_LIMIT_CGROUP: processes of a cgroup (version 2), and of those below it
 * @OE_LIMIT_NR_KINDS: how many there are
 */
enum oe_limit_kind {
	OE_LIMIT_UID,
	OE_LIMIT_GID,
	OE_LIMIT_CGROUP,
	OE_LIMIT_NR_KINDS,
};

/**
 * struct oe_limit_range - users or groups
 * @first: the lowest number, in the initial user namespace
 * @last: the highest one
 */
struct oe_limit_range {
	u32 first;
	u32 last;
};

/**
 * struct oe_limit_who - whom a limit is about
 * @kind: &enum oe_limit_kind
 * @name: as it is written to create; allocated
 * @cgroup: of that kind only
 * @nr: how many ranges; 0 for a cgroup
 * @ranges: the first one is that of @name, the others are subordinate
 */
struct oe_limit_who {
	enum oe_limit_kind kind;
	char *name;
	struct oe_cgroup_path cgroup;
	unsigned int nr;
	struct oe_limit_range ranges[OE_LIMIT_RANGES];
};

/**
 * struct oe_limit_slot - a process that a limit remembers
 * @pid: with a reference
 * @gain: pages that its end brings, at the last look
 * @held: more that it may bring: files in memory, or the process that it traces
 * @fate: its state at the last look
 * @rank: its ranking when it was chosen
 * @told: that it does not end has been said
 * @is_parent: in this scan it had its turn because of its children
 * @is: for limit_rule.c
 */
struct oe_limit_slot {
	struct pid *pid;
	unsigned long gain;
	unsigned long held;
	enum oe_limit_fate fate;
	u16 rank;
	bool told;
	bool is_parent;
	struct oe_limit_victim is;
};

/**
 * struct oe_limit_victims - the processes that a limit remembers
 * @slots: @few, or memory of their own
 * @nr: of them in use
 * @size: how many there are
 * @few: those that are always there
 */
struct oe_limit_victims {
	struct oe_limit_slot *slots;
	unsigned int nr;
	unsigned int size;
	struct oe_limit_slot few[OE_LIMIT_FEW];
};

/**
 * struct oe_limit_parent - a process whose children were chosen
 * @pid: with a reference, or NULL
 * @brood: for limit_rule.c
 */
struct oe_limit_parent {
	struct pid *pid;
	struct oe_limit_brood brood;
};

/**
 * struct oe_limit_mark - the first in order while the user is above
 * @pid: with a reference, or NULL
 * @rank: its ranking when it was that
 */
struct oe_limit_mark {
	struct pid *pid;
	u16 rank;
};

/**
 * struct oe_limit_use - what one scan has measured of a user
 * @pages: of its processes
 * @loose_pages: of files in memory that go with the last process that has them
 * @fixed_pages: of files in memory that stay, whoever ends
 * @best: the process to choose first, with a reference, or NULL
 * @best_is: for limit_rule.c
 */
struct oe_limit_use {
	u64 pages;
	u64 loose_pages;
	u64 fixed_pages;
	struct pid *best;
	struct oe_limit_candidate best_is;
};

/**
 * struct oe_limit - the limit of one user, part of its directory in sysfs
 * @node: in the list of limits
 * @who: whose memory counts
 * @max_kb: how much they may hold; 0 = no limit
 * @exceed_allowed_ms: how long they may hold more
 * @refill_ms: how long they have to hold less for a whole allowance
 * @warn_ms: so long before the end of an allowance there is a warning
 * @term_timeout_ms: from the request to SIGKILL
 * @signal: the request
 * @rss_kb: how much they held at the last scan
 * @shared_kb: the part of it in files in memory
 * @exceeded_ms: for how long they had exceeded @max_kb at the last scan
 * @left_ms: what was left of the allowance at the last scan
 * @nr_kills: processes that have ended because of it
 * @state: for limit_rule.c
 * @use: of the scan under way
 * @victims: processes that are ending, or were asked to
 * @parents: those of victims, and of former ones
 * @storm_uid: the user of the last victim that was made anew
 * @next_parent: the one to forget next
 * @mark: keeps its ranking if it is only renamed
 * @untold: reports that were dropped since the last one
 *
 * @max_kb to @signal are written by sysfs and read by the scan, @rss_kb to
 *	@nr_kills the other way round, each by READ_ONCE() and WRITE_ONCE(). The
 *	rest is the scan's, under its lock.
 */
struct oe_limit {
	struct list_head node;
	struct oe_limit_who who;
	unsigned long max_kb;
	unsigned int exceed_allowed_ms;
	unsigned int refill_ms;
	unsigned int warn_ms;
	unsigned int term_timeout_ms;
	int signal;
	unsigned long rss_kb;
	unsigned long shared_kb;
	unsigned long exceeded_ms;
	unsigned long left_ms;
	unsigned long nr_kills;
	struct oe_limit_state state;
	struct oe_limit_use use;
	struct oe_limit_victims victims;
	struct oe_limit_parent parents[OE_LIMIT_PARENTS];
	kuid_t storm_uid;
	unsigned int next_parent;
	struct oe_limit_mark mark;
	unsigned int untold;
};

#endif /* OE_LIMIT_TYPES_H */
