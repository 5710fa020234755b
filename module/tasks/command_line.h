/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_COMMAND_LINE_H
#define OE_COMMAND_LINE_H

#include "lib/arguments.h"

struct task_struct;

#ifdef CONFIG_OE_EVENTS
void oe_command_line_read(struct task_struct *p, char text[OE_ARGUMENTS_SIZE]);
#else
static inline void oe_command_line_read(struct task_struct *p,
					char text[OE_ARGUMENTS_SIZE])
{
	text[0] = '\0';
}
#endif

#endif /* OE_COMMAND_LINE_H */
