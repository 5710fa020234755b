/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of group_kunit.c: the cache of a pass over all processes.
 */
#ifndef OE_PASS_CASES_H
#define OE_PASS_CASES_H

static unsigned int nr_judged; /* without a finding that was kept */

static void find_and_count(const char *name, unsigned long *groups)
{
	nr_judged++;
	oe_name_index_find(name, groups);
}

static struct task_struct *make_task(struct kunit *test, const char *name)
{
	struct task_struct *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->group_leader = p;
	rcu_assign_pointer(p->real_cred, current->real_cred);
	strscpy(p->comm, name, sizeof(p->comm));
	return p;
}

/* Also if the processes of a kind are not neighbours. */
static void a_pass_judges_each_kind_once(struct kunit *test)
{
	struct task_struct *crew = make_task(test, "crew");
	struct task_struct *other = make_task(test, "other");
	struct task_struct *const walk[] = { crew, other, crew, crew, other };
	struct oe_ranking ranking;
	unsigned int i, exact;

	KUNIT_ASSERT_EQ(test, 0, oe_group_pass_reserve());
	KUNIT_ASSERT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, "crew"));
	group.rank = 7;
	nr_judged = 0;
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, oe_group_pass_begin(OE_GROUP_PASS_LIST));
	for (i = 0; i < ARRAY_SIZE(walk); i++) {
		ranking.rank = 0;
		exact = real_pass_judge(walk[i], OE_EXE_LOCK, &ranking);
		KUNIT_EXPECT_EQ(test, walk[i] == crew ? OE_ASKS_COMM : 0U,
				exact);
		KUNIT_EXPECT_EQ(test, walk[i] == crew ? 7U : 0U, ranking.rank);
	}
	KUNIT_EXPECT_EQ(test, 2U, nr_judged);
	oe_group_pass_end(OE_GROUP_PASS_LIST, true);
	real_pass_judge(crew, OE_EXE_LOCK, &ranking);
	KUNIT_EXPECT_EQ(test, 3U, nr_judged);
	/* Rules may be others in the next pass. */
	KUNIT_EXPECT_TRUE(test, oe_group_pass_begin(OE_GROUP_PASS_LIST));
	real_pass_judge(crew, OE_EXE_LOCK, &ranking);
	KUNIT_EXPECT_EQ(test, 4U, nr_judged);
	oe_group_pass_end(OE_GROUP_PASS_LIST, true);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, ""));
	oe_group_pass_free();
}

/* A process that the old and the new rules have is in the group at any time. */
static void a_pass_goes_on_with_changed_rules(struct kunit *test)
{
	struct task_struct *other = make_task(test, "other");
	struct task_struct *crew = make_task(test, "crew");
	struct oe_ranking ranking;

	KUNIT_ASSERT_EQ(test, 0, oe_group_pass_reserve());
	KUNIT_ASSERT_EQ(test, 0, set_joint(&group, "comm=crew uid=0"));
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, oe_group_pass_begin(OE_GROUP_PASS_LIST));
	KUNIT_EXPECT_EQ(test, 0U,
			real_pass_judge(other, OE_EXE_LOCK, &ranking));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, "uid=0"));
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, (unsigned int)OE_ASKS_UID,
			real_pass_judge(crew, OE_EXE_LOCK, &ranking));
	oe_group_pass_end(OE_GROUP_PASS_LIST, true);
	rcu_read_unlock();
	oe_group_pass_free();
}

#endif /* OE_PASS_CASES_H */
