// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of a memory cgroup is dying at any time.
 *
 *	undying [once]
 *
 * To be started in a memory cgroup with a limit. A child fills it, has SIGKILL from
 * the kernel, and is stopped on its way out, so that its memory comes back only by
 * the OOM reaper. Then the next one does, unless "once" is given. Prints "ready" when
 * the first is stopped; goes on until it is killed.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

enum {
	STEP = 64 * 1024,
	/* So many are left stopped; then the oldest one may go. */
	CHILDREN = 16,
};

static void fill_memory(void)
{
	write_string("/proc/self/oom_score_adj", "1000");
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		die("ptrace");
	raise(SIGSTOP);
	for (;;) {
		char *part = malloc(STEP);

		if (!part)
			die("malloc");
		memset(part, 1, STEP);
	}
}

/* Returns a child that is stopped in its exit. */
static pid_t make_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		fill_memory();
	if (waitpid(pid, NULL, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT) ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) ||
	    waitpid(pid, NULL, 0) != pid)
		die("child");
	return pid;
}

int main(int argc, char **argv)
{
	bool once = argc == 2 && !strcmp(argv[1], "once");
	pid_t stopped[CHILDREN] = { 0 };

	for (unsigned int i = 0;; i = (i + 1) % CHILDREN) {
		bool first = !stopped[i] && !i;

		if (stopped[i]) {
			ptrace(PTRACE_CONT, stopped[i], NULL, NULL);
			waitpid(stopped[i], NULL, 0);
		}
		stopped[i] = make_child();
		if (first) {
			puts("ready");
			fflush(stdout);
		}
		while (once)
			pause();
	}
}
