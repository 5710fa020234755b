// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the levels as userspace sees them, in three ways, a thread each:
 *
 *	lv poll LEVEL			levels/level, by poll(2) and read(2)
 *	lv uevent LEVEL WAS AVAILABLE	the uevents
 *	lv cgroup NAME LEVEL WAS AVAILABLE	those of cgroups
 *	lv pressure			what systemd's memory pressure client reacts
 *					to, with the file $MEMORY_PRESSURE_WATCH
 *
 * Each line goes at once into the file given, trace_marker of a trace instance, so
 * that it has its place among what the kernel itself records.
 *
 * The client does what sd_event_add_memory_pressure() of systemd 257 does with a
 * regular file: it takes it from procfs or cgroupfs only (else "lv refused"), and
 * waits for EPOLLPRI without ever reading.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "prog.h"

#define LEVEL_FILE "/sys/kernel/oom_embedded/levels/level"

enum {
	LINE = 128,
	STACK_SIZE = 128 * 1024,
};

static int marker;
static int level_fd;
static int uevent_fd;
static int pressure_epoll = -1;

static void mark(const char *line)
{
	if (write(marker, line, strlen(line)) < 0)
		die("marker");
}

static int read_level(char *level, size_t size)
{
	ssize_t n = pread(level_fd, level, size - 1, 0);

	if (n <= 0)
		return -1;
	level[n] = '\0';
	level[strcspn(level, "\n")] = '\0';
	return 0;
}

static void *watch_level(void *unused)
{
	struct pollfd pfd = { .fd = level_fd, .events = POLLPRI };
	char level[32];
	char line[LINE];

	(void)unused;
	while (!read_level(level, sizeof(level)) && poll(&pfd, 1, -1) == 1) {
		if (read_level(level, sizeof(level)))
			break;
		snprintf(line, sizeof(line), "lv poll %s\n", level);
		mark(line);
	}
	return NULL;
}

static const char *value_of(const char *text, const char *end, const char *key)
{
	size_t length = strlen(key);

	for (; text < end; text += strlen(text) + 1)
		if (!strncmp(text, key, length))
			return text + length;
	return "-";
}

static void *watch_uevents(void *unused)
{
	static char text[8192];
	char line[LINE];
	ssize_t n;

	(void)unused;
	while ((n = recv(uevent_fd, text, sizeof(text) - 1, 0)) > 0) {
		bool of_cgroup;

		text[n] = '\0';
		of_cgroup = !strcmp(value_of(text, text + n, "OOM_EVENT="), "cgroup_level");
		if (!of_cgroup && strcmp(value_of(text, text + n, "OOM_EVENT="), "level") != 0)
			continue;
		snprintf(line, sizeof(line), "lv %s %s%s%s %s %s\n",
			 of_cgroup ? "cgroup" : "uevent",
			 of_cgroup ? value_of(text, text + n, "OOM_WATCH=") : "",
			 of_cgroup ? " " : "",
			 value_of(text, text + n, "OOM_LEVEL="),
			 value_of(text, text + n, "OOM_LEVEL_WAS="),
			 value_of(text, text + n, "OOM_AVAILABLE_KB="));
		mark(line);
	}
	mark("lv lost uevents\n");
	return NULL;
}

/* Sets pressure_epoll, unless the file is none that the client takes. */
static void open_pressure(const char *path)
{
	struct epoll_event event = { .events = EPOLLPRI };
	char self[64];
	struct statfs fs;
	struct stat st;
	int path_fd;
	int fd;

	path_fd = open(path, O_PATH | O_CLOEXEC);
	if (path_fd < 0 || fstat(path_fd, &st))
		die(path);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path_fd);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstatfs(fd, &fs))
		die(path);
	if (!S_ISREG(st.st_mode) ||
	    (fs.f_type != PROC_SUPER_MAGIC && fs.f_type != CGROUP2_SUPER_MAGIC)) {
		mark("lv refused\n");
		return;
	}
	pressure_epoll = epoll_create1(EPOLL_CLOEXEC);
	if (pressure_epoll < 0 || epoll_ctl(pressure_epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
}

static void *watch_pressure(void *unused)
{
	struct epoll_event event;

	(void)unused;
	while (epoll_wait(pressure_epoll, &event, 1, -1) == 1) {
		if (!(event.events & EPOLLPRI)) {
			mark("lv pressure broken\n");
			break;
		}
		mark("lv pressure\n");
	}
	return NULL;
}

static void open_uevent_socket(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	uevent_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	if (uevent_fd < 0 || bind(uevent_fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("uevent socket");
}

static pthread_t start(void *(*run)(void *))
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	errno = pthread_create(&thread, &attr, run, NULL);
	if (errno)
		die("pthread_create");
	return thread;
}

int main(int argc, char **argv)
{
	const char *pressure = getenv("MEMORY_PRESSURE_WATCH");
	pthread_t poller;

	if (argc != 2) {
		fputs("usage: level_watch MARKER\n", stderr);
		return EXIT_FAILURE;
	}
	marker = open(argv[1], O_WRONLY | O_CLOEXEC);
	if (marker < 0)
		die(argv[1]);
	level_fd = open(LEVEL_FILE, O_RDONLY | O_CLOEXEC);
	if (level_fd < 0)
		die(LEVEL_FILE);
	open_uevent_socket();
	if (pressure)
		open_pressure(pressure);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	poller = start(watch_level);
	start(watch_uevents);
	if (pressure_epoll >= 0)
		start(watch_pressure);
	puts("ready");
	fflush(stdout);
	pthread_join(poller, NULL);
	return EXIT_SUCCESS;
}
