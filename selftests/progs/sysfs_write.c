// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes exact bytes with one write(2) and prints what came of it: "OK" or the
 * name of the errno ("open:EACCES" when it was open(2) that failed).
 *
 *	sysfs_write [-n TIMES] [-p PAD_LENGTH] [-f NTH] FILE TEXT
 *
 * TEXT knows \n, \\ and \xHH, so that NUL and binary can be said. -p repeats the
 * last byte of TEXT until it is that long; -n writes it so many times (new open
 * each time) and prints the last result. -f has the kernel fail the write's NTH
 * allocation (fault injection), and prints "SPARED" if it failed and the write did not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TEXT = 64 * 1024 };

static size_t unescape(const char *from, char *to)
{
	size_t len = 0;

	for (; *from && len < MAX_TEXT; from++) {
		if (*from != '\\') {
			to[len++] = *from;
			continue;
		}
		from++;
		if (*from == 'n') {
			to[len++] = '\n';
		} else if (*from == 'x' && from[1] && from[2]) {
			char hex[3] = { from[1], from[2], '\0' };

			to[len++] = strtoul(hex, NULL, 16);
			from += 2;
		} else {
			to[len++] = *from;
		}
	}
	return len;
}

static unsigned long failing;

/* The file stays open: closing it may allocate, and that would be the one that fails. */
static int begin_failing(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	char number[24];

	snprintf(number, sizeof(number), "%lu", failing);
	if (fd < 0 || write(fd, number, strlen(number)) < 0) {
		perror("fail-nth");
		exit(EXIT_FAILURE);
	}
	return fd;
}

/* Returns true if there were so many allocations, and the last one failed. */
static bool end_failing(int fd)
{
	char left[24] = "";
	ssize_t n = pread(fd, left, sizeof(left) - 1, 0);

	if (n < 0 || pwrite(fd, "0", 1, 0) != 1) {
		perror("fail-nth");
		exit(EXIT_FAILURE);
	}
	close(fd);
	return strtoul(left, NULL, 10) == 0;
}

static const char *write_once(const char *path, const char *text, size_t len)
{
	static char failed[64];
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	const char *result = "OK";
	int faults = -1;
	ssize_t n;

	if (fd < 0) {
		snprintf(failed, sizeof(failed), "open:%s", strerrorname_np(errno));
		return failed;
	}
	if (failing)
		faults = begin_failing();
	n = write(fd, text, len);
	if (n < 0)
		result = strerrorname_np(errno);
	else if ((size_t)n != len)
		result = "SHORT";
	if (failing && end_failing(faults) && n == (ssize_t)len)
		result = "SPARED";
	close(fd);
	return result;
}

int main(int argc, char **argv)
{
	static char text[MAX_TEXT];
	const char *result = "OK";
	unsigned long times = 1;
	size_t pad = 0;
	size_t len;
	int opt;

	while ((opt = getopt(argc, argv, "+f:n:p:")) != -1) {
		if (opt == 'f')
			failing = strtoul(optarg, NULL, 10);
		else if (opt == 'n')
			times = strtoul(optarg, NULL, 10);
		else if (opt == 'p')
			pad = strtoul(optarg, NULL, 10);
		else
			return EXIT_FAILURE;
	}
	if (argc - optind != 2 || pad > MAX_TEXT) {
		fputs("usage: sysfs_write [-n TIMES] [-p PAD_LENGTH] [-f NTH] FILE TEXT\n", stderr);
		return EXIT_FAILURE;
	}
	len = unescape(argv[optind + 1], text);
	while (len && len < pad) {
		text[len] = text[len - 1];
		len++;
	}
	while (times--)
		result = write_once(argv[optind], text, len);
	puts(result);
	return strcmp(result, "OK") ? EXIT_FAILURE : EXIT_SUCCESS;
}
