// SPDX-License-Identifier: GPL-2.0-only
/*
 * The child of the worker that does one job: a command, sync(2), a request to the module, or the
 * release of memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "daemon/daemon.h"
#include "daemon/worker_job.h"

/*
 * Linux 5.15; the musl of Debian 12 does not know it. Since Linux 5.1 new calls have the same
 * distance on each architecture.
 */
#ifndef SYS_process_mrelease
#define SYS_process_mrelease (SYS_pidfd_open + 14)
#endif

/* A command does not inherit the protection of the manager. */
static void become_command(const struct oe_worker_job *job)
{
	const char *argv[OE_CONF_MAX_ARGS + 1];
	const char *word = job->text;
	char line[32];
	int fd;

	setpgid(0, 0);
	oe_child_reset();
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) < 0)
		errno = 0;
	snprintf(line, sizeof(line), "%d -", getpid());
	oe_sysfs_write("oom_ranking", line);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(fd, STDIN_FILENO);
	for (int i = 0; i < job->argc; i++) {
		argv[i] = word;
		word += strlen(word) + 1;
	}
	argv[job->argc] = NULL;
	if (!job->argc)
		_exit(0);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* The module answers EBUSY also where it will never kill. */
static bool module_observes(void)
{
	char mode[16];

	return !strcmp(oe_sysfs_read_word("mode", mode, sizeof(mode)),
		       "observe");
}

static void become_relief(const struct oe_worker_job *job)
{
	char wish[OE_WORKER_TEXT + sizeof("group:")] = "1";
	int err;

	if (job->text[0])
		snprintf(wish, sizeof(wish), "group:%s", job->text);
	err = oe_sysfs_write("relieve", wish);
	if (err == -EBUSY && module_observes())
		err = -ECANCELED;
	_exit(-err);
}

/*
 * A number that is another process's by now does no harm: the kernel refuses a process that is
 * not dying.
 */
static void become_release(const struct oe_worker_job *job)
{
	for (int i = 0; i < job->argc; i++) {
		int fd;
		int pid;

		memcpy(&pid, job->text + i * sizeof(pid), sizeof(pid));
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd >= 0)
			syscall(SYS_process_mrelease, fd, 0);
	}
}

/**
 * oe_worker_job_run - do a job
 * @job: in the shared memory; only read
 *
 * In a child of the worker. Ends the process, with a status that says how it went: that of the
 * command, or an errno.
 */
_Noreturn void oe_worker_job_run(const struct oe_worker_job *job)
{
	switch (job->kind) {
	case OE_WORKER_COMMAND:
		become_command(job);
		break;
	case OE_WORKER_SYNC:
		sync();
		break;
	case OE_WORKER_RELIEVE:
		become_relief(job);
		break;
	case OE_WORKER_RELEASE:
		become_release(job);
		break;
	}
	_exit(0);
}
