/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CONSOLE_H
#define OE_CONSOLE_H

int oe_console_hush(void);
void oe_console_restore(int level);

#endif /* OE_CONSOLE_H */
