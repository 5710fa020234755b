// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the rules of groups.
 */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Defined once more by the other suites, as stubs. */
#define oe_group_of_members real_of_members
#define oe_group_has_by_rule real_has_by_rule
#define oe_group_next real_next
#define oe_group_index real_index
#define oe_group_signal real_signal
#define oe_group_describe real_describe
#define oe_rank_open_group fake_open
#define oe_rank_close_group fake_close
#define oe_exe_find fake_exe_find
#define oe_exe_of fake_exe_of

#include "core.h"

#include "rank/cgroup.h"

static bool fake_is_root(const struct cgroup *cgroup);
static struct cgroup *fake_of(struct task_struct *p);
#define oe_cgroup_is_root fake_is_root
#define oe_cgroup_of fake_of
#define oe_cgroup_resolve fake_resolve
#define oe_cgroup_is_named fake_is_named

#include "failing_alloc.h"

#include "../rank/name_index.c"
#include "../rank/group_table.c"
#include "../rank/group_rule.c"
#include "../rank/cgroup_path.c"
#include "../rank/joint_rule.c"
static void note_widening(unsigned int index, const struct oe_names *names);
static void note_narrowing(unsigned int index, const struct oe_names *names);
#define oe_name_index_widen note_widening
#define oe_name_index_narrow note_narrowing
#include "../rank/group_change_rule.c"
#undef oe_name_index_widen
#undef oe_name_index_narrow
#include "../rank/group_match.c"
#include "../rank/group.c"
static void find_and_count(const char *name, unsigned long *groups);
#define oe_name_index_find find_and_count
#define oe_group_pass_judge real_pass_judge
#include "../rank/group_pass.c"
#undef oe_name_index_find

enum {
	NR_CGROUPS = 2,
	USER = 1000,
	SERVICE_INODE = 7,
};

/* A cgroup is the address of its place here. */
static char fake_cgroups[NR_CGROUPS];

static struct cgroup *cgroup_nr(unsigned int i)
{
	return (struct cgroup *)&fake_cgroups[i];
}

/* The first one is the root. */
static bool fake_is_root(const struct cgroup *cgroup)
{
	return cgroup == cgroup_nr(0);
}

/* A process is in the cgroup that its flags name. */
static struct cgroup *fake_of(struct task_struct *p)
{
	return cgroup_nr(p->flags);
}

static DECLARE_BITMAP(open_groups, OE_NR_GROUPS);

void fake_open(unsigned int group)
{
	set_bit(group, open_groups);
}

void fake_close(unsigned int group)
{
	clear_bit(group, open_groups);
}

/* The one executable is "/service". */
int fake_exe_find(const char *path, struct oe_exe *exe)
{
	if (strcmp(path, "/service"))
		return -ENOENT;
	*exe = (struct oe_exe){ .inode = SERVICE_INODE };
	return 0;
}

void fake_exe_of(struct task_struct *p, enum oe_exe_access access,
		 struct oe_exe *exe)
{
	*exe = (struct oe_exe){};
}

char *fake_resolve(const char *text)
{
	return kstrdup(strcmp(text, "/") ? text : "", GFP_KERNEL) ?:
		       ERR_PTR(-ENOMEM);
}

/* "/a/b" is the path of the second cgroup, and "/a/" with an asterisk matches it. */
bool fake_is_named(struct cgroup *cgroup, const char *names, unsigned int depth,
		   bool glob)
{
	return !depth ||
	       (cgroup == cgroup_nr(1) && depth == 2 &&
		!strcmp(names, glob ? "*" : "b") && !strcmp(names + 2, "a"));
}

static struct oe_group group;

/* As a write to one of its files does. */
static int set_rule(struct oe_group *of, enum oe_rule_kind kind,
		    const char *text)
{
	struct oe_rule *rule = *text ? oe_rule_make(kind, text) : NULL;

	if (IS_ERR(rule))
		return PTR_ERR(rule);
	oe_group_lock();
	oe_group_put_rule(of, kind, rule);
	oe_group_unlock();
	return 0;
}

static int set_joint(struct oe_group *of, const char *text)
{
	struct oe_joint_rules *rules = oe_joint_make(text);

	if (IS_ERR(rules))
		return PTR_ERR(rules);
	oe_group_lock();
	oe_group_put_joint(of, rules);
	oe_group_unlock();
	return 0;
}

static int set_up(struct kunit *test)
{
	int err = oe_name_index_reserve();

	if (err)
		return err;
	memset(&group, 0, sizeof(group));
	rcu_assign_pointer(oe_groups.all[0], &group);
	oe_groups.end = 1;
	return 0;
}

static void tear_down(struct kunit *test)
{
	set_rule(&group, OE_RULE_CGROUP, "");
	set_joint(&group, "");
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, oe_version_is(oe_version_now()));
	KUNIT_EXPECT_EQ(test, 0u, oe_groups.nr_rules);
	KUNIT_EXPECT_EQ(test, 0u, oe_groups.nr_exe_uses);
	RCU_INIT_POINTER(oe_groups.all[0], NULL);
	oe_groups.end = 0;
	oe_name_index_free();
}

#include "pass_cases.h"

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
	real_describe(&subject, child, OE_EXE_LOCK);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(1), subject.cgroup);
	/* It was put elsewhere, and does not run yet. */
	child->flags = 1;
	parent->flags = 0;
	real_describe(&subject, child, OE_EXE_LOCK);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(1), subject.cgroup);
	/* It runs in the root. */
	child->flags = 0;
	parent->flags = 1;
	child->__state = TASK_RUNNING;
	real_describe(&subject, child, OE_EXE_LOCK);
	KUNIT_EXPECT_PTR_EQ(test, cgroup_nr(0), subject.cgroup);
	rcu_read_unlock();
}

/* In the second cgroup; meets all conditions that are tried below. */
static union oe_subject subject_of(uid_t uid)
{
	return (union oe_subject){
		.exe = { .inode = SERVICE_INODE },
		.cgroup = cgroup_nr(1),
		.uid = uid,
		.comm = "service",
	};
}

static int rank_by(const char *rules, uid_t uid)
{
	const union oe_subject subject = subject_of(uid);
	struct oe_ranking of_pass = { .rank = 500 };
	struct oe_ranking ranking = { .rank = 500 };
	DECLARE_BITMAP(nameless, OE_NR_GROUPS) = {};
	DECLARE_BITMAP(groups, OE_NR_GROUPS);
	DECLARE_BITMAP(kind, OE_NR_GROUPS);

	if (set_joint(&group, rules))
		return -1;
	rcu_read_lock();
	oe_name_index_find(subject.comm, groups);
	oe_group_of_kind(&subject, kind);
	bitmap_or(kind, kind, groups, OE_NR_GROUPS);
	oe_group_of_rules(&subject, kind, &of_pass);
	oe_name_index_nameless(nameless);
	bitmap_or(groups, groups, nameless, OE_NR_GROUPS);
	oe_group_of_rules(&subject, groups, &ranking);
	rcu_read_unlock();
	return ranking.rank == of_pass.rank ? ranking.rank : -1;
}

#include "change_cases.h"
#include "name_cases.h"
#include "table_cases.h"

static void every_condition_counts(struct kunit *test)
{
	static const char *const unmet[] = {
		"exe=/service cgroup=/a/b comm=s* uid=1-999",
		"exe=/service cgroup=/a/b comm=x* uid=1000",
		"exe=/service cgroup=/b/a comm=s* uid=1000",
	};
	unsigned int i;

	group.rank = 100;
	KUNIT_EXPECT_EQ(test, 100,
			rank_by("exe=/service cgroup=/a/b comm=s* uid=1-2000",
				USER));
	for (i = 0; i < ARRAY_SIZE(unmet); i++)
		KUNIT_EXPECT_EQ_MSG(test, 500, rank_by(unmet[i], USER), "%s",
				    unmet[i]);
	KUNIT_EXPECT_EQ(test, 100, rank_by("uid=5\nuid=1000\ncomm=x", USER));
	KUNIT_EXPECT_EQ(test, 100, rank_by("cgroup=/ uid=1000", USER));
	KUNIT_EXPECT_EQ(test, 100, rank_by("cgroup=/a/* uid=1000", USER));
	KUNIT_EXPECT_EQ(test, 500, rank_by("cgroup=/b/* uid=1000", USER));
}

static void names_protect_root_only(struct kunit *test)
{
	static const char *const names[] = { "comm=service", "exe=/service",
					     "comm=s* exe=/service" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		group.rank = 100;
		KUNIT_EXPECT_EQ(test, 100, rank_by(names[i], 0));
		KUNIT_EXPECT_EQ(test, 500, rank_by(names[i], USER));
		oe_group_trust_names(&group, true);
		KUNIT_EXPECT_EQ(test, 100, rank_by(names[i], USER));
		oe_group_trust_names(&group, false);
		group.rank = 900;
		KUNIT_EXPECT_EQ(test, 900, rank_by(names[i], USER));
	}
	group.rank = 100;
	KUNIT_EXPECT_EQ(test, 100, rank_by("comm=service cgroup=/a/b", USER));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, "s*"));
	KUNIT_EXPECT_EQ(test, 500, rank_by("", USER));
	KUNIT_EXPECT_EQ(test, 100, rank_by("", 0));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_COMM, ""));
}

/* Each is more exact than the one before it, whatever their rankings. */
static void more_exact_rule_counts(struct kunit *test)
{
	static const char *const order[] = {
		"uid=1000",
		"comm=service",
		"comm=service uid=1000",
		"cgroup=/a/b",
		"cgroup=/a/b comm=service uid=1000",
		"exe=/service",
		"exe=/service cgroup=/a/b comm=service uid=1000",
	};
	static struct oe_group other;
	unsigned int i;

	memset(&other, 0, sizeof(other));
	other.trusts_names = true;
	group.trusts_names = true;
	other.index = 1;
	rcu_assign_pointer(oe_groups.all[1], &other);
	oe_groups.end = 2;
	for (i = 0; i + 1 < ARRAY_SIZE(order); i++) {
		KUNIT_EXPECT_EQ(test, 0, set_joint(&other, order[i + 1]));
		group.rank = 100;
		other.rank = 700;
		KUNIT_EXPECT_EQ(test, 700, rank_by(order[i], USER));
		KUNIT_EXPECT_EQ(test, 100, rank_by(order[i + 1], USER));
		group.rank = 800;
		KUNIT_EXPECT_EQ(test, 700, rank_by(order[i], USER));
		KUNIT_EXPECT_EQ(test, 700, rank_by(order[i + 1], USER));
	}
	KUNIT_EXPECT_EQ(test, 0, set_joint(&other, ""));
	RCU_INIT_POINTER(oe_groups.all[1], NULL);
	oe_groups.end = 1;
}

/* A precedence decides between equally exact rules, and members by pid. */
static void precedence_before_ranking(struct kunit *test)
{
	static struct oe_group other;
	DECLARE_BITMAP(both, OE_NR_GROUPS) = { 3 };
	struct oe_ranking ranking = {};

	memset(&other, 0, sizeof(other));
	other.index = 1;
	other.rank = 900;
	other.precedence = 1;
	rcu_assign_pointer(oe_groups.all[1], &other);
	oe_groups.end = 2;
	group.rank = 800;
	KUNIT_EXPECT_EQ(test, 0, set_joint(&other, "comm=service"));
	KUNIT_EXPECT_EQ(test, 900, rank_by("comm=s*", USER));
	KUNIT_EXPECT_EQ(test, 800, rank_by("comm=s* uid=1000", USER));
	oe_group_set_precedence(&group, 2);
	KUNIT_EXPECT_EQ(test, 800, rank_by("comm=s*", USER));
	KUNIT_EXPECT_EQ(test, 900, rank_by("uid=1000", USER));
	oe_group_set_precedence(&group, 1);
	KUNIT_EXPECT_EQ(test, 800, rank_by("comm=s*", USER));
	rcu_read_lock();
	real_of_members(both, &ranking);
	KUNIT_EXPECT_EQ(test, 800, ranking.rank);
	oe_group_set_precedence(&other, 2);
	real_of_members(both, &ranking);
	KUNIT_EXPECT_EQ(test, 900, ranking.rank);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, 0, set_joint(&other, ""));
	RCU_INIT_POINTER(oe_groups.all[1], NULL);
	oe_groups.end = 1;
}

static void bad_rules_change_nothing(struct kunit *test)
{
	static const struct {
		int err;
		const char *text;
	} bad[] = {
		{ -EINVAL, "comm" },
		{ -EINVAL, "comm=" },
		{ -EINVAL, "=a" },
		{ -EINVAL, "uid=0 uid=0" },
		{ -EINVAL, "uid=0 name=a" },
		{ -EINVAL, "uid=0\ncomm=\\x" },
		{ -EINVAL, "comm=a\\x4" },
		{ -EINVAL, "comm=\\x00" },
		{ -EINVAL, "comm=\\xg0" },
		{ -EINVAL, " " },
		{ -ENOENT, "uid=0\nexe=/other" },
		{ -ERANGE, "uid=4294967295" },
		{ -ENAMETOOLONG, "comm=sixteen-letters-" },
	};
	static const char good[] =
		"exe=/service comm=\\x20\\x5c*\\xff uid=1-2\ncgroup=/a/b\n";
	char *text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, good));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, bad[i].err,
				    set_joint(&group, bad[i].text), "%s",
				    bad[i].text);
	KUNIT_EXPECT_EQ(test, (int)strlen(good),
			oe_group_show_joint(&group, text));
	KUNIT_EXPECT_STREQ(test, good, text);
}

/* A cgroup is no deeper than a place of its depth, and rules fill less than a page. */
static void paths_have_bounds(struct kunit *test)
{
	char *text = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < DEPTH_MAX; i++)
		memcpy(text + 2 * i, "/a", 2);
	KUNIT_EXPECT_EQ(test, -EINVAL, set_rule(&group, OE_RULE_CGROUP, text));
	text[2 * (DEPTH_MAX - 1)] = '\0';
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_CGROUP, text));
	KUNIT_EXPECT_EQ(test, 0, set_rule(&group, OE_RULE_CGROUP, ""));
	memset(text, 'a', PAGE_SIZE);
	memcpy(text, "cgroup=/", 8);
	KUNIT_EXPECT_EQ(test, -ENOSPC, set_joint(&group, text));
	text[PAGE_SIZE / 2] = '\0';
	KUNIT_EXPECT_EQ(test, 0, set_joint(&group, text));
}

#include "no_memory_cases.h"

static struct kunit_case cases[] = {
	KUNIT_CASE(child_is_in_its_parents_cgroup),
	KUNIT_CASE(a_pass_judges_each_kind_once),
	KUNIT_CASE(a_pass_goes_on_with_changed_rules),
	KUNIT_CASE(every_condition_counts),
	KUNIT_CASE(names_protect_root_only),
	KUNIT_CASE(more_exact_rule_counts),
	KUNIT_CASE(precedence_before_ranking),
	KUNIT_CASE(bad_rules_change_nothing),
	KUNIT_CASE(name_index_finds_what_matches),
	KUNIT_CASE(name_index_has_what_can_be_found),
	KUNIT_CASE(change_is_told_with_its_effect),
	KUNIT_CASE(groups_come_and_go),
	KUNIT_CASE(single_rules_read_back),
	KUNIT_CASE(users_from_first_to_last),
	KUNIT_CASE(executables_are_asked_for_if_a_rule_does),
	KUNIT_CASE(paths_have_bounds),
	KUNIT_CASE(rules_need_memory),
	KUNIT_CASE(groups_need_memory),
	{},
};

struct kunit_suite oe_group_suite = {
	.name = "oom_embedded_group",
	.init = set_up,
	.exit = tear_down,
	.test_cases = cases,
};
