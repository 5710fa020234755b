// SPDX-License-Identifier: GPL-2.0-only
/*
 * threads N: becomes a process of that many threads and 8 MB, killable as ordinary ones are. "ready" when
 * all are there.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	STACK = 4 * PAGE,
	TAKEN = 8 << 20,
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static char *reserve_memory(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED || madvise(memory, size, MADV_NOHUGEPAGE))
		die("mmap");
	return memory;
}

static void *sit_still(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	int number = argc == 2 ? atoi(argv[1]) : 0;
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	pthread_attr_t attr;
	pthread_t thread;
	char *stacks;

	if (number < 1) {
		fprintf(stderr, "usage: threads N\n");
		return EXIT_FAILURE;
	}
	if (fd < 0 || write(fd, "0", 1) != 1)
		die("oom_score_adj");
	close(fd);
	memset(reserve_memory(TAKEN), 1, TAKEN);
	/* Stacks of one mapping: there is a limit to the number of these. */
	stacks = reserve_memory((size_t)number * STACK);
	pthread_attr_init(&attr);
	for (int i = 1; i < number; i++) {
		if (pthread_attr_setstack(&attr, stacks + (size_t)i * STACK, STACK) ||
		    pthread_create(&thread, &attr, sit_still, NULL))
			die("pthread_create");
	}
	puts("ready");
	fflush(stdout);
	sit_still(NULL);
}
