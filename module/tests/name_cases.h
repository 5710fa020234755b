/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of group_kunit.c: the index of names.
 */
#ifndef OE_NAME_CASES_H
#define OE_NAME_CASES_H

static bool is_indexed(const char *name)
{
	DECLARE_BITMAP(groups, OE_NR_GROUPS);

	oe_name_index_find(name, groups);
	oe_name_index_nameless(groups);
	return test_bit(0, groups);
}

static bool name_matches(const char *name)
{
	const struct oe_joint_rules *rules;
	bool matches;

	rcu_read_lock();
	rules = rcu_dereference(group.joint);
	matches = oe_pattern_matches(rules->rules[0].comm, name);
	rcu_read_unlock();
	return matches;
}

/* Each pattern is given up for the next one. */
static void name_index_finds_what_matches(struct kunit *test)
{
	static const char *const patterns[] = {
		"pump",
		"p*",
		"pump?",
		"*",
		"?ump",
		"[p-q]*",
		"\\x5c\\x5cpump*",
		"\\xf0x*",
		"*1",
		"p*1",
		"pum[p1]?",
		"fifteen_letters",
		"p??p",
		"fifteen_letter*",
	};
	static const char *const names[] = { "",     "pump",	       "pump1",
					     "qump", "\\pump",	       "\xf0xy",
					     "x",    "fifteen_letters" };
	char line[32];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		scnprintf(line, sizeof(line), "comm=%s uid=0", patterns[i]);
		KUNIT_ASSERT_EQ(test, 0, set_joint(&group, line));
		for (j = 0; j < ARRAY_SIZE(names); j++)
			if (name_matches(names[j]))
				KUNIT_EXPECT_TRUE_MSG(test,
						      is_indexed(names[j]),
						      "%s, %s", patterns[i],
						      names[j]);
	}
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "comm=pump"));
	KUNIT_EXPECT_TRUE(test, is_indexed("pump"));
	KUNIT_EXPECT_FALSE(test, is_indexed("pumq"));
	KUNIT_EXPECT_FALSE(test, is_indexed("pum"));
	KUNIT_EXPECT_FALSE(test, is_indexed("pump1"));
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "comm=pump-1*"));
	KUNIT_EXPECT_TRUE(test, is_indexed("pump-1"));
	KUNIT_EXPECT_TRUE(test, is_indexed("pump-17"));
	KUNIT_EXPECT_FALSE(test, is_indexed("pump-2"));
	KUNIT_EXPECT_FALSE(test, is_indexed("pump-"));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, "x*"));
	KUNIT_EXPECT_TRUE(test, is_indexed("pump"));
	KUNIT_EXPECT_TRUE(test, is_indexed("xy"));
	KUNIT_EXPECT_FALSE(test, is_indexed("y"));
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, ""));
	KUNIT_EXPECT_FALSE(test, is_indexed("pump"));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, "7"));
	KUNIT_EXPECT_TRUE(test, is_indexed("y"));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, ""));
	KUNIT_EXPECT_FALSE(test, is_indexed("y"));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_CGROUP, "/a/b"));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, ""));
	KUNIT_EXPECT_TRUE(test, is_indexed("y"));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_CGROUP, ""));
	KUNIT_EXPECT_FALSE(test, is_indexed("xy"));
}

/* Of the first group, when its names were added and taken away last. */
static struct {
	bool has_rule;
	bool has_joint;
} at_widening, at_narrowing;

static void note_widening(unsigned int index, const struct oe_names *names)
{
	at_widening.has_rule = rcu_access_pointer(group.rules[OE_RULE_COMM]);
	at_widening.has_joint = rcu_access_pointer(group.joint);
	oe_name_index_widen(index, names);
}

static void note_narrowing(unsigned int index, const struct oe_names *names)
{
	at_narrowing.has_rule = rcu_access_pointer(group.rules[OE_RULE_COMM]);
	at_narrowing.has_joint = rcu_access_pointer(group.joint);
	oe_name_index_narrow(index, names);
}

/* A reader that comes at any time finds no rule whose name is not there. */
static void name_index_has_what_can_be_found(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, "x*"));
	KUNIT_EXPECT_FALSE(test, at_widening.has_rule);
	KUNIT_EXPECT_TRUE(test, at_narrowing.has_rule);
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, ""));
	KUNIT_EXPECT_FALSE(test, at_narrowing.has_rule);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "comm=x uid=1"));
	KUNIT_EXPECT_FALSE(test, at_widening.has_joint);
	KUNIT_EXPECT_TRUE(test, at_narrowing.has_joint);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, ""));
	KUNIT_EXPECT_FALSE(test, at_narrowing.has_joint);
}

#endif /* OE_NAME_CASES_H */
