/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_COMMAND_LINE_H
#define OE_COMMAND_LINE_H

#include "lib/arguments.h"

struct task_struct;

void oe_command_line_read(struct task_struct *p, char text[OE_ARGUMENTS_SIZE]);

#endif /* OE_COMMAND_LINE_H */
