/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints that the kernel does not export by name are still found by
 * walking all of them.
 */
#ifndef OE_COMPAT_TRACEPOINT_H
#define OE_COMPAT_TRACEPOINT_H

#include <linux/string.h>
#include <linux/tracepoint.h>

struct oe_tracepoint_search {
	const char *name;
	struct tracepoint *found;
};

static inline void oe_tracepoint_match(struct tracepoint *tp, void *arg)
{
	struct oe_tracepoint_search *search = arg;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/* The kernel's tracepoint of that name, or NULL if it has none. May sleep. */
static inline struct tracepoint *oe_tracepoint_find(const char *name)
{
	struct oe_tracepoint_search search = { .name = name };

	for_each_kernel_tracepoint(oe_tracepoint_match, &search);
	return search.found;
}

#endif /* OE_COMPAT_TRACEPOINT_H */
