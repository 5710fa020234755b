// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that others read while it is written: it is made under another name
 * in the same directory and takes the place of the old one when it is whole.
 * A device or a FIFO has no old one: it is written to.
 */
#include "cli/print/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/print/complain.h"

enum {
	LINKS_MAX = 8, /* one after the other */
};

static int complain_atomic_file(const struct atomic_file *output)
{
	return complain(errno == EACCES ? EXIT_PERMISSION : EXIT_TROUBLE,
			"cannot write %s: %s", output->path, strerror(errno));
}

static int refuse_output(const struct atomic_file *output, const char *why)
{
	return complain(EXIT_TROUBLE, "cannot write %s: %s", output->path, why);
}

/* Another user may have made the link, in /tmp for example, and it may point to any file. */
static bool is_trusted(const struct stat *st)
{
	return st->st_uid == geteuid() || !st->st_uid;
}

/* A rename over a device or a FIFO would lose it. */
static int open_through(struct atomic_file *output, const struct stat *expected)
{
	struct stat st;
	int fd;

	if (S_ISBLK(expected->st_mode))
		return refuse_output(output, "it is a block device");
	if (!is_trusted(expected))
		return refuse_output(
			output, "it is another user's, and no regular file");
	fd = open(output->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return complain_atomic_file(output);
	if (fstat(fd, &st) || st.st_dev != expected->st_dev ||
	    st.st_ino != expected->st_ino) {
		close(fd);
		return refuse_output(output,
				     "it has just become something else");
	}
	output->file = fdopen(fd, "w");
	if (!output->file) {
		complain_atomic_file(output);
		close(fd);
		return EXIT_TROUBLE;
	}
	return EXIT_OK;
}

static int open_temporary(struct atomic_file *output)
{
	int fd;

	if (snprintf(output->temporary, sizeof(output->temporary), "%s.XXXXXX",
		     output->target) >= (int)sizeof(output->temporary)) {
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

/* The text of the link @fd, relative to its folder, becomes the target. */
static int follow_link(struct atomic_file *output, int fd)
{
	char link[PATH_MAX];
	char *slash = strrchr(output->target, '/');
	size_t room = sizeof(output->target);
	size_t kept = 0;
	ssize_t length = readlinkat(fd, "", link, sizeof(link) - 1);

	if (length < 0)
		return complain_atomic_file(output);
	link[length] = '\0';
	if (*link != '/' && slash)
		kept = (size_t)(slash - output->target) + 1;
	if (snprintf(output->target + kept, room - kept, "%s", link) >=
	    (int)(room - kept)) {
		errno = ENAMETOOLONG;
		return complain_atomic_file(output);
	}
	return EXIT_OK;
}

/*
 * Each link is read by the descriptor by which its owner was looked at: the directory may be another
 * user's, who puts a link there as soon as the name was looked at.
 */
static int find_target(struct atomic_file *output)
{
	int hops;

	for (hops = 0; hops < LINKS_MAX; hops++) {
		int fd = open(output->target, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		int status = EXIT_OK;
		struct stat st;

		if (fd < 0)
			return complain_atomic_file(output);
		if (fstat(fd, &st))
			status = complain_atomic_file(output);
		else if (S_ISREG(st.st_mode))
			hops = LINKS_MAX;
		else if (!S_ISLNK(st.st_mode))
			status = refuse_output(
				output, "it has just become something else");
		else if (!is_trusted(&st))
			status = refuse_output(
				output, "it is another user's symbolic link");
		else
			status = follow_link(output, fd);
		close(fd);
		if (status != EXIT_OK || hops == LINKS_MAX)
			return status;
	}
	errno = ELOOP;
	return complain_atomic_file(output);
}

/**
 * atomic_file_open - begin to write
 * @output: result
 * @path: of the file, kept by reference; NULL or "-": standard output
 *
 * A regular file will be replaced; a symbolic link to one is followed, so that
 * the link stays. A device, a terminal or a FIFO is written to. Block devices,
 * and links, devices and FIFOs of another user than root, are refused.
 *
 * Return: an exit status.
 */
int atomic_file_open(struct atomic_file *output, const char *path)
{
	struct stat link;
	struct stat st;
	int status;

	output->path = path && strcmp(path, "-") ? path : NULL;
	output->file = stdout;
	output->target[0] = '\0';
	if (!output->path)
		return EXIT_OK;
	if (strlen(path) >= sizeof(output->target)) {
		errno = ENAMETOOLONG;
		return complain_atomic_file(output);
	}
	if (lstat(path, &link)) {
		if (errno != ENOENT)
			return complain_atomic_file(output);
		strcpy(output->target, path);
		return open_temporary(output);
	}
	if (S_ISLNK(link.st_mode) && !is_trusted(&link))
		return refuse_output(output,
				     "it is another user's symbolic link");
	if (stat(path, &st))
		return complain_atomic_file(output);
	if (!S_ISREG(st.st_mode))
		return open_through(output, &st);
	strcpy(output->target, path);
	status = find_target(output);
	if (status != EXIT_OK)
		output->target[0] = '\0';
	return status == EXIT_OK ? open_temporary(output) : status;
}

/* 0666 less the user's umask, as for any new file. */
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
	failed = ferror(output->file) || fflush(output->file);
	if (*output->target)
		failed |= fchmod(fileno(output->file), usual_mode()) != 0;
	failed |= fclose(output->file) != 0;
	if (*output->target && !failed && status == EXIT_OK)
		failed = rename(output->temporary, output->target) != 0;
	if (failed && status == EXIT_OK)
		status = complain_atomic_file(output);
	if (*output->target && status != EXIT_OK)
		unlink(output->temporary);
	return status;
}
