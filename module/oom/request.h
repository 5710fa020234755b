/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A victim that is asked for while allocations still succeed.
 */
#ifndef OE_REQUEST_H
#define OE_REQUEST_H

#include "episode.h"

struct mem_cgroup;

/**
 * struct oe_request - which victim is asked for
 * @kind: OE_KIND_REQUEST or OE_KIND_EARLY
 * @stall_percent: the share of time in a stall, if that is the reason; else 0
 * @group: the name of the group that it shall be a member of; "" = any process
 * @within: the memory cgroup that it shall be in; NULL = any process
 */
struct oe_request {
	enum oe_kind kind;
	unsigned int stall_percent;
	const char *group;
	struct mem_cgroup *within;
};

#ifdef CONFIG_KPROBES

void oe_request_init(void);
void oe_request_exit(void);
int oe_request_victim(const struct oe_request *request);
enum oe_kind oe_request_kind(void);
void oe_request_fill(struct oe_call *call);
void oe_request_terminate(const struct oe_episode *episode);
void oe_request_ended(enum oe_outcome outcome);

#else

#include <linux/errno.h>

static inline void oe_request_init(void)
{
}

static inline void oe_request_exit(void)
{
}

static inline int oe_request_victim(const struct oe_request *request)
{
	return -EOPNOTSUPP;
}

static inline void oe_request_terminate(const struct oe_episode *episode)
{
}

static inline void oe_request_ended(enum oe_outcome outcome)
{
}

#endif /* CONFIG_KPROBES */

#endif /* OE_REQUEST_H */
