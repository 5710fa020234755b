/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_SUMMARY_H
#define OE_CLI_SUMMARY_H

void summary_print(void);

#endif
