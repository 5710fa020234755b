// SPDX-License-Identifier: GPL-2.0-only
/*
 * Polls a file of sysfs: prints "ready", and "woken" at each wake-up,
 * after having read the file again, as one must.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void read_file(int fd)
{
	char text[256];

	if (pread(fd, text, sizeof(text), 0) < 0) {
		perror("# poll_file");
		exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	struct pollfd pollfd = { .events = POLLPRI };

	if (argc != 2) {
		fputs("usage: poll_file FILE\n", stderr);
		return EXIT_FAILURE;
	}
	setlinebuf(stdout);
	pollfd.fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (pollfd.fd < 0) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	read_file(pollfd.fd);
	puts("ready");
	while (poll(&pollfd, 1, -1) > 0 || errno == EINTR) {
		read_file(pollfd.fd);
		puts("woken");
	}
	return EXIT_FAILURE;
}
