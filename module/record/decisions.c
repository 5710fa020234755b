// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of the last decisions. Numbered from 0 for ever; a decision is
 * there until as many others as there is room for have come after it.
 */
#include "core.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>

#include "record/decisions.h"

static struct {
	spinlock_t lock;
	u64 nr_recorded; /* under lock, as the ring */
	struct oe_event ring[OE_NR_EVENTS];
} events = {
	.lock = __SPIN_LOCK_UNLOCKED(events.lock),
};

static struct oe_event *slot_of(u64 number)
{
	return &events.ring[number % OE_NR_EVENTS];
}

/**
 * oe_events_record - remember how an episode ended
 * @episode: complete; copied
 *
 * Context: OOM path with oom_lock held, or the settling worker in its place;
 * allocates nothing.
 */
void oe_events_record(const struct oe_episode *episode)
{
	u64 age_ns = ktime_get_ns() - episode->entered_ns;
	struct oe_event *event;

	spin_lock(&events.lock);
	event = slot_of(events.nr_recorded++);
	event->episode = *episode;
	event->episode.call.domain = (struct oe_domain){};
	event->episode.decision.task = NULL;
	event->time_ns = ktime_get_real_ns() - age_ns;
	spin_unlock(&events.lock);
}

/**
 * oe_events_range - which decisions are in the record
 * @first: the oldest
 * @end: one more than the newest
 *
 * Context: process context.
 */
void oe_events_range(u64 *first, u64 *end)
{
	spin_lock(&events.lock);
	*end = events.nr_recorded;
	spin_unlock(&events.lock);
	*first = *end - min_t(u64, *end, OE_NR_EVENTS);
}

/**
 * oe_events_copy - one decision
 * @number: of oe_events_range()
 * @event: where to
 *
 * Context: process context.
 * Return: false if it has been overwritten meanwhile.
 */
bool oe_events_copy(u64 number, struct oe_event *event)
{
	bool there;

	spin_lock(&events.lock);
	there = number + OE_NR_EVENTS >= events.nr_recorded;
	if (there)
		*event = *slot_of(number);
	spin_unlock(&events.lock);
	return there;
}
