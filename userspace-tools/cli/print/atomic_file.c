// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that others read while it is written: it is made under another name
 * in the same directory and takes the place of the old one when it is whole.
 */
#include "cli/print/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/print/complain.h"

static int complain_atomic_file(const struct atomic_file *output)
{
	return complain(errno == EACCES ? EXIT_PERMISSION : EXIT_TROUBLE,
			"cannot write %s: %s", output->path, strerror(errno));
}

/**
 * atomic_file_open - begin to write
 * @output: result
 * @path: of the file, kept by reference; NULL or "-": standard output
 *
 * Return: an exit status.
 */
int atomic_file_open(struct atomic_file *output, const char *path)
{
	int fd;

	output->path = path && strcmp(path, "-") ? path : NULL;
	output->file = stdout;
	if (!output->path)
		return EXIT_OK;
	if (snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX",
		     path) >= (int)sizeof(output->temporary)) {
		errno = ENAMETOOLONG;
		return complain_atomic_file(output);
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0)
		return complain_atomic_file(output);
	output->file = fdopen(fd, "w");
	if (!output->file) {
		complain_atomic_file(output);
		close(fd);
		unlink(output->temporary);
		return EXIT_TROUBLE;
	}
	return EXIT_OK;
}

/* What the user's umask makes of 0666, as for any new file. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

/**
 * atomic_file_close - end it
 * @output: of atomic_file_open()
 * @status: how it went; unless EXIT_OK the old file stays
 *
 * Return: @status, or what went wrong here.
 */
int atomic_file_close(struct atomic_file *output, int status)
{
	int failed;

	if (!output->path)
		return status;
	failed = ferror(output->file) || fflush(output->file) ||
		 fchmod(fileno(output->file), usual_mode());
	failed |= fclose(output->file) != 0;
	if (status == EXIT_OK &&
	    (failed || rename(output->temporary, output->path)))
		status = complain_atomic_file(output);
	if (status != EXIT_OK)
		unlink(output->temporary);
	return status;
}
