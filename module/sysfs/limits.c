// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits/: a directory for each limit.
 */
#include "core.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "lib/parse.h"
#include "lib/units.h"
#include "limits/limit.h"
#include "limits/measure.h"
#include "limits/who.h"
#include "oom/signal.h"
#include "sysfs/common.h"
#include "sysfs/files.h"
#include "sysfs/dir.h"

static struct oe_sysfs_dir dir;

/**
 * struct limit_dir - the directory of a limit
 * @object: for dir.c
 * @limit: in the table of limits while the directory is published
 */
struct limit_dir {
	struct oe_sysfs_object object;
	struct oe_limit limit;
};

static struct oe_limit *limit_of(struct kobject *kobj)
{
	return &container_of(kobj, struct limit_dir, object.kobj)->limit;
}

static struct oe_sysfs_object *object_of(struct oe_limit *limit)
{
	return &container_of(limit, struct limit_dir, limit)->object;
}

static int parse_number(const char *buf, size_t count, u64 min, u64 max,
			u64 *value)
{
	return oe_sysfs_check_write(buf, count) ?:
		       oe_parse_number(buf, min, max, value);
}

static ssize_t max_kb_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(limit_of(kobj)->max_kb));
}

static ssize_t max_kb_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	u64 total_kb = oe_total_kb();
	u64 kb;
	int err;

	err = oe_sysfs_check_write(buf, count) ?:
		      oe_parse_size(buf, total_kb, ULONG_MAX, &kb);
	if (err)
		return err;
	WRITE_ONCE(limit_of(kobj)->max_kb, kb); /* read by the scan */
	oe_limit_kick();
	return count;
}

static ssize_t store_ms(unsigned int *ms, const char *buf, size_t count)
{
	u64 value;
	int err;

	err = parse_number(buf, count, 0, U32_MAX, &value);
	if (err)
		return err;
	WRITE_ONCE(*ms, value); /* read by the scan */
	oe_limit_kick();
	return count;
}

static ssize_t exceed_allowed_ms_show(struct kobject *kobj,
				      struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(limit_of(kobj)->exceed_allowed_ms));
}

static ssize_t exceed_allowed_ms_store(struct kobject *kobj,
				       struct kobj_attribute *attr,
				       const char *buf, size_t count)
{
	return store_ms(&limit_of(kobj)->exceed_allowed_ms, buf, count);
}

static ssize_t term_timeout_ms_show(struct kobject *kobj,
				    struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(limit_of(kobj)->term_timeout_ms));
}

static ssize_t term_timeout_ms_store(struct kobject *kobj,
				     struct kobj_attribute *attr,
				     const char *buf, size_t count)
{
	return store_ms(&limit_of(kobj)->term_timeout_ms, buf, count);
}

static ssize_t refill_ms_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(limit_of(kobj)->refill_ms));
}

static ssize_t refill_ms_store(struct kobject *kobj,
			       struct kobj_attribute *attr, const char *buf,
			       size_t count)
{
	return store_ms(&limit_of(kobj)->refill_ms, buf, count);
}

static ssize_t warn_ms_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(limit_of(kobj)->warn_ms));
}

static ssize_t warn_ms_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	return store_ms(&limit_of(kobj)->warn_ms, buf, count);
}

static ssize_t signal_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	int signal = READ_ONCE(limit_of(kobj)->signal);

	return sysfs_emit(buf, "%s\n", oe_signal_name(signal));
}

static ssize_t signal_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int signal;
	int err;

	err = oe_sysfs_check_write(buf, count) ?: oe_signal_parse(buf, &signal);
	if (!err && !signal)
		err = -EINVAL; /* a process has to be asked somehow */
	if (err)
		return err;
	WRITE_ONCE(limit_of(kobj)->signal, signal); /* read by the scan */
	return count;
}

static ssize_t subordinate_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	struct oe_limit_range ranges[OE_LIMIT_RANGES];
	unsigned int nr = oe_limit_get_ranges(limit_of(kobj), ranges);
	unsigned int i;
	int length = 0;

	for (i = 0; i < nr; i++)
		length += sysfs_emit_at(buf, length, "%s%u-%u", i ? " " : "",
					ranges[i].first, ranges[i].last);
	return length + sysfs_emit_at(buf, length, "\n");
}

static ssize_t subordinate_store(struct kobject *kobj,
				 struct kobj_attribute *attr, const char *buf,
				 size_t count)
{
	struct oe_limit_range ranges[OE_LIMIT_RANGES];
	char *copy;
	int nr;
	int err;

	err = oe_sysfs_check_write(buf, count);
	if (err)
		return err;
	copy = kstrdup(buf, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	nr = oe_who_parse_ranges(copy, ranges, OE_LIMIT_RANGES - 1);
	kfree(copy);
	if (nr < 0)
		return nr;
	err = oe_limit_set_ranges(limit_of(kobj), ranges, nr);
	return err ?: count;
}

/* The scan writes the following five. */

static ssize_t rss_kb_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(limit_of(kobj)->rss_kb));
}

static ssize_t shared_kb_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(limit_of(kobj)->shared_kb));
}

static ssize_t left_ms_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(limit_of(kobj)->left_ms));
}

static ssize_t exceeded_ms_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(limit_of(kobj)->exceeded_ms));
}

static ssize_t nr_kills_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%lu\n", READ_ONCE(limit_of(kobj)->nr_kills));
}

static struct kobj_attribute max_kb_attr = __ATTR_RW(max_kb);
static struct kobj_attribute allowed_attr = __ATTR_RW(exceed_allowed_ms);
static struct kobj_attribute timeout_attr = __ATTR_RW(term_timeout_ms);
static struct kobj_attribute refill_attr = __ATTR_RW(refill_ms);
static struct kobj_attribute subordinate_attr = __ATTR_RW(subordinate);
static struct kobj_attribute warn_attr = __ATTR_RW(warn_ms);
static struct kobj_attribute signal_attr = __ATTR_RW(signal);
static struct kobj_attribute shared_attr = __ATTR_RO(shared_kb);
static struct kobj_attribute left_attr = __ATTR_RO(left_ms);
static struct kobj_attribute rss_attr = __ATTR_RO(rss_kb);
static struct kobj_attribute exceeded_attr = __ATTR_RO(exceeded_ms);
static struct kobj_attribute kills_attr = __ATTR_RO(nr_kills);

static struct attribute *limit_attrs[] = {
	&max_kb_attr.attr,
	&allowed_attr.attr,
	&timeout_attr.attr,
	&refill_attr.attr,
	&warn_attr.attr,
	&subordinate_attr.attr,
	&signal_attr.attr,
	&shared_attr.attr,
	&left_attr.attr,
	&rss_attr.attr,
	&exceeded_attr.attr,
	&kills_attr.attr,
	NULL,
};

static const struct attribute_group limit_group = {
	.attrs = limit_attrs,
};

static const struct attribute_group *limit_groups[] = { &limit_group, NULL };

static void release_limit(struct oe_sysfs_object *object)
{
	struct limit_dir *limit_dir =
		container_of(object, struct limit_dir, object);

	oe_limit_release(&limit_dir->limit);
	kfree(limit_dir);
}

/* sysfs does the same to the name of a directory. */
static char *directory_name(const struct oe_limit *limit)
{
	char *name = kstrdup(limit->who.name, GFP_KERNEL);

	if (name)
		strreplace(name, '/', '!');
	return name;
}

static int publish_limit(struct limit_dir *new, const char *name)
{
	int err;

	mutex_lock(&dir.lock);
	err = oe_sysfs_object_add(&new->object, &dir, name);
	if (!err) {
		err = oe_limit_add(&new->limit);
		if (err)
			oe_sysfs_object_remove(&new->object);
	}
	mutex_unlock(&dir.lock);
	return err;
}

/* A writer is in the initial user namespace, so a number is a kuid. */
static ssize_t create_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	struct oe_limit_who who = {};
	struct limit_dir *new;
	char *name;
	int err;

	err = oe_sysfs_check_write(buf, count) ?: oe_who_parse(buf, &who);
	if (err) {
		oe_who_free(&who);
		return err;
	}
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new) {
		oe_who_free(&who);
		return -ENOMEM;
	}
	new->limit.who = who;
	oe_limit_init(&new->limit);
	name = directory_name(&new->limit);
	if (!name) {
		release_limit(&new->object);
		return -ENOMEM;
	}
	err = publish_limit(new, name); /* frees it on failure */
	kfree(name);
	return err ?: count;
}

static int remove_limit(const char *name)
{
	struct oe_limit *limit;

	mutex_lock(&dir.lock);
	limit = oe_limit_find(name);
	if (limit) {
		oe_limit_remove(limit);
		oe_sysfs_object_remove(object_of(limit));
	}
	mutex_unlock(&dir.lock);
	return limit ? 0 : -ENOENT;
}

static ssize_t remove_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	struct oe_limit_who who = {};
	int err;

	err = oe_sysfs_check_write(buf, count) ?: oe_who_parse(buf, &who);
	if (!err)
		err = remove_limit(who.name);
	oe_who_free(&who);
	return err ?: count;
}

static ssize_t period_ms_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%u\n", oe_limit_period_ms());
}

static ssize_t period_ms_store(struct kobject *kobj,
			       struct kobj_attribute *attr, const char *buf,
			       size_t count)
{
	u64 value;
	int err;

	err = parse_number(buf, count, OE_LIMIT_PERIOD_MIN_MS,
			   OE_LIMIT_PERIOD_MAX_MS, &value);
	if (err)
		return err;
	oe_limit_set_period_ms(value);
	return count;
}

static const char *const measure_words[] = { OOM_EMBEDDED_LIMIT_MEASURE_WORDS };

static ssize_t measure_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%s\n", measure_words[oe_limit_get_measure()]);
}

static ssize_t measure_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	unsigned int measure;
	int err;

	err = oe_sysfs_check_write(buf, count) ?:
						 oe_parse_word(buf, measure_words,
							       ARRAY_SIZE(measure_words), &measure);
	if (err)
		return err;
	oe_limit_set_measure(measure);
	oe_limit_kick();
	return count;
}

static struct kobj_attribute create_attr = __ATTR_WO(create);
static struct kobj_attribute remove_attr = __ATTR_WO(remove);
static struct kobj_attribute period_attr = __ATTR_RW(period_ms);
static struct kobj_attribute measure_attr = __ATTR_RW(measure);

static struct attribute *dir_attrs[] = {
	&create_attr.attr,
	&remove_attr.attr,
	&period_attr.attr,
	&measure_attr.attr,
	NULL,
};

static const struct attribute_group dir_group = {
	.attrs = dir_attrs,
};

static const struct attribute_group *dir_groups[] = { &dir_group, NULL };

static struct oe_sysfs_dir dir = {
	.name = "limits",
	.groups = dir_groups,
	.object_groups = limit_groups,
	.release = release_limit,
};

/**
 * oe_sysfs_limits_init - publish limits/
 * @parent: the directory above
 *
 * Context: module init.
 * Return: 0 or a negative errno.
 */
int oe_sysfs_limits_init(struct kobject *parent)
{
	return oe_sysfs_dir_add(&dir, parent);
}

/**
 * oe_sysfs_limits_exit - remove every limit, then limits/
 *
 * Context: module exit; waits for reads and writes under way.
 */
void oe_sysfs_limits_exit(void)
{
	struct oe_limit *limit;

	oe_sysfs_dir_close(&dir);
	mutex_lock(&dir.lock);
	while ((limit = oe_limit_any())) {
		oe_limit_remove(limit);
		oe_sysfs_object_remove(object_of(limit));
	}
	mutex_unlock(&dir.lock);
	oe_sysfs_dir_remove(&dir);
}
