/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_FILE_H
#define OE_TOOLS_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Small files of the kernel's, whole: procfs and cgroupfs. Everything returns a negative errno if it
 * fails.
 */

ssize_t oe_file_read(const char *path, char *text, size_t size);
int oe_file_read_number(const char *path, long long *value);
int oe_file_write(const char *path, const char *text);
int oe_file_parse_number(const char *text, long long *value);

#endif
