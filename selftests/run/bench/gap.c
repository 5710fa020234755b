// SPDX-License-Identifier: GPL-2.0-only
/*
 * gap SECONDS: always wants the CPU; prints for how many microseconds it had to do without at most.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	uint64_t last = now_us();
	uint64_t end = last + (argc > 1 ? strtoull(argv[1], NULL, 10) : 1) * 1000000;
	uint64_t longest = 0;

	while (last < end) {
		uint64_t now = now_us();

		if (now - last > longest)
			longest = now - last;
		last = now;
	}
	printf("%llu\n", (unsigned long long)longest);
	return EXIT_SUCCESS;
}
