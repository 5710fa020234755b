/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of group_kunit.c: the state that readers find after a change.
 */
#ifndef OE_CHANGE_CASES_H
#define OE_CHANGE_CASES_H

static struct {
	unsigned int nr;
	bool any_rule; /* at the last one */
} changes;

static void note_change(void)
{
	changes.nr++;
	changes.any_rule = oe_group_any_rule();
}

static void change_is_told_with_its_effect(struct kunit *test)
{
	unsigned int before;

	oe_version_watch(note_change);
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, "7"));
	KUNIT_EXPECT_TRUE(test, changes.any_rule);
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, ""));
	KUNIT_EXPECT_FALSE(test, changes.any_rule);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "uid=7 comm=x"));
	KUNIT_EXPECT_TRUE(test, changes.any_rule);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, ""));
	KUNIT_EXPECT_FALSE(test, changes.any_rule);

	before = changes.nr;
	oe_group_trust_names(&group, true);
	oe_group_trust_names(&group, false);
	oe_group_set_rank(&group, 7);
	oe_group_set_precedence(&group, 1);
	KUNIT_EXPECT_EQ(test, before + 4, changes.nr);
	oe_version_watch(NULL);
}

#endif /* OE_CHANGE_CASES_H */
