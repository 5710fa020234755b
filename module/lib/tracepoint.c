// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints that the kernel does not export by name are still found by
 * walking all of them.
 */
#include "core.h"

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "lib/tracepoint.h"

struct search {
	const char *name;
	struct tracepoint *found;
};

static void match_name(struct tracepoint *tp, void *arg)
{
	struct search *search = arg;

	if (!strcmp(tp->name, search->name))
		search->found = tp;
}

/**
 * oe_tracepoint_find - one of the kernel's own tracepoints
 * @name: as in its TRACE_EVENT()
 *
 * Context: process context, may sleep.
 * Return: the tracepoint, which does not go away; NULL if there is none.
 */
struct tracepoint *oe_tracepoint_find(const char *name)
{
	struct search search = { .name = name };

	for_each_kernel_tracepoint(match_name, &search);
	return search.found;
}
