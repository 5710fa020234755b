/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_OUTPUT_H
#define OE_CLI_OUTPUT_H

#include <limits.h>
#include <stdio.h>

/**
 * struct output - a file that is replaced whole, or standard output
 * @file: to write to
 * @path: where it is to be; NULL: standard output
 * @temporary: where it is until then
 */
struct output {
	FILE *file;
	const char *path;
	char temporary[PATH_MAX];
};

int output_open(struct output *output, const char *path);
int output_close(struct output *output, int status);

#endif
