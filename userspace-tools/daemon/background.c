// SPDX-License-Identifier: GPL-2.0-only
/*
 * For init systems that want a program to go into the background: the command that started it ends
 * when the manager works, or with the status with which it has failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"

static struct {
	int ready; /* -1: no parent waits */
	const char *pidfile;
} background = { .ready = -1 };

/* In the process that was started. */
static void wait_for_manager(int fd, pid_t manager)
{
	char byte;
	int status;

	if (read(fd, &byte, 1) == 1)
		_exit(EXIT_SUCCESS);
	fputs("oom-embeddedd: did not start; the log says why\n", stderr);
	if (waitpid(manager, &status, 0) == manager && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(EXIT_FAILURE);
}

static void leave_terminal(bool keep_stderr)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	if (!keep_stderr)
		dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/**
 * oe_background_enter - go on in a process of its own, without a terminal
 * @keep_stderr: the log goes there
 *
 * The process that was started ends with oe_background_ready(), or when the new one does.
 *
 * Return: 0 or a negative errno.
 */
int oe_background_enter(bool keep_stderr)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(fds[1]);
		wait_for_manager(fds[0], pid);
	}
	close(fds[0]);
	background.ready = fds[1];
	setsid();
	leave_terminal(keep_stderr);
	return chdir("/") ? -errno : 0;
}

/* A FIFO or a device is not written to: somebody else put them there. */
static bool is_for_pid(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	errno = EPERM;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       st.st_nlink == 1;
}

static const char *write_pid(const struct oe_path *way)
{
	const char *why = NULL;
	char line[16];
	int length = snprintf(line, sizeof(line), "%d\n", (int)getpid());
	int fd = openat(way->dir, way->name,
			O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
				O_NOCTTY | O_CLOEXEC,
			0644);

	if (fd < 0 || !is_for_pid(fd) || ftruncate(fd, 0) ||
	    write(fd, line, (size_t)length) < 0)
		why = strerror(errno);
	if (fd >= 0)
		close(fd);
	return why;
}

static void write_pidfile(void)
{
	struct oe_path way;
	const char *why;

	oe_path_walk_to_own(&way, background.pidfile);
	why = way.why ? way.why : write_pid(&way);
	oe_path_close(&way);
	if (!why)
		return;
	oe_log(OE_LOG_ERROR, "cannot write %s: %s", background.pidfile, why);
	background.pidfile = NULL;
}

/**
 * oe_background_ready - the manager works
 * @pidfile: gets its pid, NULL = none; kept
 */
void oe_background_ready(const char *pidfile)
{
	background.pidfile = pidfile;
	if (pidfile)
		write_pidfile();
	if (background.ready < 0)
		return;
	if (write(background.ready, "R", 1) < 0)
		oe_log(OE_LOG_WARNING, "nobody waits for me");
	close(background.ready);
	background.ready = -1;
}

/**
 * oe_background_end - the manager ends
 */
void oe_background_end(void)
{
	struct oe_path way;

	if (!background.pidfile)
		return;
	if (oe_path_walk_to_own(&way, background.pidfile))
		unlinkat(way.dir, way.name, 0);
	oe_path_close(&way);
}
