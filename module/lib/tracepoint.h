/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TRACEPOINT_H
#define OE_TRACEPOINT_H

struct tracepoint;

struct tracepoint *oe_tracepoint_find(const char *name);

#endif /* OE_TRACEPOINT_H */
