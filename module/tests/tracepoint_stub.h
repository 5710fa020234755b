/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For suites of files that attach to tracepoints: include it before them. There are
 * none, and attaching works.
 */
#ifndef OE_TRACEPOINT_STUB_H
#define OE_TRACEPOINT_STUB_H

#include "lib/tracepoint.h"

static struct tracepoint *find_or_stub(const char *name)
{
	return NULL;
}

static int attach_or_stub(struct tracepoint *tp, void *handler)
{
	return 0;
}

static void detach_or_stub(struct tracepoint *tp, void *handler)
{
}

#define oe_tracepoint_find find_or_stub
#define oe_tracepoint_attach attach_or_stub
#define oe_tracepoint_detach detach_or_stub

#endif /* OE_TRACEPOINT_STUB_H */
