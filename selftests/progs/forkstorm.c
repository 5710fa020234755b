// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes by the thousand, as cheap as they get.
 *
 *	forkstorm storm N	N children that end at once, one after the other
 *	forkstorm keep N	N children that share our memory and pause; prints
 *				"child PID" for each and "ready PID" when all are
 *				there. Ends them on SIGTERM
 *	forkstorm churn		children come and go until SIGTERM
 *
 * All of them inherit whatever ranking the caller gave us.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

enum { CHILD_STACK = 4096 };

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static void child_ends(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		die("vfork");
}

static int pause_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

static void keep_children(unsigned long nr)
{
	pid_t *pids = calloc(nr, sizeof(*pids));
	char *stacks = mmap(NULL, nr * CHILD_STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (!pids || stacks == MAP_FAILED)
		die("memory");
	for (unsigned long i = 0; i < nr; i++) {
		pids[i] = clone(pause_for_ever, stacks + (i + 1) * CHILD_STACK, CLONE_VM | SIGCHLD,
				NULL);
		if (pids[i] < 0)
			die("clone");
		printf("child %d\n", pids[i]);
	}
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (!stop)
		pause();
	for (unsigned long i = 0; i < nr; i++)
		kill(pids[i], SIGKILL);
	for (unsigned long i = 0; i < nr; i++)
		waitpid(pids[i], NULL, 0);
}

int main(int argc, char **argv)
{
	/* No SA_RESTART: the signal must end pause(). */
	struct sigaction term = { .sa_handler = on_term };
	unsigned long nr = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	sigaction(SIGTERM, &term, NULL);
	if (argc > 2 && !strcmp(argv[1], "storm")) {
		while (nr-- && !stop)
			child_ends();
	} else if (argc > 2 && !strcmp(argv[1], "keep")) {
		keep_children(nr);
	} else if (argc > 1 && !strcmp(argv[1], "churn")) {
		while (!stop)
			child_ends();
	} else {
		fputs("usage: forkstorm storm N | keep N | churn\n", stderr);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
