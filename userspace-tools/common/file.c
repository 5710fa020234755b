// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small files of the kernel's, read and written whole.
 */
#include "common/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * oe_file_read - read a file
 * @path: the path
 * @text: result, ends with NUL; a longer text is cut off
 * @size: of @text
 *
 * Return: the length, or a negative errno; @text is "" then.
 */
ssize_t oe_file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t got;

	text[0] = '\0';
	if (fd < 0)
		return -errno;
	do {
		got = read(fd, text + used, size - 1 - used);
		if (got > 0)
			used += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		int err = -errno;

		close(fd);
		text[0] = '\0';
		return err;
	}
	close(fd);
	text[used] = '\0';
	return (ssize_t)used;
}

/**
 * oe_file_parse_number - the whole number that a text begins with
 * @text: "7" or "7\nmore"
 * @value: result
 *
 * Return: 0, or -EBADMSG if there is none, or none that fits.
 */
int oe_file_parse_number(const char *text, long long *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	if (errno || end == text || (*end && !isspace((unsigned char)*end)))
		return -EBADMSG;
	return 0;
}

/**
 * oe_file_read_number - read a whole number
 * @path: of a file
 * @value: result
 *
 * Return: 0, -EBADMSG, or a negative errno.
 */
int oe_file_read_number(const char *path, long long *value)
{
	char text[64];
	ssize_t length = oe_file_read(path, text, sizeof(text));

	return length < 0 ? (int)length : oe_file_parse_number(text, value);
}

/**
 * oe_file_write - write to a file that is there, by one write()
 * @path: the path
 * @text: all of it
 *
 * Return: 0 or a negative errno.
 */
int oe_file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put;
	int err = 0;

	if (fd < 0)
		return -errno;
	put = write(fd, text, strlen(text));
	if (put < 0)
		err = -errno;
	else if ((size_t)put != strlen(text))
		err = -EIO;
	close(fd);
	return err;
}
