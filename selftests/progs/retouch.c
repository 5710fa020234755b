// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that needs its pages: maps the first MB megabytes of FILE, touches one page after the
 * other in an order that no read-ahead can foresee, says "ready" after the first round, and goes
 * on for ever.
 *
 *	retouch FILE MB
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	PAGE = 4096,
	PAGES_PER_MB = 256,
};

static volatile char seen;

int main(int argc, char **argv)
{
	unsigned int random = 1;
	size_t pages;
	size_t nr = 0;
	char *memory;
	int fd;

	if (argc != 3) {
		fputs("usage: retouch FILE MB\n", stderr);
		return EXIT_FAILURE;
	}
	pages = strtoul(argv[2], NULL, 10) * PAGES_PER_MB;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !pages) {
		perror(argv[1]);
		return EXIT_FAILURE;
	}
	memory = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED ||
	    madvise(memory, pages * PAGE, MADV_RANDOM)) {
		perror("mmap");
		return EXIT_FAILURE;
	}
	setlinebuf(stdout);
	for (;;) {
		random = random * 1664525 + 1013904223;
		seen = memory[(size_t)(random >> 8) % pages * PAGE];
		if (++nr == pages)
			puts("ready");
	}
}
