// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom limits are about, and the way from a process to its limits. A process
 * has at most one limit by its user, and one by its group: their ranges do not
 * overlap, so one look into a sorted table finds it. Cgroups are looked at one
 * after the other.
 *
 * The tables are changed and read under the lock of the scan.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lib/parse.h"
#include "limits/who.h"
#include "rank/cgroup.h"
#include "rank/cgroup_rule.h"

enum {
	/* Names of directories have at most 255 bytes. */
	NAME_LONGEST = 240,
};

struct entry {
	struct oe_limit_range range;
	struct oe_limit *limit;
};

/* Sorted by their ranges. */
static struct table {
	struct entry *entries;
	unsigned int nr;
	unsigned int size;
} tables[OE_LIMIT_NR_KINDS];

/* Not 0, which is root, nor (uid_t)-1, which is no user. */
static int parse_id(const char *text, u32 *id)
{
	u64 number;
	int err;

	err = oe_parse_number(text, 1, U32_MAX - 1, &number);
	if (!err)
		*id = number;
	return err;
}

static int parse_range(char *text, struct oe_limit_range *range)
{
	char *dash = strchr(text, '-');
	int err;

	if (!dash || dash == text) {
		err = parse_id(text, &range->first);
		range->last = range->first;
		return err;
	}
	*dash = '\0';
	err = parse_id(text, &range->first) ?: parse_id(dash + 1, &range->last);
	if (!err && range->last < range->first)
		err = -EINVAL;
	return err;
}

static int parse_ids(char *text, const char *prefix, struct oe_limit_who *who)
{
	struct oe_limit_range *range = &who->ranges[0];
	int err;

	err = parse_range(text, range);
	if (err)
		return err;
	who->nr = 1;
	if (range->first == range->last)
		who->name = kasprintf(GFP_KERNEL, "%s%u", prefix, range->first);
	else
		who->name = kasprintf(GFP_KERNEL, "%s%u-%u", prefix,
				      range->first, range->last);
	return who->name ? 0 : -ENOMEM;
}

/* The name is that of a directory, and stands in lines of the log. */
static bool is_plain_text(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static int parse_cgroup(const char *text, struct oe_limit_who *who)
{
	const char *path;
	int err;

	if (!is_plain_text(text) || strpbrk(text, OE_CGROUP_WILDCARDS))
		return -EINVAL;
	err = oe_cgroup_path_make(&who->cgroup, text);
	if (err)
		return err;
	path = oe_cgroup_path_text(&who->cgroup);
	if (strlen(path) > NAME_LONGEST || !is_plain_text(path))
		return -EINVAL;
	who->name = kasprintf(GFP_KERNEL, "cgroup:%s", path);
	return who->name ? 0 : -ENOMEM;
}

static int parse_text(char *text, struct oe_limit_who *who)
{
	if (str_has_prefix(text, "cgroup:")) {
		who->kind = OE_LIMIT_CGROUP;
		strreplace(text, '!', '/'); /* the name of its directory */
		return parse_cgroup(text + strlen("cgroup:"), who);
	}
	if (str_has_prefix(text, "gid:")) {
		who->kind = OE_LIMIT_GID;
		return parse_ids(text + strlen("gid:"), "gid:", who);
	}
	who->kind = OE_LIMIT_UID;
	return parse_ids(text, "", who);
}

/**
 * oe_who_parse - whom a limit is to be about
 * @text: UID, UID-UID, gid:GID, gid:GID-GID or cgroup:PATH; may end with a
 *	newline
 * @who: zeroed; filled in; for oe_who_free(), also after an error
 *
 * Context: process context, may sleep and allocate.
 * Return: 0 or a negative errno.
 */
int oe_who_parse(const char *text, struct oe_limit_who *who)
{
	char *copy = kstrdup(text, GFP_KERNEL);
	size_t length;
	int err;

	if (!copy)
		return -ENOMEM;
	length = strlen(copy);
	if (length && copy[length - 1] == '\n')
		copy[length - 1] = '\0';
	err = parse_text(copy, who);
	kfree(copy);
	return err;
}

/**
 * oe_who_parse_ranges - ranges of users or groups
 * @text: "FIRST-LAST" or one number each, with blanks between; is taken apart
 * @ranges: filled in
 * @most: how many there may be
 *
 * Context: any.
 * Return: how many there are, or -EINVAL, -ERANGE, -ENOSPC.
 */
int oe_who_parse_ranges(char *text, struct oe_limit_range *ranges,
			unsigned int most)
{
	unsigned int nr = 0;
	char *word;
	int err;

	while ((word = strsep(&text, "\n "))) {
		if (!*word)
			continue;
		if (nr == most)
			return -ENOSPC;
		err = parse_range(word, &ranges[nr]);
		if (err)
			return err;
		nr++;
	}
	return nr;
}

/**
 * oe_who_free - forget whom a limit is about
 * @who: of a limit that is in no table
 *
 * Context: any.
 */
void oe_who_free(struct oe_limit_who *who)
{
	oe_cgroup_path_free(&who->cgroup);
	kfree(who->name);
	who->name = NULL;
}

static int reserve_entries(struct table *table, unsigned int more)
{
	unsigned int size = table->nr + more;
	struct entry *entries;

	if (size <= table->size)
		return 0;
	size += size / 2;
	entries = krealloc(table->entries, size * sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;
	table->entries = entries;
	table->size = size;
	return 0;
}

static bool is_place(const struct table *table, unsigned int place, u32 id)
{
	return table->entries[place].range.last >= id &&
	       (!place || table->entries[place - 1].range.last < id);
}

/* The first entry that does not end before this number. */
static unsigned int find_place(const struct table *table, u32 id)
{
	unsigned int low = 0;
	unsigned int high = table->nr;
	u32 guess;

	if (!high)
		return 0;
	/* Users mostly have numbers that follow each other, and a limit each. */
	guess = id - table->entries[0].range.first;
	if (guess < high && is_place(table, guess, id))
		return guess;
	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (table->entries[middle].range.last < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert_range(struct table *table, const struct oe_limit_range *range,
			struct oe_limit *limit)
{
	unsigned int place = find_place(table, range->first);
	struct entry *entry = &table->entries[place];

	if (place < table->nr && entry->range.first <= range->last)
		return -EEXIST;
	memmove(entry + 1, entry, (table->nr - place) * sizeof(*entry));
	*entry = (struct entry){ *range, limit };
	table->nr++;
	return 0;
}

/* There is room. On failure some are in the table. */
static int insert_ranges(struct table *table,
			 const struct oe_limit_range *ranges, unsigned int nr,
			 struct oe_limit *limit)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = insert_range(table, &ranges[i], limit);
	return err;
}

static int insert_cgroup(struct table *table, struct oe_limit *limit)
{
	unsigned int i;

	for (i = 0; i < table->nr; i++)
		if (!strcmp(table->entries[i].limit->who.name, limit->who.name))
			return -EEXIST;
	table->entries[table->nr++].limit = limit;
	return 0;
}

/**
 * oe_who_add - have a limit found
 * @limit: in no table
 *
 * Context: process context, allocates; under the lock of the scan.
 * Return: 0; or -EEXIST, if another limit is about some of them; -ENOMEM.
 */
int oe_who_add(struct oe_limit *limit)
{
	struct oe_limit_who *who = &limit->who;
	struct table *table = &tables[who->kind];
	int err;

	err = reserve_entries(table, max(who->nr, 1U));
	if (err)
		return err;
	if (who->kind == OE_LIMIT_CGROUP)
		return insert_cgroup(table, limit);
	err = insert_ranges(table, who->ranges, who->nr, limit);
	if (err)
		oe_who_remove(limit);
	return err;
}

/**
 * oe_who_remove - have a limit not found any more
 * @limit: may be in the table
 *
 * Context: process context; under the lock of the scan.
 */
void oe_who_remove(const struct oe_limit *limit)
{
	struct table *table = &tables[limit->who.kind];
	unsigned int kept = 0;
	unsigned int i;

	for (i = 0; i < table->nr; i++)
		if (table->entries[i].limit != limit)
			table->entries[kept++] = table->entries[i];
	table->nr = kept;
}

/**
 * oe_who_end - there is no limit any more: give the tables back
 *
 * Context: process context; under the lock of the scan.
 */
void oe_who_end(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		kfree(tables[i].entries);
		tables[i] = (struct table){};
	}
}

/**
 * oe_who_replace - a limit has other subordinate ranges
 * @limit: in the table; not of a cgroup
 * @ranges: without its own one
 * @nr: how many, less than OE_LIMIT_RANGES
 *
 * Context: process context, allocates; under the lock of the scan.
 * Return: 0; or -EEXIST, -ENOMEM, and nothing has changed.
 */
int oe_who_replace(struct oe_limit *limit, const struct oe_limit_range *ranges,
		   unsigned int nr)
{
	struct oe_limit_who before = limit->who;
	int err;

	err = reserve_entries(&tables[before.kind], OE_LIMIT_RANGES);
	if (err)
		return err;
	oe_who_remove(limit);
	memcpy(&limit->who.ranges[1], ranges, nr * sizeof(*ranges));
	limit->who.nr = nr + 1;
	err = oe_who_add(limit);
	if (!err)
		return 0;
	limit->who = before;
	oe_who_add(limit); /* has its room, and overlaps with nothing */
	return err;
}

/**
 * oe_who_find - the limit of a user or group
 * @kind: not of a cgroup
 * @id: its number
 *
 * Context: under the lock of the scan.
 * Return: the limit, or NULL.
 */
struct oe_limit *oe_who_find(enum oe_limit_kind kind, u32 id)
{
	const struct table *table = &tables[kind];
	unsigned int place;

	if (!table->nr)
		return NULL;
	place = find_place(table, id);
	if (place == table->nr || table->entries[place].range.first > id)
		return NULL;
	return table->entries[place].limit;
}

/* Both under RCU. */
static u32 uid_number(struct task_struct *p)
{
	return __kuid_val(__task_cred(p)->uid);
}

static u32 gid_number(struct task_struct *p)
{
	return __kgid_val(__task_cred(p)->gid);
}

static bool has_cgroup(const struct oe_limit_who *who, struct task_struct *p)
{
	struct cgroup *cgroup = oe_cgroup_of(p);

	return cgroup && oe_cgroup_path_matches(&who->cgroup, cgroup);
}

/**
 * oe_who_of_user - the limit of the user whose process it is
 * @p: its leader
 *
 * Context: under RCU and the lock of the scan.
 * Return: the limit, or NULL.
 */
struct oe_limit *oe_who_of_user(struct task_struct *p)
{
	return oe_who_find(OE_LIMIT_UID, uid_number(p));
}

/**
 * oe_who_visit_others - visit the limits of a process by its group and cgroups
 * @p: its leader
 * @visit: called for each
 *
 * Context: under RCU and the lock of the scan.
 */
void oe_who_visit_others(struct task_struct *p,
			 void (*visit)(struct oe_limit *limit,
				       struct task_struct *p))
{
	const struct table *cgroups = &tables[OE_LIMIT_CGROUP];
	struct oe_limit *limit;
	unsigned int i;

	if (tables[OE_LIMIT_GID].nr) {
		limit = oe_who_find(OE_LIMIT_GID, gid_number(p));
		if (limit)
			visit(limit, p);
	}
	for (i = 0; i < cgroups->nr; i++) {
		limit = cgroups->entries[i].limit;
		if (has_cgroup(&limit->who, p))
			visit(limit, p);
	}
}

/**
 * oe_who_has - is a limit about this process?
 * @who: of the limit
 * @p: its leader
 *
 * Context: under RCU and the lock of the scan.
 * Return: true if so.
 */
bool oe_who_has(const struct oe_limit_who *who, struct task_struct *p)
{
	unsigned int i;
	u32 id;

	if (who->kind == OE_LIMIT_CGROUP)
		return has_cgroup(who, p);
	id = who->kind == OE_LIMIT_UID ? uid_number(p) : gid_number(p);
	for (i = 0; i < who->nr; i++)
		if (id >= who->ranges[i].first && id <= who->ranges[i].last)
			return true;
	return false;
}
