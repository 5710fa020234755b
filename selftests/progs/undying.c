// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of a memory cgroup is dying at any time.
 *
 *	undying [once]
 *	undying KB
 *
 * To be started in a memory cgroup with a limit. A child fills it, has SIGKILL from
 * the kernel, and is stopped on its way out, so that its memory comes back only by
 * the OOM reaper. Then the next one does, unless "once" is given. With KB there is
 * one child, which takes so much and has SIGKILL from itself. Prints "ready PID" when
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

/* Takes that much; 0 = all there is. */
static void fill_memory(long kb)
{
	write_string("/proc/self/oom_score_adj", "1000");
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		die("ptrace");
	raise(SIGSTOP);
	for (long bytes = 0; !kb || bytes < kb * 1024; bytes += STEP) {
		char *part = malloc(STEP);

		if (!part)
			die("malloc");
		memset(part, 1, STEP);
	}
	raise(SIGKILL);
}

/* Returns a child that is stopped in its exit. */
static pid_t make_child(long kb)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		fill_memory(kb);
	if (waitpid(pid, NULL, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT) ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL) ||
	    waitpid(pid, NULL, 0) != pid)
		die("child");
	return pid;
}

int main(int argc, char **argv)
{
	long kb = argc == 2 ? atol(argv[1]) : 0;
	bool once = argc == 2 && (kb || !strcmp(argv[1], "once"));
	pid_t stopped[CHILDREN] = { 0 };

	for (unsigned int i = 0;; i = (i + 1) % CHILDREN) {
		bool first = !stopped[i] && !i;

		if (stopped[i]) {
			ptrace(PTRACE_CONT, stopped[i], NULL, NULL);
			waitpid(stopped[i], NULL, 0);
		}
		stopped[i] = make_child(kb);
		if (first) {
			printf("ready %d\n", stopped[i]);
			fflush(stdout);
		}
		while (once)
			pause();
	}
}
