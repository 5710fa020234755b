/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a limit, for every file of limits/.
 */
#ifndef OE_LIMIT_TYPES_H
#define OE_LIMIT_TYPES_H

#include <linux/types.h>
#include <linux/uidgid.h>

#include "rules/limit_rule.h"

struct pid;

/**
 * struct oe_limit_use - what one scan has measured of a user
 * @pages: resident pages of its processes
 * @ending: the part of @pages held by those that are exiting
 * @biggest: the biggest one that may be chosen, with a reference, or NULL
 * @biggest_pages: its size
 */
struct oe_limit_use {
	u64 pages;
	u64 ending;
	struct pid *biggest;
	unsigned long biggest_pages;
};

/**
 * struct oe_limit - the limit of one user, part of its directory in sysfs
 * @uid: the real uid of the processes
 * @max_kb: how much they may hold; 0 = no limit
 * @exceed_allowed_ms: how long they may hold more
 * @term_timeout_ms: from SIGTERM to SIGKILL
 * @rss_kb: how much they held at the last scan
 * @exceeded_ms: for how long they had exceeded @max_kb at the last scan
 * @nr_kills: processes that have ended because of it
 * @state: for limit_rule.c
 * @use: of the scan under way
 * @victim: the process that was sent a signal, with a reference; or NULL
 *
 * @max_kb to @term_timeout_ms are written by sysfs and read by the scan,
 *	@rss_kb to @nr_kills the other way round, each by READ_ONCE() and
 *	WRITE_ONCE(). The rest is the scan's, under its lock.
 */
struct oe_limit {
	kuid_t uid;
	unsigned long max_kb;
	unsigned int exceed_allowed_ms;
	unsigned int term_timeout_ms;
	unsigned long rss_kb;
	unsigned long exceeded_ms;
	unsigned long nr_kills;
	struct oe_limit_state state;
	struct oe_limit_use use;
	struct pid *victim;
};

#endif /* OE_LIMIT_TYPES_H */
