// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of user 4242 that would like to be protected. Prints "ready PID RESULT", where PID is
 * the process to look at, and RESULT "OK" or an errno's name, and stays.
 *
 *	attacker join DIR		moves itself into a cgroup
 *	attacker clone DIR		makes a child in a cgroup
 *	attacker family			as root: is "keeper", which adopts orphans, and has a child of the
 *					user; prints "ready KEEPER CHILD". On SIGUSR1 the child makes
 *					a child whose parent is the keeper, and one that loses its
 *					parent, and prints "made SIBLING ORPHAN"
 *	attacker trace PID		attaches itself to a process, as its tracer
 *	attacker write FD TEXT		writes to a file that root has opened
 *	attacker become_root		as a set-uid program: takes over its effective user; else as
 *					the user that started it
 *	attacker storm NAME		children that take a name and end, for ever
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	USER = 4242,
};

static void become_user(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1 || setgid(USER) || setuid(USER)) {
		fprintf(stderr, "# attacker: %s\n", strerrorname_np(errno));
		exit(EXIT_FAILURE);
	}
	close(fd);
	prctl(PR_SET_DUMPABLE, 1);
}

/* @ret is that of a system call. */
static void say(pid_t pid, long ret)
{
	printf("ready %d %s\n", pid, ret < 0 ? strerrorname_np(errno) : "OK");
	fflush(stdout);
}

static _Noreturn void stay(void)
{
	for (;;)
		pause();
}

static long join_cgroup(const char *dir)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? fd : write(fd, "0", 1);
}

/* Returns the child, or -1; the child stays. */
static pid_t clone_with(uint64_t flags, const char *dir)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	long pid;

	if (dir)
		args.cgroup = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		stay();
	return pid;
}

/* Returns when the orphan has been adopted. */
static pid_t make_orphan(void)
{
	pid_t self = getpid();
	pid_t orphan = 0;
	int told[2];
	pid_t pid;

	if (pipe(told))
		exit(EXIT_FAILURE);
	pid = fork();
	if (!pid) {
		pid = fork();
		if (pid)
			_exit(EXIT_SUCCESS);
		while (getppid() != 1 && getppid() != getpgid(self))
			usleep(1000);
		pid = getpid();
		if (write(told[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(EXIT_FAILURE);
		stay();
	}
	waitpid(pid, NULL, 0);
	if (read(told[0], &orphan, sizeof(orphan)) != sizeof(orphan))
		exit(EXIT_FAILURE);
	return orphan;
}

/* The keeper leads the process group, which tells the orphan who it is. */
static void be_family(void)
{
	sigset_t gate;
	pid_t child;
	int sig;

	sigemptyset(&gate);
	sigaddset(&gate, SIGUSR1);
	sigprocmask(SIG_BLOCK, &gate, NULL);
	setpgid(0, 0);
	prctl(PR_SET_NAME, "keeper");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = fork();
	if (child < 0)
		exit(EXIT_FAILURE);
	if (child) {
		printf("ready %d %d\n", getpid(), child);
		fflush(stdout);
		stay();
	}
	become_user();
	prctl(PR_SET_NAME, "child");
	sigwait(&gate, &sig);
	child = clone_with(CLONE_PARENT, NULL);
	printf("made %d %d\n", child, make_orphan());
	fflush(stdout);
	stay();
}

static void storm(const char *name)
{
	say(getpid(), 0);
	for (;;) {
		pid_t pid = fork();

		if (pid < 0)
			continue;
		if (!pid) {
			prctl(PR_SET_NAME, name);
			usleep(1000);
			_exit(EXIT_SUCCESS);
		}
		waitpid(pid, NULL, 0);
	}
}

static void attack(const char *what, char **args)
{
	pid_t pid;

	if (!strcmp(what, "join")) {
		say(getpid(), join_cgroup(args[0]));
	} else if (!strcmp(what, "clone")) {
		pid = clone_with(CLONE_INTO_CGROUP, args[0]);
		say(pid < 0 ? getpid() : pid, pid);
	} else if (!strcmp(what, "trace")) {
		say(getpid(), ptrace(PTRACE_SEIZE, atoi(args[0]), 0, 0));
	} else if (!strcmp(what, "write")) {
		say(getpid(), write(atoi(args[0]), args[1], strlen(args[1])));
	} else if (!strcmp(what, "storm")) {
		storm(args[0]);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "become_root")) {
		say(getpid(), setresuid(geteuid(), geteuid(), geteuid()));
	} else if (!strcmp(what, "family")) {
		be_family();
	} else if (argc > 1) {
		become_user();
		attack(what, argv + 2);
	}
	stay();
}
