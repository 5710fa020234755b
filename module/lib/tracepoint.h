/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TRACEPOINT_H
#define OE_TRACEPOINT_H

struct tracepoint;

struct tracepoint *oe_tracepoint_find(const char *name);
int oe_tracepoint_attach(struct tracepoint *tp, void *handler);
void oe_tracepoint_detach(struct tracepoint *tp, void *handler);

#endif /* OE_TRACEPOINT_H */
