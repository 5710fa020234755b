// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rankings: the module's view of this process, its offer, and the ranking
 * of a process that is known by a pidfd. The functions are described in
 * include/oom_embedded.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "lib/handle.h"
#include "oom_embedded.h"
#include "uapi/oom_embedded.h"

/* For tests: the mount point of procfs. */
#define PROC_ENVIRONMENT "OOM_EMBEDDED_PROC"

/* Linux 5.1; headers may be older. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

enum {
	SELF_PATH = 512,
	SELF_TEXT = 128,
	FDINFO_TEXT = 1024,
};

static int open_self(int flags)
{
	const char *root = secure_getenv(PROC_ENVIRONMENT);
	char path[SELF_PATH];
	int fd;

	snprintf(path, sizeof(path), "%s/oom_embedded/self",
		 root ? root : "/proc");
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The next word; false if there is none, or no room for it. */
static bool take_word(char **text, char *word, size_t size)
{
	const char *found = strtok_r(NULL, " \n", text);

	return found && (size_t)snprintf(word, size, "%s", found) < size;
}

/*
 * No sscanf(): it is 120 kB that a manager with a C library of its own would
 * have to lock in memory. @text is taken apart.
 */
static int parse_self(char *text, struct oom_embedded_self *self)
{
	struct oom_embedded_self read = {};
	char *rest;
	long rank = strtol(text, &rest, 10);

	if (rest == text || *rest != ' ' || rank < 0 ||
	    rank > OOM_EMBEDDED_RANK_MAX ||
	    !take_word(&rest, read.source, sizeof(read.source)) ||
	    !take_word(&rest, read.verdict, sizeof(read.verdict)))
		return -EBADMSG;
	read.rank = (int)rank;
	*self = read;
	return 0;
}

int oom_embedded_read_self(struct oom_embedded *oom,
			   struct oom_embedded_self *self)
{
	char text[SELF_TEXT];
	int length;
	int fd;

	(void)oom;
	fd = open_self(O_RDONLY);
	if (fd < 0)
		return fd;
	length = oe_sysfs_read_fd(fd, text, sizeof(text));
	close(fd);
	if (length < 0)
		return length;
	return parse_self(text, self);
}

int oom_embedded_offer(struct oom_embedded *oom, int rank)
{
	char line[NUMBER_SIZE];
	int err;
	int fd;

	(void)oom;
	fd = open_self(O_WRONLY);
	if (fd < 0)
		return fd;
	snprintf(line, sizeof(line), "%d\n", rank);
	err = oe_sysfs_write_fd(fd, line);
	close(fd);
	return err;
}

/* The number of the process in our pid namespace. */
static int pid_of(int pidfd)
{
	char text[FDINFO_TEXT];
	char path[64];
	const char *line;
	char *end;
	int length;
	long pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -EBADF : -errno;
	length = oe_sysfs_read_fd(fd, text, sizeof(text));
	close(fd);
	if (length < 0)
		return length;
	line = strstr(text, "\nPid:");
	if (!line)
		return -EINVAL;
	line += strlen("\nPid:");
	pid = strtol(line, &end, 10);
	if (end == line)
		return -EINVAL;
	return pid > 0 ? (int)pid : -ESRCH;
}

/* Any other error means that the process exists. */
static bool is_gone(int pidfd)
{
	return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 &&
	       errno == ESRCH;
}

int oom_embedded_set_rank_of(struct oom_embedded *oom, int pidfd, int rank)
{
	char line[NUMBER_SIZE];
	int pid = pid_of(pidfd);
	int err;

	(void)oom;
	if (pid < 0)
		return pid;
	if (rank == OOM_EMBEDDED_NO_RANK)
		snprintf(line, sizeof(line), "%d -\n", pid);
	else
		snprintf(line, sizeof(line), "%d %d\n", pid, rank);
	err = oe_sysfs_write("oom_ranking", line);
	if (err || !is_gone(pidfd))
		return err;
	/* The number may be another process's by now, which has got it in vain. */
	snprintf(line, sizeof(line), "%d -\n", pid);
	oe_sysfs_write("oom_ranking", line);
	return -ESRCH;
}
