/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the director and the actors: how long the two loops took. */
#ifndef PEERS_H
#define PEERS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LOOPS_FILE "/run/peers.loops"

enum {
	KB = 1024,
	MB = 1024 * 1024,
	PAGE = 4096,
	LOOP_MS = 10,		/* the period of the control loop */
	LATE_MS = 100,
	PROBE_MS = 700,		/* how often the shell starts ps */
};

/* In a file, so that it outlives the loop. */
struct loop {
	uint64_t rounds;
	uint64_t due_ns;	/* when the round that is under way was to begin; 0: none is */
	uint64_t longest_ns;
	uint64_t late;		/* rounds of more than LATE_MS */
};

struct loops {
	uint32_t measuring;
	struct loop control;
	struct loop shell;
};

static inline _Noreturn void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static inline void sleep_until(uint64_t at_ns)
{
	struct timespec t = {
		.tv_sec = at_ns / 1000000000,
		.tv_nsec = at_ns % 1000000000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

static inline void sleep_ms(uint64_t ms)
{
	sleep_until(now_ns() + ms * 1000000);
}

static inline struct loops *map_loops(void)
{
	int fd = open(LOOPS_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct loops *loops;

	if (fd < 0 || ftruncate(fd, sizeof(*loops)))
		die(LOOPS_FILE);
	loops = mmap(NULL, sizeof(*loops), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (loops == MAP_FAILED)
		die("mmap");
	close(fd);
	return loops;
}

#endif /* PEERS_H */
