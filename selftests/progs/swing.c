// SPDX-License-Identifier: GPL-2.0-only
/*
 * swing KB: takes so much memory at the first SIGUSR1, gives it back at the next, and so
 * on; prints "up" and "down" when it is done.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	sigset_t gate;
	size_t size;
	char *mem;
	int sig;

	if (argc != 2) {
		fputs("usage: swing KB\n", stderr);
		return EXIT_FAILURE;
	}
	sigemptyset(&gate);
	sigaddset(&gate, SIGUSR1);
	sigprocmask(SIG_BLOCK, &gate, NULL);
	size = strtoul(argv[1], NULL, 10) * 1024;
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED) {
		perror("swing: mmap");
		return EXIT_FAILURE;
	}
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	for (;;) {
		sigwait(&gate, &sig);
		memset(mem, 1, size);
		puts("up");
		sigwait(&gate, &sig);
		madvise(mem, size, MADV_DONTNEED);
		puts("down");
	}
}
