// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup v2 for rules: the path that a writer means, and whether a cgroup has
 * it, or is below one that has.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rank/cgroup_rule.h"
#include "lib/pattern.h"

enum {
	PATH_ROOM = 1024,
};

static char *path_of(struct cgroup *cgroup)
{
	char *path = kmalloc(PATH_ROOM, GFP_KERNEL);
	int length;

	if (!path)
		return ERR_PTR(-ENOMEM);
	length = cgroup_path(cgroup, path, PATH_ROOM);
	if (length < 0 || length >= PATH_ROOM - 1) {
		kfree(path);
		return ERR_PTR(-EINVAL);
	}
	return path;
}

/*
 * The root as the writer's namespace sees it, "" for the real one. Before Linux 6.1
 * cgroup_get_from_path("/") does not ask the namespace, which keeps its root.
 */
static char *namespace_root(void)
{
	char *path;

	path = path_of(current->nsproxy->cgroup_ns->root_cset->dfl_cgrp);
	if (!IS_ERR(path) && !strcmp(path, "/"))
		*path = '\0';
	return path;
}

/* Adds "/PART" for each part; false if no cgroup can have that path. */
static bool add_parts(char *path, const char *text)
{
	size_t length = strlen(path);

	while (*(text += strspn(text, "/"))) {
		size_t part = strcspn(text, "/");

		if (length + 1 + part >= PATH_ROOM - 1 || part > NAME_MAX ||
		    (*text == '.' && part <= 1 + (text[1] == '.')))
			return false;
		path[length++] = '/';
		memcpy(path + length, text, part);
		length += part;
		path[length] = '\0';
		text += part;
	}
	return true;
}

/**
 * oe_cgroup_resolve - the path of a cgroup that need not exist
 * @text: from the root of cgroup v2, as the writer's namespace sees it; may
 *	be a pattern
 *
 * Context: process context, may sleep and allocate.
 * Return: the path in the initial namespace, "" for the root, the caller frees
 * it; or -EINVAL, -ENOMEM as pointer.
 */
char *oe_cgroup_resolve(const char *text)
{
	char *path;

	if (*text != '/')
		return ERR_PTR(-EINVAL);
	path = namespace_root();
	if (IS_ERR(path))
		return path;
	/* The names above the writer's root are not part of its pattern. */
	if (strpbrk(path, OE_CGROUP_WILDCARDS) ||
	    (strchr(path, '\\') && strpbrk(text, OE_CGROUP_WILDCARDS)) ||
	    !add_parts(path, text)) {
		kfree(path);
		return ERR_PTR(-EINVAL);
	}
	return path;
}

/**
 * oe_cgroup_is_named - has a cgroup, or one above it, a path?
 * @cgroup: of oe_cgroup_of()
 * @names: those of the path, the last one first, each NUL terminated
 * @depth: how many they are
 * @glob: they are patterns
 *
 * By the names and not by a look-up, so that a cgroup that is made later has its
 * path from the beginning, and nothing has to follow those that come and go. In
 * cgroup v2 no name changes.
 *
 * Context: under rcu_read_lock(), also the OOM path; takes no lock.
 * Return: true if so.
 */
bool oe_cgroup_is_named(struct cgroup *cgroup, const char *names,
			unsigned int depth, bool glob)
{
	if (cgroup->level < (int)depth)
		return false;
	cgroup = cgroup_ancestor(cgroup, depth);
	for (; depth--; cgroup = cgroup_parent(cgroup)) {
		const char *name = READ_ONCE(cgroup->kn->name);

		if (glob ? !oe_pattern_matches(names, name) :
			   strcmp(names, name))
			return false;
		names += strlen(names) + 1;
	}
	return true;
}
