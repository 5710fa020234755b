/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CGROUP_PATH_H
#define OE_CGROUP_PATH_H

#include <linux/types.h>

struct cgroup;

/**
 * struct oe_cgroup_path - a path of cgroup v2, or a pattern of such paths
 * @path: in the initial cgroup namespace, "" for the root
 * @names: in @path, the last one first, each NUL terminated
 * @depth: how many they are
 * @glob: they are patterns
 */
struct oe_cgroup_path {
	char *path;
	const char *names;
	u8 depth;
	bool glob;
};

int oe_cgroup_path_make(struct oe_cgroup_path *path, const char *text);
void oe_cgroup_path_free(struct oe_cgroup_path *path);
const char *oe_cgroup_path_text(const struct oe_cgroup_path *path);
bool oe_cgroup_path_matches(const struct oe_cgroup_path *path,
			    struct cgroup *cgroup);

#endif /* OE_CGROUP_PATH_H */
