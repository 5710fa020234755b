// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fills memory with message buffers of one size until the kernel is out of
 * memory: then the slab's free list of just that size is empty, which is the
 * hardest moment for a uevent of that size to be sent.
 *
 * usage: skbflood COUNTER SIZE    stops when the number in that file has changed
 * Prints "flooded KB"; exit codes: 0 stopped by the counter, 1 anything else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	NR_SOCKETS = 8000,
	LOOK_EVERY = 64,
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static unsigned long read_counter(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		die("counter");
	return strtoul(text, NULL, 10);
}

/* One more socket pair, that nobody reads from. */
static int open_drain(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		die("socketpair");
	return pair[0];
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 2 * NR_SOCKETS + 16, 2 * NR_SOCKETS + 16 };
	static char message[2048];
	unsigned long long bytes = 0;
	unsigned long before;
	unsigned int nr_sent = 0;
	size_t size;
	int counter;
	int drain;
	int i;

	if (argc != 3) {
		fprintf(stderr, "usage: skbflood COUNTER SIZE\n");
		return EXIT_FAILURE;
	}
	size = strtoul(argv[2], NULL, 10);
	if (!size || size > sizeof(message)) {
		fprintf(stderr, "skbflood: no size: %s\n", argv[2]);
		return EXIT_FAILURE;
	}
	counter = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (counter < 0 || setrlimit(RLIMIT_NOFILE, &files) ||
	    mlockall(MCL_CURRENT | MCL_FUTURE))
		die("set-up");
	before = read_counter(counter);

	drain = open_drain();
	for (i = 0; i < NR_SOCKETS;) {
		ssize_t n = write(drain, message, size);

		nr_sent++;
		if (n > 0) {
			bytes += n;
		} else if (errno == EAGAIN) {
			drain = open_drain();
			i++;
		} else if (errno != ENOBUFS && errno != ENOMEM) {
			die("write");
		}
		if (nr_sent % LOOK_EVERY == 0 && read_counter(counter) != before) {
			printf("flooded %llu\n", bytes / 1024);
			return EXIT_SUCCESS;
		}
	}
	fprintf(stderr, "skbflood: all sockets are full, and there was no OOM\n");
	return EXIT_FAILURE;
}
