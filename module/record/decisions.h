/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_EVENTS_H
#define OE_EVENTS_H

#include "episode.h"
#include "lib/arguments.h"
#include "memory/memcg.h"

enum {
	OE_NR_EVENTS = 64,
};

/**
 * struct oe_event_more - what the record has of a decision beside the episode
 * @time_ns: CLOCK_REALTIME of its beginning
 * @memcg_path: of the cgroup that was in trouble, "" for none
 * @victim_cgroup: of the process that died; "" = none did, or not known
 * @arguments: command line of its victim; "" = not known
 */
struct oe_event_more {
	u64 time_ns;
	char memcg_path[OE_MEMCG_PATH];
	char victim_cgroup[OE_MEMCG_PATH];
	char arguments[OE_ARGUMENTS_SIZE];
};

/**
 * struct oe_event - a decision in the record
 * @episode: what is said of it in `events`, as it was when it ended; the rest is 0
 * @more: see there
 */
struct oe_event {
	struct oe_episode episode;
	struct oe_event_more more;
};

#ifdef CONFIG_OE_EVENTS
void oe_events_record(const struct oe_episode *episode,
		      const char *victim_cgroup, const char *arguments);
#else
static inline void oe_events_record(const struct oe_episode *episode,
				    const char *victim_cgroup,
				    const char *arguments)
{
}
#endif

void oe_events_range(u64 *first, u64 *end);
bool oe_events_copy(u64 number, struct oe_event *event);

#endif /* OE_EVENTS_H */
