// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/oom_embedded: the directory, its plain files, and the kobject
 * that sends the uevents.
 */
#include "core.h"

#include <linux/completion.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <uapi/oom_embedded.h>

#include "compat/compat.h"
#include "lib/parse.h"
#include "memory/reserve.h"
#include "notify.h"
#include "oom/coverage.h"
#include "oom/request.h"
#include "rank/group.h"
#include "sysfs/common.h"
#include "sysfs/files.h"
#include "sysfs/root.h"
#include "tunables.h"

/*
 * A uevent needs a kset above its sender, for the subsystem's name. The kset
 * itself has no directory, so that the sender can be /sys/kernel/oom_embedded.
 */
static struct {
	struct kset kset;
	struct kobject kobj;
	struct completion kset_released;
	struct completion kobj_released;
	struct kernfs_node *wanted;
	struct kernfs_node *coverage;
} root;

struct tunable_attribute {
	struct kobj_attribute attr;
	const struct oe_tunable *tunable;
};

static const struct oe_tunable *tunable_of(struct kobj_attribute *attr)
{
	return container_of(attr, struct tunable_attribute, attr)->tunable;
}

static ssize_t tunable_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return oe_tunable_show(tunable_of(attr), buf);
}

static ssize_t tunable_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);

	if (!err)
		err = oe_tunable_store(tunable_of(attr), buf);
	if (err)
		return err;
	oe_tunables_warn();
	return count;
}

static struct tunable_attribute tunable_attrs[OE_NR_TUNABLES];
static struct attribute *tunable_attr_list[OE_NR_TUNABLES + 1];

static const struct attribute_group tunables_group = {
	.attrs = tunable_attr_list,
};

static void init_tunables(void)
{
	unsigned int i;

	for (i = 0; i < OE_NR_TUNABLES; i++) {
		struct kobj_attribute *attr = &tunable_attrs[i].attr;

		sysfs_attr_init(&attr->attr);
		attr->attr.name = oe_tunables[i].name;
		attr->attr.mode = 0644;
		attr->show = tunable_show;
		attr->store = tunable_store;
		tunable_attrs[i].tunable = &oe_tunables[i];
		tunable_attr_list[i] = &attr->attr;
	}
}

static ssize_t abi_version_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d.%d\n", OOM_EMBEDDED_ABI_MAJOR,
			  OOM_EMBEDDED_ABI_MINOR);
}

static ssize_t coverage_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	char text[OE_COVERAGE_TEXT];

	oe_coverage_check(text);
	return sysfs_emit(buf, "%s\n", text);
}

static ssize_t reserve_available_kb_show(struct kobject *kobj,
					 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", oe_reserve_available_kb());
}

static ssize_t reconfigure_wanted_show(struct kobject *kobj,
				       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", oe_notify_read());
}

static ssize_t reconfigure_done_show(struct kobject *kobj,
				     struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", oe_notify_done());
}

static ssize_t reconfigure_done_store(struct kobject *kobj,
				      struct kobj_attribute *attr,
				      const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	u64 value;

	if (!err)
		err = oe_parse_number(buf, 0, S64_MAX, &value);
	if (!err)
		err = oe_notify_acknowledge(value);
	return err ?: count;
}

/* "1" for any process, "group:NAME" for a member of that group. */
static int parse_relieve(const char *text, char group[OE_GROUP_NAME])
{
	static const char prefix[] = "group:";
	bool exists;
	u64 value;
	int err;

	group[0] = 0;
	if (strncmp(text, prefix, sizeof(prefix) - 1))
		return oe_parse_number(text, 1, 1, &value);
	err = oe_parse_name(text + sizeof(prefix) - 1, group, OE_GROUP_NAME);
	if (err)
		return err;
	rcu_read_lock();
	exists = oe_group_peek(group);
	rcu_read_unlock();
	return exists ? 0 : -ENOENT;
}

static ssize_t relieve_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);
	char group[OE_GROUP_NAME];
	const struct oe_request request = {
		.kind = OE_KIND_REQUEST,
		.group = group,
	};

	if (!err)
		err = parse_relieve(buf, group);
	if (!err)
		err = oe_request_victim(&request);
	return err ?: count;
}

static struct kobj_attribute abi_version_attr = __ATTR_RO(abi_version);
static struct kobj_attribute coverage_attr = __ATTR_RO(coverage);
static struct kobj_attribute reserve_available_attr =
	__ATTR_RO(reserve_available_kb);
static struct kobj_attribute wanted_attr = __ATTR_RO(reconfigure_wanted);
static struct kobj_attribute done_attr = __ATTR_RW(reconfigure_done);
static struct kobj_attribute relieve_attr = __ATTR_WO(relieve);

static struct attribute *plain_attrs[] = {
	&abi_version_attr.attr,
	&coverage_attr.attr,
	&reserve_available_attr.attr,
	&wanted_attr.attr,
	&done_attr.attr,
	&relieve_attr.attr,
	NULL,
};

static const struct attribute_group plain_group = {
	.attrs = plain_attrs,
};

static const struct attribute_group *root_groups[] = {
	&plain_group,	  &tunables_group,
	&oe_lists_group,  &oe_stats_group,
#ifdef CONFIG_OE_EVENTS
	&oe_events_group,
#endif
#ifdef CONFIG_OE_REPORT
	&oe_report_group,
#endif
#ifdef CONFIG_OE_LEVELS
	&oe_levels_group,
#endif
	&oe_staged_group, NULL,
};

static void release_root(struct kobject *kobj)
{
	complete(&root.kobj_released);
}

static void release_kset(struct kobject *kobj)
{
	complete(&root.kset_released);
}

static OE_KTYPE_CONST struct kobj_type root_type = {
	.release = release_root,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = root_groups,
};

static OE_KTYPE_CONST struct kobj_type kset_type = {
	.release = release_kset,
};

static const char *subsystem_name(OE_UEVENT_ARGS)
{
	return OOM_EMBEDDED_NAME;
}

static const struct kset_uevent_ops uevent_ops = {
	.name = subsystem_name,
};

static void init_kset(void)
{
	init_completion(&root.kset_released);
	kobject_init(&root.kset.kobj, &kset_type);
	INIT_LIST_HEAD(&root.kset.list);
	spin_lock_init(&root.kset.list_lock);
	root.kset.uevent_ops = &uevent_ops;
}

/* Looked up now: in the OOM path the lock of the look-up may be held. */
static int find_nodes(void)
{
	root.wanted = sysfs_get_dirent(root.kobj.sd, "reconfigure_wanted");
	if (!root.wanted)
		return -ENOENT;
	root.coverage = sysfs_get_dirent(root.kobj.sd, "coverage");
	if (root.coverage)
		return 0;
	sysfs_put(root.wanted);
	return -ENOENT;
}

static void put_nodes(void)
{
	sysfs_put(root.coverage);
	sysfs_put(root.wanted);
}

/* After kobject_init() only kobject_put() frees it: wait for the last one. */
static void put_kset(void)
{
	kobject_put(&root.kset.kobj);
	wait_for_completion(&root.kset_released);
}

static void put_root(void)
{
	kobject_put(&root.kobj);
	wait_for_completion(&root.kobj_released);
}

/**
 * oe_sysfs_init - publish everything
 *
 * Context: module init, last step.
 * Return: 0 or a negative errno.
 */
int oe_sysfs_init(void)
{
	int err;

	err = oe_sysfs_report_init();
	if (err)
		return err;
	err = oe_sysfs_self_init();
	if (err)
		goto err_exit_report;
	init_tunables();
	oe_lists_init();
	oe_sysfs_events_init();
	oe_sysfs_levels_init();
	init_kset();
	init_completion(&root.kobj_released);
	root.kobj.kset = &root.kset;
	err = kobject_init_and_add(&root.kobj, &root_type, kernel_kobj,
				   OOM_EMBEDDED_NAME);
	if (err)
		goto err_put;
	err = oe_sysfs_groups_init(&root.kobj);
	if (err)
		goto err_put;
	err = find_nodes();
	if (err)
		goto err_exit_groups;
	err = oe_sysfs_limits_init(&root.kobj);
	if (err)
		goto err_put_nodes;
	err = oe_sysfs_cgroups_init(&root.kobj);
	if (err)
		goto err_exit_limits;
	oe_notify_attach(&root.kobj, root.wanted);
	err = oe_sysfs_levels_attach(&root.kobj);
	if (err)
		goto err_detach_notify;
	oe_coverage_attach(root.coverage);
	return 0;

err_detach_notify:
	oe_notify_detach();
	oe_sysfs_cgroups_exit();
err_exit_limits:
	oe_sysfs_limits_exit();
err_put_nodes:
	put_nodes();
err_exit_groups:
	oe_sysfs_groups_exit();
err_put:
	put_root();
	put_kset();
	oe_sysfs_staged_exit();
	oe_sysfs_levels_exit();
	oe_sysfs_events_exit();
	oe_lists_exit();
	oe_sysfs_self_exit();
err_exit_report:
	oe_sysfs_report_exit();
	return err;
}

/**
 * oe_sysfs_exit - withdraw everything
 *
 * Context: module exit, first step; waits for reads and writes under way.
 */
void oe_sysfs_exit(void)
{
	oe_coverage_detach();
	oe_sysfs_levels_detach();
	oe_sysfs_cgroups_exit();
	oe_sysfs_limits_exit();
	oe_notify_detach();
	put_nodes();
	oe_sysfs_groups_exit();
	kobject_del(&root.kobj);
	put_root();
	put_kset();
	oe_sysfs_staged_exit();
	oe_sysfs_levels_exit();
	oe_sysfs_events_exit();
	oe_lists_exit();
	oe_sysfs_self_exit();
	oe_sysfs_report_exit();
}
