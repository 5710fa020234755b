// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup v2 for group.c: which cgroup has a path, and whether a cgroup is below
 * another. A service manager that restarts a service removes its cgroup and
 * makes a new one of the same path. The kernel's cgroup_mkdir tracepoint tells
 * of it; it is attached only while there is a rule.
 */
#include "core.h"

#include <linux/cgroup.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/percpu-refcount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <trace/events/cgroup.h>

#include "rank/cgroup_rule.h"
#include "lib/pattern.h"
#include "lib/tracepoint.h"

enum {
	/* The tracepoint truncates longer paths. */
	PATH_ROOM = 1024,
};

static struct {
	struct tracepoint *mkdir;
	oe_cgroup_bind bind; /* set before the probe is attached */
	bool watching; /* under the caller's lock */
} watch;

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

/**
 * oe_cgroup_find - the cgroup that has a path
 * @text: from the root of cgroup v2, as the writer's namespace sees it
 * @path: set to the path in the initial namespace; the caller frees it
 *
 * Context: process context, may sleep and allocate.
 * Return: the cgroup with a reference; or -EINVAL, -ENOENT, -ENOMEM as pointer.
 */
struct cgroup *oe_cgroup_find(const char *text, char **path)
{
	struct cgroup *cgroup;
	char *found;

	if (*text != '/')
		return ERR_PTR(-EINVAL);
	cgroup = cgroup_get_from_path(text);
	if (IS_ERR(cgroup))
		return cgroup;
	found = path_of(cgroup);
	if (IS_ERR(found)) {
		cgroup_put(cgroup);
		return ERR_CAST(found);
	}
	*path = found;
	return cgroup;
}

/* The root as the writer's namespace sees it, "" for the real one. */
static char *namespace_root(void)
{
	struct cgroup *root = cgroup_get_from_path("/");
	char *path;

	if (IS_ERR(root))
		return ERR_CAST(root);
	path = path_of(root);
	cgroup_put(root);
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
 * oe_cgroup_get - take one more reference
 * @cgroup: of which the caller has one
 *
 * Context: any.
 */
void oe_cgroup_get(struct cgroup *cgroup)
{
	css_get(&cgroup->self);
}

/**
 * oe_cgroup_put - drop a reference
 * @cgroup: valid until an RCU grace period later
 *
 * Context: any.
 */
void oe_cgroup_put(struct cgroup *cgroup)
{
	cgroup_put(cgroup);
}

/**
 * oe_cgroup_is_removed - has a cgroup been removed?
 * @cgroup: of which the caller has a reference
 *
 * A cgroup of the same path is made, and told of, only after that.
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_cgroup_is_removed(struct cgroup *cgroup)
{
	/* Not css_is_dying(): since 6.12 that is a flag of controllers. */
	return percpu_ref_is_dying(&cgroup->self.refcnt);
}

/**
 * oe_cgroup_is_root - is it the root of the default hierarchy?
 * @cgroup: any
 *
 * Context: any.
 * Return: true if so.
 */
bool oe_cgroup_is_root(const struct cgroup *cgroup)
{
	return cgroup == &cgrp_dfl_root.cgrp;
}

/**
 * oe_cgroup_of - the cgroup that a process is in
 * @p: any of its threads
 *
 * Context: under rcu_read_lock(), under which it is valid.
 * Return: in the default hierarchy.
 */
struct cgroup *oe_cgroup_of(struct task_struct *p)
{
	return task_dfl_cgroup(p);
}

/**
 * oe_cgroup_contains - is a cgroup another one, or below it?
 * @cgroup: the other one
 * @inner: of oe_cgroup_of()
 *
 * Context: under rcu_read_lock().
 * Return: true if it is.
 */
bool oe_cgroup_contains(struct cgroup *cgroup, struct cgroup *inner)
{
	return cgroup_is_descendant(inner, cgroup);
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

static void on_mkdir(void *data, struct cgroup *cgroup, const char *path)
{
	if (cgroup->root == &cgrp_dfl_root)
		watch.bind(cgroup, path);
}

/**
 * oe_cgroup_watch - begin to tell of new cgroups
 * @bind: called with each, in a tracepoint with preemption off
 *
 * Without the tracepoint a rule is bound when it is written, once.
 *
 * Context: process context, may sleep; the caller serialises with
 * oe_cgroup_unwatch().
 * Return: 0 or -ENOMEM.
 */
int oe_cgroup_watch(oe_cgroup_bind bind)
{
	int err;

	/* As check_types() in fork.c. */
	check_trace_callback_type_cgroup_mkdir(on_mkdir);
	if (watch.watching)
		return 0;
	watch.bind = bind;
	watch.mkdir = oe_tracepoint_find("cgroup_mkdir");
	if (!watch.mkdir)
		return 0;
	err = oe_tracepoint_attach(watch.mkdir, on_mkdir);
	if (!err)
		watch.watching = true;
	return err;
}

/**
 * oe_cgroup_unwatch - stop it
 *
 * On return no handler is running any more.
 *
 * Context: process context, may sleep.
 */
void oe_cgroup_unwatch(void)
{
	if (!watch.watching)
		return;
	oe_tracepoint_detach(watch.mkdir, on_mkdir);
	tracepoint_synchronize_unregister();
	watch.watching = false;
}
