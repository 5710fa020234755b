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

#define MORE(member, kind)	OE_FIELD(struct oe_event_more, member, OE_FIELD_##kind)

static const struct oe_field more_fields[] = {
	MORE(time_ns, NUMBER),
	MORE(memcg_path, TEXT),
	MORE(victim_cgroup, TEXT),
	MORE(arguments, TEXT),
};
/* clang-format on */

static struct {
	spinlock_t lock; /* taken in the OOM path; its holders never allocate */
	u64 first; /* the number of the oldest */
	u64 end; /* one more than that of the newest */
	u32 begins[OE_NR_EVENTS]; /* the position of each in bytes; wraps */
	u32 at; /* that of the next one */
	struct oe_event_more more; /* of the one that is being added */
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
 * @victim_cgroup: of the process that died; "" = none did, or not known
 * @arguments: command line of its victim; "" = not known
 *
 * Context: OOM path with oom_lock held, or the settling worker in its place;
 * allocates nothing.
 */
void oe_events_record(const struct oe_episode *episode,
		      const char *victim_cgroup, const char *arguments)
{
	u64 age_ns = ktime_get_ns() - episode->entered_ns;
	struct oe_event_more *more = &record.more;

	BUILD_BUG_ON(!is_power_of_2(ROOM));
	BUILD_BUG_ON(!is_power_of_2(OE_NR_EVENTS));
	BUILD_BUG_ON(ARRAY_SIZE(fields) > OE_FIELDS_MAX);
	BUILD_BUG_ON(sizeof(more->memcg_path) > OE_FIELD_TEXT_MAX);
	BUILD_BUG_ON(sizeof(struct oe_event) > ROOM);
	spin_lock(&record.lock);
	more->time_ns = ktime_get_real_ns() - age_ns;
	oe_memcg_path(oe_call_cgroup(&episode->call), more->memcg_path);
	strscpy(more->victim_cgroup, victim_cgroup,
		sizeof(more->victim_cgroup));
	strscpy(more->arguments, arguments, sizeof(more->arguments));
	*begin_of(record.end++) = record.at;
	record.at =
		oe_pack(&ring, record.at, fields, ARRAY_SIZE(fields), episode);
	record.at = oe_pack(&ring, record.at, more_fields,
			    ARRAY_SIZE(more_fields), more);
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
	bool there;
	u32 at;

	memset(event, 0, sizeof(*event));
	spin_lock(&record.lock);
	there = number >= record.first;
	if (there) {
		at = oe_unpack(&ring, *begin_of(number), fields,
			       ARRAY_SIZE(fields), &event->episode);
		oe_unpack(&ring, at, more_fields, ARRAY_SIZE(more_fields),
			  &event->more);
	}
	spin_unlock(&record.lock);
	return there;
}
