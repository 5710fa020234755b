// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints that the kernel does not export by name are still found by
 * walking all of them.
 */
#include "core.h"

#include <linux/sched/mm.h>
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

/**
 * oe_tracepoint_attach - call a handler at a tracepoint
 * @tp: of oe_tracepoint_find()
 * @handler: with the tracepoint's prototype behind a void pointer, which is NULL
 *
 * The kernel allocates a few words for it. It may use its reserves, and does not
 * call the OOM killer: the caller holds a mutex for which a manager would wait
 * that makes changes in an OOM.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oe_tracepoint_attach(struct tracepoint *tp, void *handler)
{
	unsigned int flags = memalloc_noreclaim_save();
	int err = tracepoint_probe_register(tp, handler, NULL);

	memalloc_noreclaim_restore(flags);
	return err;
}

/**
 * oe_tracepoint_detach - undo oe_tracepoint_attach()
 * @tp: the same
 * @handler: may still be running; tracepoint_synchronize_unregister() waits
 *
 * Context: as oe_tracepoint_attach().
 */
void oe_tracepoint_detach(struct tracepoint *tp, void *handler)
{
	unsigned int flags = memalloc_noreclaim_save();

	tracepoint_probe_unregister(tp, handler, NULL);
	memalloc_noreclaim_restore(flags);
}
