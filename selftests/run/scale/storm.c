// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm N DIRECTORY: a process in each of the memory cgroups DIRECTORY/0 to N-1, all of which take
 * more than their cgroup may have, from the same moment on. Prints how many nanoseconds later the last of them was
 * dead. Fails if one is not killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	PATIENCE_S = 300,
};

static const size_t MUCH = 64UL << 20;

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void put_text(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die(path);
	close(fd);
}

static void take_memory(const char *directory, int nr, const int *start)
{
	volatile char *memory;
	char path[256];
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	put_text("/proc/self/oom_score_adj", "0");
	snprintf(path, sizeof(path), "%s/%d/cgroup.procs", directory, nr);
	put_text(path, "0");
	memory = mmap(NULL, MUCH, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED || madvise((void *)memory, MUCH, MADV_NOHUGEPAGE))
		die("mmap");
	close(start[1]);
	/* The parent's end is closed when all are there. */
	if (read(start[0], &byte, 1) != 0)
		die("pipe");
	for (size_t at = 0; at < MUCH; at += PAGE)
		memory[at] = 1;
	exit(EXIT_SUCCESS);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	int number = argc == 3 ? atoi(argv[1]) : 0;
	uint64_t began;
	int start[2];
	int status;

	if (number < 1) {
		fprintf(stderr, "usage: storm N DIRECTORY\n");
		return EXIT_FAILURE;
	}
	if (mlockall(MCL_CURRENT) || pipe(start))
		die("set-up");
	for (int i = 0; i < number; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			take_memory(argv[2], i, start);
	}
	/* All of them come to their read(). */
	sleep(2);
	alarm(PATIENCE_S);
	began = now_ns();
	close(start[1]);
	for (int i = 0; i < number; i++)
		if (wait(&status) < 0 || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
			fprintf(stderr, "one ended otherwise: status %#x\n", status);
			return EXIT_FAILURE;
		}
	printf("%llu\n", (unsigned long long)(now_ns() - began));
	return EXIT_SUCCESS;
}
