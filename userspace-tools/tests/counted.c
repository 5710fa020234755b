// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the programs of "make coverage" alone: counts what runs in a process that ends otherwise than by
 * exit(). A child leaves its counts before it waits, because most are killed while they do. The
 * manager is killed, too: it leaves them once in a second.
 */

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* Of libgcov, which has no header. */
void __gcov_dump(void);
void __gcov_reset(void);

/* The linker gives us these names (--wrap). */
int __real_poll(struct pollfd *fds, nfds_t nr, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout);
int __real_epoll_wait(int fd, struct epoll_event *events, int nr, int timeout);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int nr, int timeout);
int __real_pause(void);
int __wrap_pause(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

static pid_t first;
static time_t left;

__attribute__((constructor)) static void note_first(void)
{
	first = getpid();
}

static void leave_counts(void)
{
	int saved = errno;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (getpid() != first || now.tv_sec != left) {
		__gcov_dump();
		__gcov_reset();
	}
	left = now.tv_sec;
	errno = saved;
}

int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	leave_counts();
	return __real_poll(fds, nr, timeout);
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int nr, int timeout)
{
	leave_counts();
	return __real_epoll_wait(fd, events, nr, timeout);
}

int __wrap_pause(void)
{
	leave_counts();
	return __real_pause();
}

void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
