// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that needs its pages: maps the first MB megabytes of FILE, touches one page after the
 * other in an order that no read-ahead can foresee, says "ready" after the first round, and goes
 * on for ever. Without FILE (-) it writes to memory of its own, half of which compresses; it says
 * "full" when it has it.
 *
 *	retouch FILE MB [PAGES_A_MS]
 *
 * PAGES_A_MS: it pauses for a millisecond after so many pages.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <sys/mman.h>
#include <time.h>

#include "prog.h"

enum {
	PAGE = 4096,
	PAGES_PER_MB = 256,
};

static unsigned int random_state = 1;

static unsigned int next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

static char *map_file(const char *path, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *memory;

	if (fd < 0)
		die(path);
	memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED || madvise(memory, size, MADV_RANDOM))
		die("mmap");
	return memory;
}

/* The first half of each page is random. */
static char *fill_memory(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t page;
	unsigned int i;

	if (memory == MAP_FAILED)
		die("mmap");
	for (page = 0; page < size; page += PAGE)
		for (i = 0; i < PAGE / 2; i += 2) {
			unsigned int random = next_random();

			memcpy(memory + page + i, &random, 2);
		}
	puts("full");
	return memory;
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	bool own;
	size_t each = 0;
	size_t pages;
	size_t nr = 0;
	char *memory;

	if (argc != 3 && argc != 4) {
		fputs("usage: retouch FILE MB [PAGES_A_MS]\n", stderr);
		return EXIT_FAILURE;
	}
	setlinebuf(stdout);
	own = !strcmp(argv[1], "-");
	pages = strtoul(argv[2], NULL, 10) * PAGES_PER_MB;
	if (argc == 4)
		each = strtoul(argv[3], NULL, 10);
	if (!pages)
		return EXIT_FAILURE;
	memory = own ? fill_memory(pages * PAGE) : map_file(argv[1], pages * PAGE);
	for (;;) {
		volatile char *touched = memory + next_random() % pages * PAGE;

		if (own)
			*touched = nr;
		else
			*touched;
		if (++nr == pages)
			puts("ready");
		if (each && !(nr % each))
			nanosleep(&pause, NULL);
	}
}
