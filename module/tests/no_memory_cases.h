/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of group_kunit.c: each allocation of a change fails, one after the other.
 */
#ifndef OE_NO_MEMORY_CASES_H
#define OE_NO_MEMORY_CASES_H

/* The allocations that a change needs: it fails without each of them. */
static unsigned int count_failures(struct kunit *test, int (*change)(void))
{
	unsigned int n;
	int err;

	for (n = 0; n < 100; n++) {
		allocs_left = n;
		err = change();
		allocs_left = UINT_MAX;
		if (!err)
			break;
		KUNIT_EXPECT_EQ_MSG(test, -ENOMEM, err, "allocation %u", n);
	}
	return n;
}

static int set_uid_rule(void)
{
	return set_rule(&group, OE_RULE_UID, "7-9");
}

static int set_comm_rule(void)
{
	return set_rule(&group, OE_RULE_COMM, "pump*");
}

static int set_cgroup_rule(void)
{
	return set_rule(&group, OE_RULE_CGROUP, "/a/b");
}

static int set_joint_rules(void)
{
	return set_joint(&group, "exe=/service cgroup=/a/b\nuid=3");
}

/* A failing change leaves what there was before. */
static void rules_need_memory(struct kunit *test)
{
	char *text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, "1-2"));
	KUNIT_EXPECT_EQ(test, 1u, count_failures(test, set_uid_rule));
	KUNIT_EXPECT_EQ(test, 1u, count_failures(test, set_comm_rule));
	KUNIT_EXPECT_EQ(test, 3u, count_failures(test, set_cgroup_rule));
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "uid=5"));
	allocs_left = 2;
	KUNIT_EXPECT_EQ(test, -ENOMEM, set_joint_rules());
	allocs_left = UINT_MAX;
	oe_group_show_joint(&group, text);
	KUNIT_EXPECT_STREQ(test, "uid=5\n", text);
	KUNIT_EXPECT_EQ(test, 4u, count_failures(test, set_joint_rules));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_UID, ""));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, ""));
}

static struct oe_group *new_group;

static int add_new_group(void)
{
	return oe_group_add("new", &new_group);
}

/* The index of names comes with the first group. */
static void groups_need_memory(struct kunit *test)
{
	set_bit(0, oe_groups.used);
	oe_name_index_free();
	allocs_left = 0;
	KUNIT_EXPECT_EQ(test, -ENOMEM, oe_name_index_reserve());
	allocs_left = UINT_MAX;
	KUNIT_EXPECT_EQ(test, 2u, count_failures(test, add_new_group));
	KUNIT_EXPECT_EQ(test, 2u, oe_groups.end);
	oe_group_remove(new_group);
	KUNIT_EXPECT_EQ(test, 1u, oe_groups.end);
	clear_bit(0, oe_groups.used);
}

#endif /* OE_NO_MEMORY_CASES_H */
