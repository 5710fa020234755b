/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CHANGES_H
#define OE_CHANGES_H

#include <linux/types.h>

struct oe_rank_change;
struct pid;

/*
 * Makes a change of one line, which is taken apart: 0 and change->pid has a
 * reference (oe_changes_find()), or a negative errno.
 */
typedef int (*oe_change_parser)(char *line, struct oe_rank_change *change,
				void *arg);

int oe_changes_find(pid_t nr, struct pid **tgid);
ssize_t oe_changes_write(const char *buf, size_t count, oe_change_parser parse,
			 void *arg);

#endif /* OE_CHANGES_H */
