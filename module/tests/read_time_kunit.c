// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: which requests to a disk count, and for how long, with requests that no disk
 * has got.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "core.h"

#include "nothing.h"

#ifdef CONFIG_BLOCK

#include "tracepoint_stub.h"
/* Tested in part. */
#include "../levels/read_time.c"

enum {
	BYTES = 4096,
	TOOK_US = 1000,
};

/* Sets how many requests it was counted as. Returns its time. */
static unsigned long complete_one(const struct request *rq,
				  unsigned int nr_bytes, unsigned long *nr)
{
	struct request copy = *rq;
	unsigned long reads, us, reads_before, us_before;

	oe_read_time_sum(&reads_before, &us_before);
	on_complete(NULL, &copy, 0, nr_bytes);
	oe_read_time_sum(&reads, &us);
	*nr = reads - reads_before;
	return us - us_before;
}

static void whole_reads_count(struct kunit *test)
{
	static struct request rq;
	unsigned long nr;

	rq = (struct request){
		.cmd_flags = REQ_OP_READ,
		.__data_len = BYTES,
		.start_time_ns = ktime_get_ns() - TOOK_US * NSEC_PER_USEC,
	};
	KUNIT_EXPECT_GE(test, complete_one(&rq, BYTES, &nr),
			(unsigned long)TOOK_US);
	KUNIT_EXPECT_EQ(test, 1UL, nr);
	/* A part of it. */
	KUNIT_EXPECT_EQ(test, 0UL, complete_one(&rq, BYTES / 2, &nr));
	KUNIT_EXPECT_EQ(test, 0UL, nr);
	rq.cmd_flags = REQ_OP_WRITE;
	KUNIT_EXPECT_EQ(test, 0UL, complete_one(&rq, BYTES, &nr));
	KUNIT_EXPECT_EQ(test, 0UL, nr);
}

static void start_has_to_be_known(struct kunit *test)
{
	static struct request rq;
	unsigned long nr;

	/* The disk keeps no time of its requests. */
	rq = (struct request){
		.cmd_flags = REQ_OP_READ,
		.__data_len = BYTES,
	};
	KUNIT_EXPECT_EQ(test, 0UL, complete_one(&rq, BYTES, &nr));
	KUNIT_EXPECT_EQ(test, 0UL, nr);
	rq.start_time_ns = U64_MAX;
	KUNIT_EXPECT_EQ(test, 0UL, complete_one(&rq, BYTES, &nr));
	KUNIT_EXPECT_EQ(test, 0UL, nr);
}

#else

OE_NOTHING_TO_TEST(whole_reads_count)
OE_NOTHING_TO_TEST(start_has_to_be_known)

#endif

static struct kunit_case read_time_cases[] = {
	KUNIT_CASE(whole_reads_count),
	KUNIT_CASE(start_has_to_be_known),
	{},
};

struct kunit_suite oe_read_time_suite = {
	.name = "oom_embedded_read_time",
	.test_cases = read_time_cases,
};
