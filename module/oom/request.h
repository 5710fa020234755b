/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A victim that is asked for while allocations still succeed.
 */
#ifndef OE_REQUEST_H
#define OE_REQUEST_H

#include "episode.h"

#ifdef CONFIG_KPROBES

void oe_request_init(void);
void oe_request_exit(void);
int oe_request_victim(enum oe_kind kind, unsigned int stall_percent,
		      const char *group);
const char *oe_request_group(void);
unsigned int oe_request_stall(void);
enum oe_kind oe_request_kind(void);
bool oe_request_terms_first(void);
bool oe_request_insists(void);
bool oe_request_past_victims(void);
struct task_struct *oe_request_only(void);
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

static inline int oe_request_victim(enum oe_kind kind,
				    unsigned int stall_percent,
				    const char *group)
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
