// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost LABEL [call | fork]: instructions of a page fault, of fork+exit+wait and of
 * fork+exec+exit+wait, or only those of getppid() or fork+exit+wait, each as
 * "# bench cost LABEL WHAT MINIMUM TYPICAL".
 *
 * The minimum is a run without a timer tick in it, the typical one the mean of
 * the middle half. How full the kernel's slabs are decides for how long a run
 * of forks is cheap, so every now and then a child is kept: that way each
 * series sees them at every fill.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tsc.h"

enum {
	FAULTS = 4096,
	CALLS = 1000,
	FORKS = 600,
	KEPT = 60,
	PAGE = 4096,
};

static uint64_t samples[FAULTS];

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void report(const char *label, const char *what, int n)
{
	uint64_t sum = 0;

	qsort(samples, n, sizeof(samples[0]), by_size);
	for (int i = n / 4; i < 3 * n / 4; i++)
		sum += samples[i];
	printf("# bench cost %s %s %llu %.1f\n", label, what, (unsigned long long)samples[0],
	       (double)sum / (3 * n / 4 - n / 4));
}

static void measure_faults(const char *label)
{
	size_t size = (size_t)FAULTS * PAGE;
	volatile char *page;
	uint64_t start;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED || madvise((void *)page, size, MADV_NOHUGEPAGE))
		die("mmap");
	for (int i = 0; i < FAULTS; i++) {
		start = tsc();
		page[(size_t)i * PAGE] = 1;
		samples[i] = tsc() - start;
	}
	munmap((void *)page, size);
	report(label, "fault", FAULTS);
}

static void child(const char *program)
{
	char *const argv[] = { (char *)program, NULL };
	char *const envp[] = { NULL };

	if (program)
		execve(program, argv, envp);
	syscall(SYS_exit_group, program ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void measure_calls(const char *label)
{
	uint64_t start;

	for (int i = 0; i < CALLS; i++) {
		start = tsc();
		syscall(SYS_getppid);
		samples[i] = tsc() - start;
	}
	report(label, "call", CALLS);
}

static pid_t keep_one(void)
{
	pid_t pid = syscall(SYS_fork);

	if (pid < 0)
		die("fork");
	if (!pid)
		for (;;)
			pause();
	return pid;
}

/* The bare system calls: the C library's work at fork is not of interest. */
static void measure_forks(const char *label, const char *what, const char *program)
{
	pid_t kept[KEPT];
	uint64_t start;
	int status;
	pid_t pid;

	for (int i = 0; i < FORKS; i++) {
		if (i % (FORKS / KEPT) == 0)
			kept[i / (FORKS / KEPT)] = keep_one();
		start = tsc();
		pid = syscall(SYS_fork);
		if (pid < 0)
			die("fork");
		if (!pid)
			child(program);
		if (waitpid(pid, &status, 0) != pid || status)
			die("child");
		samples[i] = tsc() - start;
	}
	for (int i = 0; i < KEPT; i++) {
		kill(kept[i], SIGKILL);
		waitpid(kept[i], NULL, 0);
	}
	report(label, what, FORKS);
}

int main(int argc, char **argv)
{
	const char *only = argc == 3 ? argv[2] : NULL;

	if (argc < 2 || argc > 3 || (only && strcmp(only, "call") && strcmp(only, "fork"))) {
		fprintf(stderr, "usage: cost LABEL [call | fork]\n");
		return EXIT_FAILURE;
	}
	if (only && !strcmp(only, "call")) {
		measure_calls(argv[1]);
		return EXIT_SUCCESS;
	}
	if (!only)
		measure_faults(argv[1]);
	measure_forks(argv[1], "fork", NULL);
	if (!only)
		measure_forks(argv[1], "exec", "./tiny");
	return EXIT_SUCCESS;
}
