// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency COMMAND [ARGUMENT...]: runs it while a thread of real-time priority wants the CPU five thousand times a
 * second. Prints for how many microseconds that had to wait at most, and how long the command took; what the
 * command prints is dropped.
 * Fails if the command does.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PRIORITY = 50,
	PERIOD_NS = 200 * 1000,
};

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void sleep_until(uint64_t when)
{
	struct timespec ts = { .tv_sec = when / 1000000000, .tv_nsec = when % 1000000000 };

	if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		die("clock_nanosleep");
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = PRIORITY };
	uint64_t began, due, now, longest = 0;
	int status;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: latency COMMAND [ARGUMENT...]\n");
		return EXIT_FAILURE;
	}
	if (mlockall(MCL_CURRENT | MCL_FUTURE) ||
	    sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		die("set-up");
	began = now_ns();
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout))
			die("/dev/null");
		execvp(argv[1], argv + 1);
		die(argv[1]);
	}
	do {
		due = now_ns() + PERIOD_NS;
		sleep_until(due);
		now = now_ns();
		if (now - due > longest)
			longest = now - due;
	} while (!waitpid(pid, &status, WNOHANG));
	printf("%llu %llu\n", (unsigned long long)longest / 1000, (unsigned long long)(now - began) / 1000);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? EXIT_SUCCESS : EXIT_FAILURE;
}
