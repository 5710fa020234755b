// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the manager's children do not inherit from it.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

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
 * oe_child_clean_environment - forget what the service manager told the manager
 *
 * A child that spoke to it would speak as the manager. To be called when the manager has read
 * what it needs.
 */
void oe_child_clean_environment(void)
{
	static const char *const names[] = {
		"NOTIFY_SOCKET",     "WATCHDOG_USEC", "WATCHDOG_PID",
		"LISTEN_PID",	     "LISTEN_FDS",    "LISTEN_FDNAMES",
		"LISTEN_PIDFDID",    "MAINPID",	      "MANAGERPID",
		"FDSTORE",	     "INVOCATION_ID", "SYSTEMD_EXEC_PID",
		"RUNTIME_DIRECTORY",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
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
