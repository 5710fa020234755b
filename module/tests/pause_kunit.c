// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: pauses on a machine that is up for long.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include "../lib/pause.h"

enum {
	MS = 1000,
};

static const unsigned long begins[] = { 0, 1, ULONG_MAX / 2, ULONG_MAX - 1,
					ULONG_MAX };

static void a_pause_ends(struct kunit *test)
{
	unsigned long most = msecs_to_jiffies(MS);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(begins); i++) {
		unsigned long since = begins[i];

		KUNIT_EXPECT_FALSE(test, oe_pause_is_over(since, MS, since));
		KUNIT_EXPECT_FALSE(test, oe_pause_is_over(since, MS,
							  since + most - 1));
		KUNIT_EXPECT_TRUE(test,
				  oe_pause_is_over(since, MS, since + most));
	}
}

/* Nothing has happened for more than half of the range of jiffies. */
static void a_pause_long_ago_is_over(struct kunit *test)
{
	static const unsigned long later[] = { ULONG_MAX / 2, ULONG_MAX / 2 + 2,
					       ULONG_MAX / 4 * 3, ULONG_MAX };
	unsigned int i;
	unsigned int k;

	for (i = 0; i < ARRAY_SIZE(begins); i++)
		for (k = 0; k < ARRAY_SIZE(later); k++)
			KUNIT_EXPECT_TRUE(
				test, oe_pause_is_over(begins[i], MS,
						       begins[i] + later[k]));
}

static struct kunit_case pause_cases[] = {
	KUNIT_CASE(a_pause_ends),
	KUNIT_CASE(a_pause_long_ago_is_over),
	{},
};

struct kunit_suite oe_pause_suite = {
	.name = "oom_embedded_pause",
	.test_cases = pause_cases,
};
