// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what is packed comes out as it was, wherever in the ring it is, and the
 * record of decisions keeps the last ones whole. The history keeps parts of memory
 * as exact as its page in the ABI says.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "memory/memcg.h"
#include "memory/totals.h"

/* A cgroup's path is what the test says. */
static char cgroup_of_call[OE_MEMCG_PATH];

static void path_or_stub(struct mem_cgroup *memcg, char path[OE_MEMCG_PATH])
{
	strscpy(path, cgroup_of_call, OE_MEMCG_PATH);
}

#include "../lib/packed.c"
#define oe_memcg_path path_or_stub
#define ring decisions_ring
#include "../record/decisions.c"
#undef ring

/* Nor is the memory that of the machine. */
static u32 parts_of_machine[OE_NR_MEMPARTS];

static void parts_or_stub(u32 kb[OE_NR_MEMPARTS])
{
	memcpy(kb, parts_of_machine, sizeof(parts_of_machine));
}

#include "../lib/ring.c"
#define oe_memparts_read parts_or_stub
#include "../record/history.c"

struct sample_record {
	u8 byte;
	u16 word;
	s32 number;
	u64 large;
	u64 begin;
	u64 since;
	char name[16];
	char path[OE_FIELD_TEXT_MAX];
	char other[16];
	u64 last;
};

static const struct oe_field sample_fields[] = {
	OE_FIELD(struct sample_record, byte, OE_FIELD_NUMBER),
	OE_FIELD(struct sample_record, word, OE_FIELD_NUMBER),
	OE_FIELD(struct sample_record, number, OE_FIELD_NUMBER),
	OE_FIELD(struct sample_record, large, OE_FIELD_NUMBER),
	OE_FIELD(struct sample_record, begin, OE_FIELD_BEGIN),
	OE_FIELD(struct sample_record, since, OE_FIELD_SINCE),
	OE_FIELD(struct sample_record, name, OE_FIELD_TEXT),
	OE_FIELD(struct sample_record, path, OE_FIELD_TEXT),
	OE_FIELD(struct sample_record, other, OE_FIELD_TEXT),
	OE_FIELD(struct sample_record, last, OE_FIELD_NUMBER),
};

#define FULL_NAME "fifteen \xff\nbytes"
#define FULL_PATH                                                         \
	"/a/path/of/127/bytes/0123456789abcdef0123456789abcdef0123456789" \
	"abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

static const struct sample_record samples[] = {
	{ .last = 1 },
	{ 127, 128, -1, U64_MAX, 5, 5, "same", "same", "same", U64_MAX },
	{ 255, U16_MAX, S32_MIN, 1ULL << 63, U64_MAX, 1, "", "", "x", 128 },
	{ 1, 16383, S32_MAX, 16384, 1, U64_MAX, FULL_NAME, FULL_PATH, FULL_NAME,
	  3 },
	{ 0, 0, 0, 0, 1ULL << 40, 0, "a", FULL_PATH, "a", 1ULL << 62 },
};

static void expect_sample(struct kunit *test, const struct sample_record *want,
			  const struct sample_record *got)
{
	KUNIT_EXPECT_EQ(test, want->byte, got->byte);
	KUNIT_EXPECT_EQ(test, want->word, got->word);
	KUNIT_EXPECT_EQ(test, want->number, got->number);
	KUNIT_EXPECT_EQ(test, want->large, got->large);
	KUNIT_EXPECT_EQ(test, want->begin, got->begin);
	KUNIT_EXPECT_EQ(test, want->since, got->since);
	KUNIT_EXPECT_STREQ(test, want->name, got->name);
	KUNIT_EXPECT_STREQ(test, want->path, got->path);
	KUNIT_EXPECT_STREQ(test, want->other, got->other);
	KUNIT_EXPECT_EQ(test, want->last, got->last);
}

/* Each sample at each place of a ring, and at the end of all positions. */
static void comes_out_as_it_was(struct kunit *test)
{
	static u8 bytes[512];
	static const struct oe_packed_ring small = {
		.bytes = bytes,
		.mask = sizeof(bytes) - 1,
	};
	static struct sample_record got;
	unsigned int i;
	unsigned int step;
	u32 start = U32_MAX - 600;

	KUNIT_ASSERT_EQ(test, (size_t)OE_FIELD_TEXT_MAX, sizeof(FULL_PATH));
	KUNIT_ASSERT_EQ(test, sizeof(samples[0].name), sizeof(FULL_NAME));
	for (step = 0; step < 1200; step++, start++) {
		for (i = 0; i < ARRAY_SIZE(samples); i++) {
			u32 behind = oe_pack(&small, start, sample_fields,
					     ARRAY_SIZE(sample_fields),
					     &samples[i]);

			memset(&got, 'x', sizeof(got));
			KUNIT_EXPECT_EQ(test, behind,
					oe_unpack(&small, start, sample_fields,
						  ARRAY_SIZE(sample_fields),
						  &got));
			expect_sample(test, &samples[i], &got);
		}
	}
}

/* Nothing but its own bytes is written. */
static void leaves_the_rest_alone(struct kunit *test)
{
	static u8 bytes[512];
	static const struct oe_packed_ring small = {
		.bytes = bytes,
		.mask = sizeof(bytes) - 1,
	};
	unsigned int i;
	u32 behind;

	memset(bytes, 0xa5, sizeof(bytes));
	behind = oe_pack(&small, 500, sample_fields, ARRAY_SIZE(sample_fields),
			 &samples[3]);
	KUNIT_EXPECT_GT(test, behind - 500, 127U + 15);
	KUNIT_EXPECT_LT(test, behind - 500, 127U + 15 + 60);
	for (i = behind; i < 500 + sizeof(bytes); i++)
		KUNIT_EXPECT_EQ(test, 0xa5, bytes[i & small.mask]);
}

/* The same small text takes one byte. */
static void same_texts_are_kept_once(struct kunit *test)
{
	static u8 bytes[512];
	static const struct oe_packed_ring small = {
		.bytes = bytes,
		.mask = sizeof(bytes) - 1,
	};
	static const struct sample_record once = { .name = "0123456789" };
	static const struct sample_record twice = { .name = "0123456789",
						    .other = "0123456789" };
	u32 one = oe_pack(&small, 0, sample_fields, ARRAY_SIZE(sample_fields),
			  &once);

	KUNIT_EXPECT_EQ(test, one,
			oe_pack(&small, 0, sample_fields,
				ARRAY_SIZE(sample_fields), &twice));
}

/* A decision of @number, with texts of @length where there is room. */
static void make_episode(struct oe_episode *episode, u64 number,
			 unsigned int length)
{
	struct oe_process *victim = &episode->decision.victim;
	char mark = '!' + number % 90;

	memset(episode, 0, sizeof(*episode));
	episode->seq = number;
	episode->entered_ns = number * NSEC_PER_SEC;
	episode->ended_ns = episode->entered_ns + number;
	episode->call.order = -1;
	memset(episode->trigger_comm, mark, min(length, TASK_COMM_LEN - 1U));
	memset(victim->comm, mark + 2, min(length, TASK_COMM_LEN - 1U));
	memset(victim->group, mark, min(length, OE_GROUP_NAME - 1U));
	victim->pid = number + 1;
	victim->badness = -(s64)number;
	episode->killed = *victim;
}

static void expect_episode(struct kunit *test, const struct oe_episode *want,
			   const struct oe_episode *got)
{
	KUNIT_EXPECT_EQ(test, want->seq, got->seq);
	KUNIT_EXPECT_EQ(test, want->entered_ns, got->entered_ns);
	KUNIT_EXPECT_EQ(test, want->ended_ns, got->ended_ns);
	KUNIT_EXPECT_EQ(test, 0ULL, got->marked_ns);
	KUNIT_EXPECT_EQ(test, -1, got->call.order);
	KUNIT_EXPECT_STREQ(test, want->trigger_comm, got->trigger_comm);
	KUNIT_EXPECT_STREQ(test, want->decision.victim.comm,
			   got->decision.victim.comm);
	KUNIT_EXPECT_STREQ(test, want->decision.victim.group,
			   got->decision.victim.group);
	KUNIT_EXPECT_EQ(test, want->decision.victim.pid, got->killed.pid);
	KUNIT_EXPECT_EQ(test, want->decision.victim.badness,
			got->decision.victim.badness);
	KUNIT_EXPECT_STREQ(test, want->killed.comm, got->killed.comm);
}

/* Its other texts. */
static void make_more(struct oe_event_more *more, u64 number,
		      unsigned int length)
{
	char mark = '!' + number % 90;

	memset(more, 0, sizeof(*more));
	memset(more->memcg_path, mark, min(length, OE_MEMCG_PATH - 1U));
	memset(more->victim_cgroup, mark + 1, min(length, OE_MEMCG_PATH - 1U));
	memset(more->arguments, 0xff, min(length, OE_ARGUMENTS_MAX + 0U));
}

struct record_room {
	struct oe_episode episode;
	struct oe_event_more more;
	struct oe_event event;
};

static void expect_more(struct kunit *test, const struct oe_event_more *want,
			const struct oe_event_more *got)
{
	KUNIT_EXPECT_STREQ(test, want->memcg_path, got->memcg_path);
	KUNIT_EXPECT_STREQ(test, want->victim_cgroup, got->victim_cgroup);
	KUNIT_EXPECT_STREQ(test, want->arguments, got->arguments);
}

/* Adds decisions; the newest are there whole, at least @least of them. */
static void expect_newest(struct kunit *test, struct record_room *room,
			  unsigned int length, unsigned int least)
{
	u64 first, end, number;
	unsigned int i;

	for (i = 0; i < 3 * OE_NR_EVENTS; i++) {
		oe_events_range(&first, &end);
		make_episode(&room->episode, end, length);
		make_more(&room->more, end, length);
		strscpy(cgroup_of_call, room->more.memcg_path,
			sizeof(cgroup_of_call));
		oe_events_record(&room->episode, room->more.victim_cgroup,
				 room->more.arguments);
	}
	oe_events_range(&first, &end);
	KUNIT_EXPECT_GE(test, end - first, (u64)least);
	KUNIT_EXPECT_LE(test, end - first, (u64)OE_NR_EVENTS);
	if (first)
		KUNIT_EXPECT_FALSE(test,
				   oe_events_copy(first - 1, &room->event));
	for (number = first; number < end; number++) {
		KUNIT_ASSERT_TRUE(test, oe_events_copy(number, &room->event));
		make_episode(&room->episode, number, length);
		expect_episode(test, &room->episode, &room->event.episode);
		make_more(&room->more, number, length);
		expect_more(test, &room->more, &room->event.more);
	}
}

static void the_last_decisions_are_kept(struct kunit *test)
{
	struct record_room *room =
		kunit_kzalloc(test, sizeof(*room), GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, room);
	expect_newest(test, room, 0, OE_NR_EVENTS);
	expect_newest(test, room, 20, OE_NR_EVENTS);
	/* With the longest texts there can be, fewer. */
	expect_newest(test, room, OE_MEMCG_PATH, 20);
	expect_newest(test, room, 1, OE_NR_EVENTS);
}

/* Parts are exact while they are small, and else to a 32,768th of the largest. */
static void parts_of_memory_are_kept(struct kunit *test)
{
	static const u32 largest[] = {
		0, 4, 65535 * 4, 65536 * 4, 3U << 20, 48U << 20, U32_MAX & ~63,
	};
	static struct oe_history_entry entry;
	u64 first, end;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(largest); i++) {
		u32 unit = max(largest[i] >> 15, 1U << PAGE_KB_SHIFT);
		u32 other = largest[i] / 3 & ~((1U << PAGE_KB_SHIFT) - 1);

		parts_of_machine[OE_MEMPART_anon] = largest[i];
		parts_of_machine[OE_MEMPART_slab] = other;
		/* Another level: it is kept in any case. */
		oe_history_add(U32_MAX, i % 2);
		oe_history_range(&first, &end);
		KUNIT_EXPECT_EQ(test, i + 1ULL, end);
		KUNIT_ASSERT_TRUE(test, oe_history_copy(end - 1, &entry));
		KUNIT_EXPECT_EQ(test, (u64)U32_MAX, entry.available_kb);
		KUNIT_EXPECT_EQ(test, i % 2, (unsigned int)entry.level);
		KUNIT_EXPECT_LE(test, entry.part_kb[OE_MEMPART_anon],
				largest[i]);
		KUNIT_EXPECT_LT(test,
				largest[i] - entry.part_kb[OE_MEMPART_anon],
				unit);
		KUNIT_EXPECT_LE(test, entry.part_kb[OE_MEMPART_slab], other);
		KUNIT_EXPECT_LT(test, other - entry.part_kb[OE_MEMPART_slab],
				unit);
		KUNIT_EXPECT_EQ(test, 0U, entry.part_kb[OE_MEMPART_shmem]);
		if (largest[i] < 65536 * 4)
			KUNIT_EXPECT_EQ(test, other,
					entry.part_kb[OE_MEMPART_slab]);
	}
}

/* Its place has another one. */
static void overwritten_sample_is_gone(struct kunit *test)
{
	static struct oe_history_entry entry;
	u64 first, end;
	unsigned int i;

	for (i = 0; i <= ring.room; i++)
		oe_history_add(i % 2 ? U32_MAX : 0, i % 2);
	oe_history_range(&first, &end);
	KUNIT_EXPECT_EQ(test, end - ring.room, first);
	KUNIT_EXPECT_TRUE(test, oe_history_copy(first, &entry));
	KUNIT_EXPECT_FALSE(test, oe_history_copy(first - 1, &entry));
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(comes_out_as_it_was),
	KUNIT_CASE(leaves_the_rest_alone),
	KUNIT_CASE(same_texts_are_kept_once),
	KUNIT_CASE(the_last_decisions_are_kept),
	KUNIT_CASE(parts_of_memory_are_kept),
	KUNIT_CASE(overwritten_sample_is_gone),
	{},
};

struct kunit_suite oe_record_suite = {
	.name = "oom_embedded_record",
	.test_cases = record_cases,
};
