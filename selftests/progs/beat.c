// SPDX-License-Identifier: GPL-2.0-only
/*
 * A control loop: each 10 ms a round that asks the kernel for a page, touches it and gives it back.
 * Its own memory is locked, its scheduling class the ordinary one. Says "ready"; at SIGUSR1
 * "rounds N late N worst MS" since the last time: how many rounds ended later than LATE_MS (100)
 * after they were due, and the latest.
 *
 *	beat [LATE_MS]
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include "prog.h"

enum {
	PERIOD_MS = 10,
	PAGE = 4096,
};

static volatile sig_atomic_t asked;

static void on_usr1(int sig)
{
	(void)sig;
	asked = 1;
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void ask_for_page(void)
{
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		die("mmap");
	*(volatile char *)page = 1;
	munmap(page, PAGE);
}

static void sleep_until(long long us)
{
	struct timespec until = { us / 1000000, us % 1000000 * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL))
		;
}

int main(int argc, char **argv)
{
	long long late_us = 1000LL * (argc > 1 ? atoi(argv[1]) : 100);
	struct sigaction action = { .sa_handler = on_usr1 };
	unsigned long rounds = 0;
	unsigned long late = 0;
	long long worst = 0;
	long long due;

	sigaction(SIGUSR1, &action, NULL);
	setlinebuf(stdout);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	puts("ready");
	for (due = now_us();;) {
		long long after;

		due += PERIOD_MS * 1000;
		sleep_until(due);
		ask_for_page();
		after = now_us() - due;
		rounds++;
		late += after > late_us;
		worst = after > worst ? after : worst;
		/* Rounds that were missed are not made up for. */
		if (after > PERIOD_MS * 1000)
			due = now_us();
		if (asked) {
			asked = 0;
			printf("rounds %lu late %lu worst %lld\n", rounds, late, worst / 1000);
			rounds = late = worst = 0;
		}
	}
}
