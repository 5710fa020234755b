/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of group_kunit.c: the table of groups, and what a group reads back.
 */
#ifndef OE_TABLE_CASES_H
#define OE_TABLE_CASES_H

static struct oe_group *added[OE_NR_GROUPS];

static bool is_found(const char *name)
{
	bool found;

	oe_group_lock();
	found = oe_group_find(name);
	oe_group_unlock();
	return found;
}

static void set_signal(struct oe_group *of, int signal)
{
	oe_group_lock();
	oe_group_set_signal(of, signal);
	oe_group_unlock();
}

/* The place of @group, which set_up() has put there, counts as used. */
static void fill_table(struct kunit *test)
{
	char name[OE_GROUP_NAME];
	unsigned int i;

	set_bit(0, oe_groups.used);
	for (i = 1; i < OE_NR_GROUPS; i++) {
		scnprintf(name, sizeof(name), "g%u", i);
		KUNIT_ASSERT_EQ(test, 0, oe_group_add(name, &added[i]));
		KUNIT_EXPECT_EQ(test, i, oe_group_index(added[i]));
		KUNIT_EXPECT_EQ(test, i + 1, oe_groups.end);
	}
}

static void empty_table(struct kunit *test)
{
	unsigned int i;

	for (i = 1; i < OE_NR_GROUPS; i++)
		oe_group_remove(added[i]);
	clear_bit(0, oe_groups.used);
	KUNIT_EXPECT_EQ(test, 1u, oe_groups.end);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(open_groups, OE_NR_GROUPS));
}

static void groups_come_and_go(struct kunit *test)
{
	struct oe_group *refused;
	char name[OE_GROUP_NAME];

	fill_table(test);
	KUNIT_EXPECT_EQ(test, OE_NR_GROUPS - 1,
			bitmap_weight(open_groups, OE_NR_GROUPS));
	KUNIT_EXPECT_EQ(test, -EEXIST, oe_group_add("g7", &refused));
	KUNIT_EXPECT_EQ(test, -ENOSPC, oe_group_add("another", &refused));
	KUNIT_EXPECT_EQ(test, 500u, oe_group_rank(added[7]));
	oe_group_name(7, name);
	KUNIT_EXPECT_STREQ(test, "g7", name);
	/* All that it had goes with it, and its place is free. */
	KUNIT_EXPECT_EQ(test, 0, set_rule(added[7], OE_RULE_UID, "7"));
	KUNIT_EXPECT_EQ(test, 0, set_joint(added[7], "exe=/service"));
	set_signal(added[7], 15);
	KUNIT_EXPECT_TRUE(test, oe_group_any_signal());
	oe_group_remove(added[7]);
	KUNIT_EXPECT_FALSE(test, oe_group_any_signal());
	KUNIT_EXPECT_FALSE(test, oe_group_any_rule());
	KUNIT_EXPECT_FALSE(test, test_bit(7, open_groups));
	KUNIT_EXPECT_FALSE(test, is_found("g7"));
	oe_group_name(7, name);
	KUNIT_EXPECT_STREQ(test, "", name);
	KUNIT_EXPECT_EQ(test, 0, oe_group_add("another", &added[7]));
	KUNIT_EXPECT_EQ(test, 7u, oe_group_index(added[7]));
	KUNIT_EXPECT_TRUE(test, is_found("another"));
	empty_table(test);
}

static void single_rules_read_back(struct kunit *test)
{
	static const struct {
		enum oe_rule_kind kind;
		const char *text;
	} rules[] = {
		{ OE_RULE_CGROUP, "/a/b" }, { OE_RULE_CGROUP, "/" },
		{ OE_RULE_COMM, "s*" },	    { OE_RULE_UID, "7" },
		{ OE_RULE_UID, "1-2" },
	};
	char *text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	char line[16];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		scnprintf(line, sizeof(line), "%s\n", rules[i].text);
		KUNIT_EXPECT_EQ(test, 0,
				set_rule(&group, rules[i].kind, rules[i].text));
		KUNIT_EXPECT_EQ(test, (int)strlen(line),
				oe_group_show_rule(&group, rules[i].kind,
						   text));
		KUNIT_EXPECT_STREQ(test, line, text);
		KUNIT_EXPECT_EQ(test, 0, set_rule(&group, rules[i].kind, ""));
		oe_group_show_rule(&group, rules[i].kind, text);
		KUNIT_EXPECT_STREQ(test, "\n", text);
	}
}

static void users_from_first_to_last(struct kunit *test)
{
	static const struct {
		uid_t uid;
		int rank;
	} users[] = {
		{ 999, 500 }, { 1000, 700 }, { 1001, 700 }, { 1002, 500 }
	};
	unsigned int i;

	group.rank = 700;
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, "1000-1001"));
	for (i = 0; i < ARRAY_SIZE(users); i++)
		KUNIT_EXPECT_EQ(test, users[i].rank, rank_by("", users[i].uid));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, ""));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_CGROUP, "/a/b"));
	KUNIT_EXPECT_EQ(test, 700, rank_by("", USER));
}

static void executables_are_asked_for_if_a_rule_does(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "uid=1\ncomm=a uid=2"));
	KUNIT_EXPECT_EQ(test, 0u, oe_groups.nr_exe_uses);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "uid=1\nexe=/service"));
	KUNIT_EXPECT_EQ(test, 1u, oe_groups.nr_exe_uses);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "uid=1"));
	KUNIT_EXPECT_EQ(test, 0u, oe_groups.nr_exe_uses);
}

#endif /* OE_TABLE_CASES_H */
