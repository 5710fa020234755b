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

#include "cli/cli.h"

static int complain_output(const struct output *output)
{
	return complain(errno == EACCES ? EXIT_PERMISSION : EXIT_TROUBLE,
			"cannot write %s: %s", output->path, strerror(errno));
}

/**
 * output_open - begin to write
 * @output: result
 * @path: of the file, kept by reference; NULL or "-": standard output
 *
 * Return: an exit status.
 */
int output_open(struct output *output, const char *path)
{
	int fd;

	output->path = path && strcmp(path, "-") ? path : NULL;
	output->file = stdout;
	if (!output->path)
		return EXIT_OK;
	if (snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX",
		     path) >= (int)sizeof(output->temporary)) {
		errno = ENAMETOOLONG;
		return complain_output(output);
	}
	fd = mkostemp(output->temporary, O_CLOEXEC);
	if (fd < 0)
		return complain_output(output);
	output->file = fdopen(fd, "w");
	if (!output->file) {
		complain_output(output);
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
 * output_close - end it
 * @output: of output_open()
 * @status: how it went; unless EXIT_OK the old file stays
 *
 * Return: @status, or what went wrong here.
 */
int output_close(struct output *output, int status)
{
	int failed;

	if (!output->path)
		return status;
	failed = ferror(output->file) || fflush(output->file) ||
		 fchmod(fileno(output->file), usual_mode());
	failed |= fclose(output->file) != 0;
	if (status == EXIT_OK &&
	    (failed || rename(output->temporary, output->path)))
		status = complain_output(output);
	if (status != EXIT_OK)
		unlink(output->temporary);
	return status;
}
