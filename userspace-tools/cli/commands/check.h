/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_CHECK_H
#define OE_CLI_CHECK_H

int check_count(unsigned long *nr_errors, unsigned long *nr_warnings);

#endif
