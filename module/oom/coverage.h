/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The coverage at this moment, which may be less than at load.
 */
#ifndef OE_COVERAGE_H
#define OE_COVERAGE_H

#include <linux/types.h>

struct kernfs_node;
struct oe_redirect;

/**
 * enum oe_cover - the parts of the coverage that depend on a redirect
 * @OE_COVER_OOM: out_of_memory() is wrapped
 * @OE_COVER_WINDOW: mem_cgroup_out_of_memory() is wrapped
 * @OE_COVER_GUARD: oom_kill_process() is watched
 * @OE_NR_COVERS: how many there are
 */
enum oe_cover {
	OE_COVER_OOM,
	OE_COVER_WINDOW,
	OE_COVER_GUARD,
	OE_NR_COVERS,
};

enum {
	OE_COVERAGE_TEXT = 48,
};

void oe_coverage_provide(enum oe_cover cover,
			 const struct oe_redirect *redirect);
void oe_coverage_saw(enum oe_cover cover);
void oe_coverage_missed(enum oe_cover cover);
bool oe_coverage_has(enum oe_cover cover);
void oe_coverage_check(char text[OE_COVERAGE_TEXT]);
void oe_coverage_check_soon(void);
void oe_coverage_attach(struct kernfs_node *node);
void oe_coverage_detach(void);
void oe_coverage_start(int (*retry)(void), void (*unwrapped)(void));
void oe_coverage_stop(void);

#endif /* OE_COVERAGE_H */
