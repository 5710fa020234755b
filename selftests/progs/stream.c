// SPDX-License-Identifier: GPL-2.0-only
/*
 * A source of data that can be checked, and its check.
 *
 *	stream send FIFO PACE_US   writes blocks of numbered lines for ever; keeps the pipe
 *	                           open; SIGTERM: prints "sent BYTES" and ends
 *	stream left FIFO           how many bytes nobody has read yet
 *	stream check FILE          are these the lines, from the first on, without a gap or a
 *	                           repetition? prints "whole BYTES" or "broken at BYTE"
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

enum {
	LINE = 16,
	LINES = 64,
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void make_line(char *line, unsigned long number)
{
	char text[LINE + 8];

	snprintf(text, sizeof(text), "%015llu\n",
		 number % 1000000000000000ULL);
	memcpy(line, text, LINE);
}

static void write_all(int fd, const char *bytes, size_t length, unsigned long *sent)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			die("write");
		bytes += put;
		length -= put;
		*sent += put;
	}
}

static void send_stream(const char *fifo, long pace_us)
{
	struct sigaction action = { .sa_handler = stop };
	struct timespec pace = { .tv_nsec = pace_us * 1000 };
	char block[LINE * LINES];
	unsigned long number = 0;
	unsigned long sent = 0;
	int fd = open(fifo, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(fifo);
	sigaction(SIGTERM, &action, NULL);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (!stopped) {
		for (int i = 0; i < LINES; i++)
			make_line(block + i * LINE, number++);
		write_all(fd, block, sizeof(block), &sent);
		nanosleep(&pace, NULL);
	}
	printf("sent %lu\n", sent);
	fflush(stdout);
	/* Data in the pipe stays for the reader as long as somebody holds the pipe open. */
	for (;;)
		pause();
}

static int count_left(const char *fifo)
{
	int fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int left;

	if (fd < 0 || ioctl(fd, FIONREAD, &left))
		die(fifo);
	printf("%d\n", left);
	return EXIT_SUCCESS;
}

static int check_stream(const char *file)
{
	FILE *stream = fopen(file, "r");
	char expected[LINE];
	char found[LINE];
	unsigned long number = 0;
	size_t got;

	if (!stream)
		die(file);
	while ((got = fread(found, 1, LINE, stream)) == LINE) {
		make_line(expected, number);
		if (memcmp(found, expected, LINE))
			break;
		number++;
	}
	fclose(stream);
	printf("%s %lu\n", got ? "broken at" : "whole", number * LINE);
	return got ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "send"))
		send_stream(argv[2], strtol(argv[3], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "check"))
		return check_stream(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "left"))
		return count_left(argv[2]);
	fputs("usage: stream send FIFO PACE_US | left FIFO | check FILE\n", stderr);
	return EXIT_FAILURE;
}
