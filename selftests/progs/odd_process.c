// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes of unusual build, for tests of what a ranking belongs to.
 *
 *	odd_process pid PID PROGRAM...		child with exactly that pid number runs PROGRAM
 *	odd_process thread_exec PROGRAM...	a thread that is not the leader runs PROGRAM
 *	odd_process leader_exit			the leader ends, a thread stays
 *	odd_process thread			prints "ready PID TID" of a second thread
 *	odd_process vfork			a child between vfork and exec, for ever
 *	odd_process share			a child with the same memory, a process of its own;
 *						prints "ready PID CHILD"
 *
 *	odd_process files N			N processes with 4096 descriptors in common
 *	odd_process hog				keeps CPU 0 from all threads but those of high
 *						real-time priority; prints "ready PID"
 *
 * exec waits for SIGUSR1; "ready PID" is printed before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

enum {
	NR_FILES = 4096,
};

static sigset_t gate;
static char **program;

static void ready(pid_t pid)
{
	printf("ready %d\n", pid);
	fflush(stdout);
}

static int run_with_pid(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&wanted,
		.set_tid_size = 1,
	};
	int status;
	long pid;

	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		die("clone3");
	if (!pid) {
		execvp(program[0], program);
		die(program[0]);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static void *exec_on_signal(void *unused)
{
	int sig;

	(void)unused;
	sigwait(&gate, &sig);
	sigprocmask(SIG_UNBLOCK, &gate, NULL);
	execvp(program[0], program);
	die(program[0]);
	return NULL;
}

static void *stay(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static void *say_and_stay(void *unused)
{
	printf("ready %d %ld\n", getpid(), syscall(SYS_gettid));
	fflush(stdout);
	return stay(unused);
}

static int share_and_stay(void *unused)
{
	return stay(unused) != NULL;
}

/* Not a thread: CLONE_VM without CLONE_THREAD. */
static void share_memory(void)
{
	static char stack[64 * 1024] __attribute__((aligned(16)));
	pid_t child = clone(share_and_stay, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);

	if (child < 0)
		die("clone");
	printf("ready %d %d\n", getpid(), child);
	fflush(stdout);
	stay(NULL);
}

/* Not of one process: CLONE_FILES without CLONE_VM. */
static void share_files(long nr)
{
	const struct rlimit limit = { NR_FILES, NR_FILES };
	pid_t parent = getpid();

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("setrlimit");
	while (dup(STDIN_FILENO) >= 0)
		;
	if (errno != EMFILE)
		die("dup");
	while (--nr > 0 && getpid() == parent)
		if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) < 0)
			die("clone");
	if (getpid() == parent)
		ready(parent);
	else
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	stay(NULL);
}

static void hog_cpu(void)
{
	const struct sched_param param = { .sched_priority = 50 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		die("sched_setaffinity");
	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		die("sched_setscheduler");
	ready(getpid());
	for (;;)
		;
}

static void start(void *(*run)(void *))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, NULL);
	if (errno)
		die("pthread_create");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	sigemptyset(&gate);
	sigaddset(&gate, SIGUSR1);
	sigprocmask(SIG_BLOCK, &gate, NULL);

	if (!strcmp(what, "pid") && argc > 3) {
		program = argv + 3;
		return run_with_pid(strtol(argv[2], NULL, 10));
	}
	if (!strcmp(what, "thread_exec") && argc > 2) {
		program = argv + 2;
		start(exec_on_signal);
		ready(getpid());
		stay(NULL);
	}
	if (!strcmp(what, "leader_exit")) {
		start(stay);
		ready(getpid());
		pthread_exit(NULL);
	}
	if (!strcmp(what, "thread")) {
		start(say_and_stay);
		stay(NULL);
	}
	if (!strcmp(what, "share"))
		share_memory();
	if (!strcmp(what, "files") && argc > 2)
		share_files(strtol(argv[2], NULL, 10));
	if (!strcmp(what, "hog"))
		hog_cpu();
	if (!strcmp(what, "vfork")) {
		if (!vfork()) {
			ready(getpid());
			for (;;)
				pause();
		}
	}
	fputs("usage: odd_process pid PID PROGRAM... | thread_exec PROGRAM... | leader_exit | thread | vfork | share | files N | hog\n",
	      stderr);
	return EXIT_FAILURE;
}
