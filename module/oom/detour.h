/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_DETOUR_H
#define OE_DETOUR_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "oom/redirect.h"

struct task_struct;

enum {
	/* Tasks between oe_detour_pass() and the entry of the original. */
	OE_DETOUR_PASSES = 16,
};

/**
 * struct oe_detour - a function of the kernel that is wrapped
 * @symbol: its name
 * @wrapper: runs in its stead, with the same prototype; the first thing that it
 *	does is oe_detour_enter(), the last oe_detour_leave()
 * @resume: called by @wrapper to run the original, after oe_detour_pass();
 *	OE_REDIRECTED, with the same prototype
 *
 * The first three are the owner's to fill in, the others are detour.c's:
 *
 * @enter: sends callers of @symbol to @wrapper
 * @back: sends callers of @resume to @symbol
 * @passes: tasks that @enter lets by, once
 * @let_by: when a call was let by last because of mode=off, as by ticks_now();
 *	0 for never
 * @nr_inside: tasks that are in @wrapper
 * @active: in place
 */
struct oe_detour {
	const char *symbol;
	void *wrapper;
	void *resume;
	struct oe_redirect enter;
	struct oe_redirect back;
	struct task_struct *passes[OE_DETOUR_PASSES];
	unsigned int let_by;
	atomic_t nr_inside;
	bool active;
};

int oe_detour_register(struct oe_detour *detour);
void oe_detour_unregister(struct oe_detour *detour);
bool oe_detour_has_let_by(const struct oe_detour *detour);
void oe_detour_pass(struct oe_detour *detour);
void oe_detour_passed(struct oe_detour *detour);
void oe_detour_keep(struct task_struct *task);
void oe_detour_enter(struct oe_detour *detour);
void oe_detour_leave(struct oe_detour *detour);

#endif /* OE_DETOUR_H */
