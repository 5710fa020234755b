// SPDX-License-Identifier: GPL-2.0-only
/*
 * poller MARKER: a manager of reconfigurations as small as can be. Waits for
 * reconfigure_wanted to move and for uevents, with its memory locked. The first
 * thing that it does when it runs again is to look at the clock; "oe_poller TSC"
 * goes into MARKER, a trace_marker file. "ready" on stdout when it waits.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tsc.h"

static char buffer[8192];

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static int open_uevents(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("uevent socket");
	return fd;
}

static void mark(int marker, uint64_t when)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "oe_poller %llu\n", (unsigned long long)when);

	if (write(marker, line, length) != length)
		die("trace_marker");
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLPRI }, { .events = POLLIN } };
	uint64_t when;
	int marker;

	if (argc != 2) {
		fprintf(stderr, "usage: poller MARKER\n");
		return EXIT_FAILURE;
	}
	marker = open_or_die(argv[1], O_WRONLY);
	fds[0].fd = open_or_die("/sys/kernel/oom_embedded/reconfigure_wanted", O_RDONLY);
	fds[1].fd = open_uevents();
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	if (pread(fds[0].fd, buffer, sizeof(buffer), 0) <= 0)
		die("reconfigure_wanted");
	puts("ready");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0) {
		when = tsc();
		if (fds[0].revents & POLLPRI) {
			mark(marker, when);
			if (pread(fds[0].fd, buffer, sizeof(buffer), 0) <= 0)
				return EXIT_SUCCESS;	/* the module was unloaded */
		}
		while (recv(fds[1].fd, buffer, sizeof(buffer), 0) > 0)
			;
	}
	die("poll");
}
