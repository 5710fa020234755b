/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_ATOMIC_FILE_H
#define OE_CLI_ATOMIC_FILE_H

#include <limits.h>
#include <stdio.h>

/**
 * struct atomic_file - a file that is replaced whole, or what is written through
 * @file: to write to
 * @path: as the user has named it; NULL: standard output
 * @target: the final path, links followed; empty: it is written through
 * @temporary: the path until then
 */
struct atomic_file {
	FILE *file;
	const char *path;
	char target[PATH_MAX];
	char temporary[PATH_MAX];
};

int atomic_file_open(struct atomic_file *output, const char *path);
int atomic_file_close(struct atomic_file *output, int status);

#endif
