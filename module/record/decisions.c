// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of the last decisions.
 */
#include "core.h"

#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lib/ring.h"
#include "record/decisions.h"

static struct oe_event events[OE_NR_EVENTS];
static struct oe_ring ring = OE_RING_INIT(ring, events);
static struct oe_arguments_log arguments_log; /* under ring.lock */

/**
 * oe_events_record - remember how an episode ended
 * @episode: complete; copied
 * @arguments: command line of its victim; "" = not known
 *
 * Context: OOM path with oom_lock held, or the settling worker in its place;
 * allocates nothing.
 */
void oe_events_record(const struct oe_episode *episode, const char *arguments)
{
	u64 age_ns = ktime_get_ns() - episode->entered_ns;
	struct oe_event *event;

	spin_lock(&ring.lock);
	event = oe_ring_add(&ring);
	event->episode = *episode;
	event->episode.call.domain = (struct oe_domain){};
	strscpy(event->episode.call.domain.group, episode->call.domain.group,
		OE_GROUP_NAME);
	event->episode.decision.task = NULL;
	event->time_ns = ktime_get_real_ns() - age_ns;
	event->arguments = oe_arguments_add(&arguments_log, arguments);
	spin_unlock(&ring.lock);
}

/**
 * oe_events_range - the numbers of the decisions in the record
 * @first: the oldest
 * @end: one more than the newest
 *
 * Context: process context.
 */
void oe_events_range(u64 *first, u64 *end)
{
	oe_ring_range(&ring, first, end);
}

/**
 * oe_events_copy - one decision
 * @number: of oe_events_range()
 * @event: the result
 * @arguments: the command line of its victim; "" if it is not known, or has been
 *	overwritten
 *
 * Context: process context.
 * Return: false if it has been overwritten meanwhile.
 */
bool oe_events_copy(u64 number, struct oe_event *event,
		    char arguments[OE_ARGUMENTS_SIZE])
{
	if (!oe_ring_copy(&ring, number, event))
		return false;
	spin_lock(&ring.lock);
	oe_arguments_copy(&arguments_log, event->arguments, arguments);
	spin_unlock(&ring.lock);
	return true;
}
