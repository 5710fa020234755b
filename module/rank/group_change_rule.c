// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a group's rules. A cgroup rule follows its path: to the cgroup that
 * has it now, and to each later one.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "rank/cgroup_rule.h"
#include "rank/group.h"
#include "rank/group_rule.h"
#include "rank/group_table.h"

static struct oe_rule *rule_of(struct oe_group *group, enum oe_rule_kind kind)
{
	return rcu_dereference_protected(group->rules[kind],
					 lockdep_is_held(&oe_groups.lock));
}

/**
 * oe_group_replace_rule - give a group another rule, or none
 * @group: the group
 * @kind: which of its rules
 * @rule: the new one, or NULL; the old one is freed
 *
 * Context: under oe_groups.lock.
 */
void oe_group_replace_rule(struct oe_group *group, enum oe_rule_kind kind,
			   struct oe_rule *rule)
{
	struct oe_rule *old = rule_of(group, kind);

	rcu_assign_pointer(group->rules[kind], rule);
	oe_group_table_adjust(&oe_groups.nr_rules, old, rule);
	if (kind == OE_RULE_CGROUP)
		oe_group_table_adjust(&oe_groups.nr_cgroup_rules, old, rule);
	if (old)
		oe_rule_free(old);
}

/*
 * A new cgroup has got a path. A service that is restarted gets a new cgroup of
 * the old name, and the rule still means that service. Called by the
 * tracepoint, with preemption off, too.
 */
static void bind_cgroup(struct cgroup *cgroup, const char *path)
{
	struct oe_group *group;
	struct oe_rule *rule;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; (group = oe_group_table_next(&i));) {
		rule = rcu_dereference(group->rules[OE_RULE_CGROUP]);
		if (rule)
			oe_rule_bind_cgroup(rule, cgroup, path);
	}
	rcu_read_unlock();
}

/* Between look-up and publication the path may have got a new cgroup. */
static void look_again(const char *text)
{
	struct cgroup *cgroup;
	char *path;

	cgroup = oe_cgroup_find(text, &path);
	if (IS_ERR(cgroup))
		return;
	bind_cgroup(cgroup, path);
	oe_cgroup_put(cgroup);
	kfree(path);
}

static int set_rule(struct oe_group *group, enum oe_rule_kind kind,
		    const char *text)
{
	struct oe_rule *rule = NULL;

	if (*text)
		rule = oe_rule_make(kind, text);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	oe_group_replace_rule(group, kind, rule);
	return 0;
}

static int set_cgroup_rule(struct oe_group *group, const char *text)
{
	int err;

	/* Before the look-up, so that no new cgroup of that path is missed. */
	err = oe_cgroup_watch(bind_cgroup);
	if (err)
		return err;
	err = set_rule(group, OE_RULE_CGROUP, text);
	if (!err && *text)
		look_again(text);
	if (!oe_groups.nr_cgroup_rules)
		oe_cgroup_unwatch();
	return err;
}

/**
 * oe_group_set_rule - change a rule of a group
 * @group: the group
 * @kind: which of its rules
 * @text: without a newline; "" clears
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; or -EINVAL, -ERANGE, -ENOENT (no such cgroup), -EOPNOTSUPP (the
 * kernel lacks it), -ENOMEM and nothing changed.
 */
int oe_group_set_rule(struct oe_group *group, enum oe_rule_kind kind,
		      const char *text)
{
	int err;

	mutex_lock(&oe_groups.lock);
	err = kind == OE_RULE_CGROUP ? set_cgroup_rule(group, text) :
				       set_rule(group, kind, text);
	mutex_unlock(&oe_groups.lock);
	return err;
}

/**
 * oe_group_show_rule - print a rule as it can be written
 * @group: the group
 * @kind: which of its rules
 * @text: a page
 *
 * Context: process context.
 * Return: number of bytes written.
 */
int oe_group_show_rule(struct oe_group *group, enum oe_rule_kind kind,
		       char *text)
{
	const struct oe_rule *rule;
	int length;

	rcu_read_lock();
	rule = rcu_dereference(group->rules[kind]);
	length = rule ? oe_rule_show(rule, text) : sysfs_emit(text, "\n");
	rcu_read_unlock();
	return length;
}
