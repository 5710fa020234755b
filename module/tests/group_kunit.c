// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the rules of groups, with cgroups that come and go where the test says.
 */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Defined once more by the other suites, as stubs. */
#define oe_subject_describe real_subject_describe

#define oe_cgroup_find fake_find
#define oe_cgroup_get fake_get
#define oe_cgroup_put fake_put
#define oe_cgroup_is_removed fake_is_removed
#define oe_cgroup_is_root fake_is_root
#define oe_cgroup_of fake_of
#define oe_cgroup_contains fake_contains
#define oe_cgroup_watch fake_watch
#define oe_cgroup_unwatch fake_unwatch

#include "../rank/group_table.c"
#include "../rank/group_rule.c"
#include "../rank/group_change_rule.c"

enum {
	NR_CGROUPS = 2,
};

/* A cgroup is the address of its counter. */
static struct {
	long refs[NR_CGROUPS];
	bool removed[NR_CGROUPS];
	unsigned int nr_looks;
	/* The look-up in which the second replaces the first. */
	unsigned int races_at;
	bool watching;
} fake;

static struct cgroup *cgroup_nr(unsigned int i)
{
	return (struct cgroup *)&fake.refs[i];
}

void fake_get(struct cgroup *cgroup)
{
	++*(long *)cgroup;
}

void fake_put(struct cgroup *cgroup)
{
	--*(long *)cgroup;
}

bool fake_is_removed(struct cgroup *cgroup)
{
	return fake.removed[(long *)cgroup - fake.refs];
}

/* The first one is the root. */
bool fake_is_root(const struct cgroup *cgroup)
{
	return cgroup == cgroup_nr(0);
}

/* A process is in the cgroup that its flags name. */
struct cgroup *fake_of(struct task_struct *p)
{
	return cgroup_nr(p->flags);
}

bool fake_contains(struct cgroup *cgroup, struct cgroup *inner)
{
	return cgroup == inner;
}

int fake_watch(oe_cgroup_bind bind)
{
	fake.watching = true;
	return 0;
}

void fake_unwatch(void)
{
	fake.watching = false;
}

static void replace_cgroup(const char *path)
{
	fake.removed[0] = true;
	if (fake.watching)
		bind_cgroup(cgroup_nr(1), path);
}

struct cgroup *fake_find(const char *text, char **path)
{
	struct cgroup *found = cgroup_nr(fake.removed[0]);

	fake_get(found);
	*path = kstrdup(text, GFP_KERNEL);
	if (fake.nr_looks++ == fake.races_at)
		replace_cgroup(text);
	return found;
}

static struct oe_group group;

static int set_up(struct kunit *test)
{
	memset(&fake, 0, sizeof(fake));
	memset(&group, 0, sizeof(group));
	rcu_assign_pointer(oe_groups.all[0], &group);
	oe_groups.end = 1;
	return 0;
}

static void tear_down(struct kunit *test)
{
	oe_group_set_rule(&group, OE_RULE_CGROUP, "");
	rcu_barrier();
	KUNIT_EXPECT_FALSE(test, fake.watching);
	KUNIT_EXPECT_EQ(test, 0L, fake.refs[0]);
	KUNIT_EXPECT_EQ(test, 0L, fake.refs[1]);
	RCU_INIT_POINTER(oe_groups.all[0], NULL);
	oe_groups.end = 0;
}

static void expect_bound_to(struct kunit *test, unsigned int i)
{
	const struct oe_rule *rule;

	rcu_read_lock();
	rule = rcu_dereference(group.rules[OE_RULE_CGROUP]);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(i), rule->cgroup);
	rcu_read_unlock();
}

/* races_at is the look-up that finds a cgroup which goes at that moment. */
static void race_at(struct kunit *test, unsigned int look)
{
	fake.races_at = look;
	KUNIT_EXPECT_EQ(test, 0,
			oe_group_set_rule(&group, OE_RULE_CGROUP, "/svc"));
	KUNIT_EXPECT_TRUE(test, fake.watching);
	expect_bound_to(test, look < 2);
}

static void replaced_while_the_rule_is_made(struct kunit *test)
{
	race_at(test, 0);
}

static void replaced_while_it_is_looked_up_again(struct kunit *test)
{
	race_at(test, 1);
}

static void replaced_later(struct kunit *test)
{
	race_at(test, 2);
	replace_cgroup("/svc");
	expect_bound_to(test, 1);
}

static void child_is_in_its_parents_cgroup(struct kunit *test)
{
	struct task_struct *child =
		kunit_kzalloc(test, sizeof(*child), GFP_KERNEL);
	struct task_struct *parent =
		kunit_kzalloc(test, sizeof(*parent), GFP_KERNEL);
	union oe_subject subject;

	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_ASSERT_NOT_NULL(test, parent);
	parent->flags = 1;
	child->group_leader = child;
	rcu_assign_pointer(child->real_parent, parent);
	rcu_assign_pointer(child->real_cred, current->real_cred);
	child->__state = TASK_NEW;
	rcu_read_lock();
	real_subject_describe(&subject, child);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(1), subject.cgroup);
	/* It was put elsewhere, and does not run yet. */
	child->flags = 1;
	parent->flags = 0;
	real_subject_describe(&subject, child);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(1), subject.cgroup);
	/* It runs in the root. */
	child->flags = 0;
	parent->flags = 1;
	child->__state = TASK_RUNNING;
	real_subject_describe(&subject, child);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(0), subject.cgroup);
	rcu_read_unlock();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(replaced_while_the_rule_is_made),
	KUNIT_CASE(replaced_while_it_is_looked_up_again),
	KUNIT_CASE(replaced_later),
	KUNIT_CASE(child_is_in_its_parents_cgroup),
	{},
};

struct kunit_suite oe_group_suite = {
	.name = "oom_embedded_group",
	.init = set_up,
	.exit = tear_down,
	.test_cases = cases,
};
