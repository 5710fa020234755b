// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths of cgroup v2 that rules ask for. A path means each cgroup that has it, now
 * or later: a service that is started again has a new cgroup of the old path.
 */
#include "core.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rank/cgroup_path.h"
#include "rank/cgroup_rule.h"

enum {
	/* A path of a cgroup has 1023 bytes at most. */
	DEPTH_MAX = U8_MAX,
};

/* "/a/b" becomes "b", "a" behind it. */
static void split_path(struct oe_cgroup_path *path, char *names)
{
	const char *end = path->path + strlen(path->path);
	const char *slash;
	unsigned int depth = 0;

	path->names = names;
	for (; end > path->path; end = slash) {
		for (slash = end - 1; *slash != '/';)
			slash--;
		memcpy(names, slash + 1, end - slash - 1);
		names += end - slash - 1;
		*names++ = '\0';
		depth++;
	}
	path->depth = min_t(unsigned int, depth, DEPTH_MAX);
}

/**
 * oe_cgroup_path_make - a path from its text
 * @path: filled in; on success for oe_cgroup_path_free()
 * @text: from the root of cgroup v2, as the writer's namespace sees it; may be a
 *	pattern
 *
 * Context: process context, may sleep and allocate.
 * Return: 0; or -EINVAL, -ENOMEM, -EOPNOTSUPP (the kernel lacks cgroups).
 */
int oe_cgroup_path_make(struct oe_cgroup_path *path, const char *text)
{
	char *resolved = oe_cgroup_resolve(text);
	size_t size;

	if (IS_ERR(resolved))
		return PTR_ERR(resolved);
	/* The path, and its names. */
	size = strlen(resolved) + 1;
	path->path = krealloc(resolved, 2 * size, GFP_KERNEL);
	if (!path->path) {
		kfree(resolved);
		return -ENOMEM;
	}
	path->glob = strpbrk(text, OE_CGROUP_WILDCARDS);
	split_path(path, path->path + size);
	if (path->depth < DEPTH_MAX)
		return 0;
	oe_cgroup_path_free(path);
	return -EINVAL;
}

/**
 * oe_cgroup_path_free - forget a path
 * @path: the path
 *
 * Context: any.
 */
void oe_cgroup_path_free(struct oe_cgroup_path *path)
{
	kfree(path->path);
	path->path = NULL;
}

/**
 * oe_cgroup_path_text - a path as it can be written
 * @path: the path
 *
 * Return: in the initial cgroup namespace; valid as long as @path.
 */
const char *oe_cgroup_path_text(const struct oe_cgroup_path *path)
{
	return *path->path ? path->path : "/";
}

/**
 * oe_cgroup_path_matches - has a cgroup, or one above it, the path?
 * @path: the path
 * @cgroup: of oe_cgroup_of()
 *
 * Context: under rcu_read_lock(), also the OOM path; takes no lock.
 * Return: true if so.
 */
bool oe_cgroup_path_matches(const struct oe_cgroup_path *path,
			    struct cgroup *cgroup)
{
	return oe_cgroup_is_named(cgroup, path->names, path->depth, path->glob);
}
