// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children of the manager, and the attributes that they inherit.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	DESCRIPTORS = 4096, /* more than the manager ever opens */
	INHERITED = 256, /* as many as are looked at */
};

static struct rlimit descriptors;
static int max_descriptors = INT_MAX;

/**
 * oe_child_prepare - at the start: keep what is the manager's own to the manager
 *
 * Descriptors that it was started with are closed in its children, and it may open more than
 * they: it holds one for each process of a service.
 */
void oe_child_prepare(void)
{
	struct rlimit more;

	for (int fd = 3; fd < INHERITED; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (getrlimit(RLIMIT_NOFILE, &descriptors))
		return;
	more = descriptors;
	if (more.rlim_cur < DESCRIPTORS)
		more.rlim_cur = more.rlim_max < DESCRIPTORS ? more.rlim_max :
							      DESCRIPTORS;
	if (setrlimit(RLIMIT_NOFILE, &more))
		more = descriptors;
	if (more.rlim_cur < INT_MAX)
		max_descriptors = (int)more.rlim_cur;
}

/**
 * oe_child_max_descriptors - how many descriptors the manager may have
 *
 * Return: the limit.
 */
int oe_child_max_descriptors(void)
{
	return max_descriptors;
}

/**
 * oe_child_fork - fork a part of the manager that lives as long as it
 * @name: of the process
 * @run: its work; does not return
 *
 * The child locks each page that it has used, so that it works when memory is gone.
 *
 * Return: its pid, or a negative errno.
 */
int oe_child_fork(const char *name, void (*run)(void))
{
	pid_t manager = getpid();
	pid_t pid = fork();

	if (pid)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != manager)
		_exit(0);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	run();
	_exit(0);
}

/**
 * oe_child_drain - wait until a child has taken all lines of its ring
 * @ring: the ring
 * @ms: but no longer
 */
void oe_child_drain(const struct oe_ring *ring, int ms)
{
	int64_t until = oe_now_ms() + ms;

	while (!oe_ring_is_empty(ring) && oe_now_ms() < until)
		poll(NULL, 0, 10);
}

/**
 * oe_child_reset - in a child, before it becomes another program: be an ordinary process
 */
void oe_child_reset(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (descriptors.rlim_max)
		setrlimit(RLIMIT_NOFILE, &descriptors);
}
