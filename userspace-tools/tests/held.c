// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that cannot exit:
 *
 *	held NAME KB
 *
 * starts a child of that name that holds so much memory, prints "ready PID", and holds it, as a
 * tracer, when it is about to exit, however it dies. Ends with its own death only.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

static void hold_memory(const char *name, size_t size, int ready)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	memset(memory, 1, size);
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(ready, "r", 1) != 1)
		abort();
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int ready[2];
	pid_t child;
	char byte;

	if (argc != 3 || pipe(ready))
		return 2;
	child = fork();
	if (child < 0)
		return 1;
	if (!child)
		hold_memory(argv[1], strtoul(argv[2], NULL, 10) * 1024,
			    ready[1]);
	if (read(ready[0], &byte, 1) != 1 ||
	    ptrace(PTRACE_SEIZE, child, NULL, PTRACE_O_TRACEEXIT)) {
		perror("held");
		return 1;
	}
	printf("ready %d\n", child);
	fflush(stdout);
	for (;;)
		pause();
}
