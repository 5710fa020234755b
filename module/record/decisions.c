// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of the last decisions, packed: most names and paths are short, and
 * most numbers are small.
 */
#include "core.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lib/packed.h"
#include "record/decisions.h"

enum {
	/*
	 * For all of them, a power of two: 256 bytes each. Usual are 140 to
	 * 180; with the longest texts there can be, one has 800.
	 */
	ROOM = 16384,
};

/* clang-format off */
#define KEPT(member, kind)	OE_FIELD(struct oe_episode, member, OE_FIELD_##kind)
#define CALL(member, kind)	KEPT(call.member, kind)
#define CHOICE(member, kind)	KEPT(decision.member, kind)

/* What `events` says: a member that is not here reads 0. */
static const struct oe_field fields[] = {
	KEPT(seq, NUMBER),
	KEPT(entered_ns, BEGIN),
	KEPT(announced_ns, SINCE),
	KEPT(acked_ns, SINCE),
	KEPT(decided_ns, SINCE),
	KEPT(marked_ns, SINCE),
	KEPT(ended_ns, SINCE),
	KEPT(grace_used_ns, NUMBER),
	KEPT(grace_ms, NUMBER),
	KEPT(mode, NUMBER),
	KEPT(outcome, NUMBER),
	KEPT(policy.threshold, NUMBER),
	KEPT(memcg_path, TEXT),
	KEPT(victim_cgroup, TEXT),
	KEPT(trigger_pid, NUMBER),
	KEPT(trigger_comm, TEXT),
	CALL(kind, NUMBER),
	CALL(order, NUMBER),
	CALL(gfp, NUMBER),
	CALL(stall_percent, NUMBER),
	CALL(domain.group, TEXT),
	CHOICE(nr_eligible, NUMBER),
	CHOICE(nr_protected, NUMBER),
	CHOICE(why, NUMBER),
	CHOICE(used, NUMBER),
	CHOICE(pages, NUMBER),
	CHOICE(victim.pid, NUMBER),
	CHOICE(victim.uid, NUMBER),
	CHOICE(victim.badness, NUMBER),
	CHOICE(victim.rss, NUMBER),
	CHOICE(victim.comm, TEXT),
	CHOICE(victim.rank, NUMBER),
	CHOICE(victim.source, NUMBER),
	CHOICE(victim.group, TEXT),
	CHOICE(runner_up.pid, NUMBER),
	CHOICE(runner_up.badness, NUMBER),
	CHOICE(runner_up.comm, TEXT),
	CHOICE(runner_up.rank, NUMBER),
	CHOICE(runner_up.source, NUMBER),
	CHOICE(runner_up.group, TEXT),
	CHOICE(passed.pid, NUMBER),
	CHOICE(passed.comm, TEXT),
	CHOICE(tie, NUMBER),
	CHOICE(keeper.pid, NUMBER),
	CHOICE(keeper.comm, TEXT),
	CHOICE(keeper.rank, NUMBER),
	KEPT(killed.pid, NUMBER),
	KEPT(killed.uid, NUMBER),
	KEPT(killed.rss, NUMBER),
	KEPT(killed.comm, TEXT),
	KEPT(killed.rank, NUMBER),
	KEPT(killed.source, NUMBER),
	KEPT(killed.group, TEXT),
};

/* The rest, which the episode does not have. */
struct extra {
	u64 time_ns;
	char arguments[OE_ARGUMENTS_SIZE];
};

static const struct oe_field extra_fields[] = {
	OE_FIELD(struct extra, time_ns, OE_FIELD_NUMBER),
	OE_FIELD(struct extra, arguments, OE_FIELD_TEXT),
};
/* clang-format on */

static struct {
	spinlock_t lock; /* taken in the OOM path; its holders never allocate */
	u64 first; /* the number of the oldest */
	u64 end; /* one more than that of the newest */
	u32 begins[OE_NR_EVENTS]; /* the position of each in bytes; wraps */
	u32 at; /* that of the next one */
	u8 bytes[ROOM];
} record = {
	.lock = __SPIN_LOCK_UNLOCKED(record.lock),
};

static const struct oe_packed_ring ring = {
	.bytes = record.bytes,
	.mask = ROOM - 1,
};

static u32 *begin_of(u64 number)
{
	/* A power of two: 32-bit machines cannot divide 64 bits. */
	return &record.begins[number % OE_NR_EVENTS];
}

/* Drop the oldest ones, whose places the last one has taken. */
static void drop_overwritten(void)
{
	lockdep_assert_held(&record.lock);
	while (record.end - record.first > OE_NR_EVENTS ||
	       record.at - *begin_of(record.first) > ROOM)
		record.first++;
}

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
	struct extra extra = {
		.time_ns = ktime_get_real_ns() -
			   (ktime_get_ns() - episode->entered_ns),
	};

	BUILD_BUG_ON(!is_power_of_2(ROOM));
	BUILD_BUG_ON(!is_power_of_2(OE_NR_EVENTS));
	BUILD_BUG_ON(ARRAY_SIZE(fields) > OE_FIELDS_MAX);
	BUILD_BUG_ON(sizeof(episode->memcg_path) > OE_FIELD_TEXT_MAX);
	BUILD_BUG_ON(sizeof(struct oe_event) > ROOM);
	strscpy(extra.arguments, arguments, sizeof(extra.arguments));
	spin_lock(&record.lock);
	*begin_of(record.end++) = record.at;
	record.at =
		oe_pack(&ring, record.at, fields, ARRAY_SIZE(fields), episode);
	record.at = oe_pack(&ring, record.at, extra_fields,
			    ARRAY_SIZE(extra_fields), &extra);
	drop_overwritten();
	spin_unlock(&record.lock);
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
	spin_lock(&record.lock);
	*first = record.first;
	*end = record.end;
	spin_unlock(&record.lock);
}

/**
 * oe_events_copy - one decision
 * @number: of oe_events_range()
 * @event: the result
 *
 * Context: process context.
 * Return: false if it has been overwritten meanwhile.
 */
bool oe_events_copy(u64 number, struct oe_event *event)
{
	struct extra extra;
	bool there;
	u32 at;

	memset(event, 0, sizeof(*event));
	spin_lock(&record.lock);
	there = number >= record.first;
	if (there) {
		at = oe_unpack(&ring, *begin_of(number), fields,
			       ARRAY_SIZE(fields), &event->episode);
		oe_unpack(&ring, at, extra_fields, ARRAY_SIZE(extra_fields),
			  &extra);
		event->time_ns = extra.time_ns;
		strscpy(event->arguments, extra.arguments,
			sizeof(event->arguments));
	}
	spin_unlock(&record.lock);
	return there;
}
