/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts that most of these programs share: the end with a reason, and a write to /proc or sysfs.
 * To be included after _GNU_SOURCE has been defined.
 */
#ifndef PROG_H
#define PROG_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline _Noreturn void die(const char *what)
{
	fprintf(stderr, "# %s: %s: %s\n", program_invocation_short_name, what,
		strerrorname_np(errno));
	exit(EXIT_FAILURE);
}

static inline void write_string(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

#endif /* PROG_H */
