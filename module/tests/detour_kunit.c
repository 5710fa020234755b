// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: for how long a call that was let by may be in the original.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "core.h"

#include "nothing.h"

#ifdef CONFIG_KPROBES

#include "oom/detour.h"
#include "oom/redirect.h"

static int register_or_stub(struct oe_redirect *redirect)
{
	return 0;
}

static void unregister_or_stub(struct oe_redirect *redirect)
{
}

#define oe_redirect_register register_or_stub
#define oe_redirect_unregister unregister_or_stub
/* Tested in part. */
#include "../oom/detour.c"

static struct oe_detour detour;

static void call_is_let_by_for_a_while(struct kunit *test)
{
	memset(&detour, 0, sizeof(detour));
	/* None was. The clock begins with the kernel. */
	KUNIT_EXPECT_FALSE(test, oe_detour_has_let_by(&detour));
	detour.let_by = ticks_now() ?: 1;
	KUNIT_EXPECT_TRUE(test, oe_detour_has_let_by(&detour));
	detour.let_by = ticks_now() - LET_BY_TICKS - 2 ?: 1;
	KUNIT_EXPECT_FALSE(test, oe_detour_has_let_by(&detour));
	/* It may wait for one in its window. */
	oe_config.grace_ms = 5 * MSEC_PER_SEC;
	KUNIT_EXPECT_TRUE(test, oe_detour_has_let_by(&detour));
	oe_config.grace_ms = 0;
}

static void passes_are_taken_once(struct kunit *test)
{
	memset(&detour, 0, sizeof(detour));
	oe_detour_pass(&detour);
	KUNIT_EXPECT_TRUE(test, exchange_pass(&detour, current, NULL));
	KUNIT_EXPECT_FALSE(test, exchange_pass(&detour, current, NULL));
}

#else

OE_NOTHING_TO_TEST(call_is_let_by_for_a_while)
OE_NOTHING_TO_TEST(passes_are_taken_once)

#endif

static struct kunit_case detour_cases[] = {
	KUNIT_CASE(call_is_let_by_for_a_while),
	KUNIT_CASE(passes_are_taken_once),
	{},
};

struct kunit_suite oe_detour_suite = {
	.name = "oom_embedded_detour",
	.test_cases = detour_cases,
};
