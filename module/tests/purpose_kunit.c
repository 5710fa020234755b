// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: which calls of the kernel are to kill a process.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>

#include "core.h"

#include "oom/domain.h"
#include "oom/purpose.h"
#include "oom/victim.h"
#include "tasks.h"

static bool is_dying, is_pending, in_aftermath;

static bool dying_or_stub(struct task_struct *p)
{
	return is_dying;
}

static bool pending_or_stub(const struct oe_domain *domain)
{
	return is_pending;
}

static bool aftermath_or_stub(void)
{
	return in_aftermath;
}

#define oe_tasks_is_dying dying_or_stub
#define oe_pending_in pending_or_stub
#define oe_domain_machine_in_aftermath aftermath_or_stub
#include "../oom/purpose.c"

struct purpose_case {
	struct oe_call call;
	bool is_dying;
	bool is_pending;
	bool in_aftermath;
	enum oe_purpose purpose;
};

static void purpose_table(struct kunit *test)
{
	static const struct purpose_case cases[] = {
		{ { OE_KIND_GLOBAL } },
		{ { OE_KIND_GLOBAL, .gfp = GFP_KERNEL } },
		/* A file system must not be entered: memory comes another way. */
		{ { OE_KIND_GLOBAL, .gfp = GFP_NOFS },
		  .purpose = OE_PURPOSE_NONE },
		/* But for a memory cgroup, where none would. */
		{ { OE_KIND_MEMCG, .gfp = GFP_NOFS } },
		{ { OE_KIND_GLOBAL },
		  .is_dying = true,
		  .purpose = OE_PURPOSE_NONE },
		{ { OE_KIND_GLOBAL },
		  .is_pending = true,
		  .purpose = OE_PURPOSE_WAIT },
		{ { OE_KIND_SYSRQ }, .is_pending = true },
		{ { OE_KIND_REQUEST, .past_victims = true },
		  .is_pending = true },
		{ { OE_KIND_GLOBAL }, .in_aftermath = true },
		{ { OE_KIND_THRASH },
		  .in_aftermath = true,
		  .purpose = OE_PURPOSE_WAIT },
		{ { OE_KIND_EARLY },
		  .in_aftermath = true,
		  .purpose = OE_PURPOSE_WAIT },
		{ { OE_KIND_EARLY, .insists = true }, .in_aftermath = true },
		{ { OE_KIND_GLOBAL, .quiet = true },
		  .purpose = OE_PURPOSE_ASK },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		is_dying = cases[i].is_dying;
		is_pending = cases[i].is_pending;
		in_aftermath = cases[i].in_aftermath;
		KUNIT_EXPECT_EQ_MSG(test, (int)cases[i].purpose,
				    (int)oe_purpose_of(&cases[i].call),
				    "case %u", i);
	}
}

static struct kunit_case purpose_cases[] = {
	KUNIT_CASE(purpose_table),
	{},
};

struct kunit_suite oe_purpose_suite = {
	.name = "oom_embedded_purpose",
	.test_cases = purpose_cases,
};
