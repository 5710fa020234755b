/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_EVENTS_H
#define OE_EVENTS_H

#include "episode.h"
#include "lib/arguments.h"

enum {
	OE_NR_EVENTS = 64,
};

/**
 * struct oe_event - a decision in the record
 * @episode: what is said of it in `events`, as it was when it ended; the rest is 0
 * @time_ns: CLOCK_REALTIME of its beginning
 * @arguments: command line of its victim; "" = not known
 */
struct oe_event {
	struct oe_episode episode;
	u64 time_ns;
	char arguments[OE_ARGUMENTS_SIZE];
};

void oe_events_record(const struct oe_episode *episode, const char *arguments);
void oe_events_range(u64 *first, u64 *end);
bool oe_events_copy(u64 number, struct oe_event *event);

#endif /* OE_EVENTS_H */
