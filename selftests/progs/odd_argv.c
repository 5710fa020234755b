// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes with unusual command lines. Each makes itself killable, prints "ready PID" and waits.
 *
 *	odd_argv wait ANYTHING...	its own
 *	odd_argv title TEXT		it has written TEXT over its own
 *	odd_argv moved TEXT		TEXT, in memory that it has told the kernel of by prctl()
 *	odd_argv nothing TEXT		as moved, and of no length
 *	odd_argv swapped TEXT		as moved, and swapped out
 *	odd_argv border TEXT		as swapped, but for its first 8 bytes
 *	odd_argv unreadable TEXT	as moved, with no right to read it
 *	odd_argv shared TEXT		as moved, in shared memory
 *	odd_argv file TEXT		as moved, in a file that is mapped
 *	odd_argv gap TEXT		as moved, and then unmapped: memory below other memory
 *	odd_argv top TEXT		the same: no memory is above it
 *
 *	odd_argv maps DIR		it joins that cgroup, and then, after "ready", asks for more and
 *					more memory of the kernel while it holds its own mmap_lock
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "prog.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum {
	BORDER = 8,
	NR_MAPS = 60000,
	PATIENCE_S = 30,
};

static size_t page;

static _Noreturn void wait_for_ever(void)
{
	printf("ready %d\n", getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static char *map(size_t size, int flags, int fd)
{
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (mem == MAP_FAILED)
		die("mmap");
	return mem;
}

static void tell_place(int what, const char *at)
{
	if (prctl(PR_SET_MM, what, at, 0, 0))
		die("PR_SET_MM");
}

/* The kernel wants the end above the beginning, and the old ones are on the stack. */
static void tell_kernel(const char *text, size_t length)
{
	int is_above = text > (const char *)&length;

	if (is_above)
		tell_place(PR_SET_MM_ARG_END, text + length);
	tell_place(PR_SET_MM_ARG_START, text);
	if (!is_above)
		tell_place(PR_SET_MM_ARG_END, text + length);
}

/* Bit 62 of its word in pagemap. */
static int is_swapped_out(const char *mem)
{
	off_t at = (uintptr_t)mem / page * sizeof(uint64_t);
	uint64_t word = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &word, sizeof(word), at) != sizeof(word))
		die("pagemap");
	close(fd);
	return word >> 62 & 1;
}

static void swap_out(char *mem)
{
	for (int i = 0; i < PATIENCE_S * 10; i++) {
		if (madvise(mem, page, MADV_PAGEOUT))
			die("MADV_PAGEOUT");
		if (is_swapped_out(mem))
			return;
		usleep(100000);
	}
	errno = ETIMEDOUT;
	die("swap");
}

static char *map_file(void)
{
	char name[] = "/tmp/odd_argv.XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || ftruncate(fd, page) || unlink(name))
		die(name);
	return map(page, MAP_SHARED, fd);
}

/* Above the stack and the pages that the kernel gives each process. */
static char *map_top(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	unsigned long end = 0;
	unsigned long at;
	char *mem;

	if (!maps)
		die("maps");
	while (fgets(line, sizeof(line), maps))
		if (!strstr(line, "[vsyscall]") && sscanf(line, "%*x-%lx", &at) == 1)
			end = at;
	fclose(maps);
	mem = mmap((void *)end, page, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (mem == MAP_FAILED)
		die("mmap");
	return mem;
}

static void put_elsewhere(const char *kind, const char *text)
{
	size_t length = strlen(text) + 1;
	char *mem;

	if (!strcmp(kind, "shared"))
		mem = map(page, MAP_SHARED | MAP_ANONYMOUS, -1);
	else if (!strcmp(kind, "file"))
		mem = map_file();
	else if (!strcmp(kind, "top"))
		mem = map_top();
	else
		mem = map(2 * page, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!strcmp(kind, "border"))
		mem += page - BORDER;
	memcpy(mem, text, length);
	tell_kernel(mem, strcmp(kind, "nothing") ? length : 0);
	if (!strcmp(kind, "border"))
		swap_out(mem + BORDER);
	else if (!strcmp(kind, "swapped"))
		swap_out(mem);
	else if ((!strcmp(kind, "gap") || !strcmp(kind, "top")) && munmap(mem, page))
		die("munmap");
	else if (!strcmp(kind, "unreadable") && mprotect(mem, page, PROT_NONE))
		die("mprotect");
}

/* All of it is on the stack in one piece, up to the end of the last one. */
static void set_title(int argc, char **argv, const char *text)
{
	char *last = argv[argc - 1];
	size_t size = last + strlen(last) + 1 - argv[0];
	char *copy = strdup(text);

	if (!copy || strlen(copy) >= size)
		die("title");
	memset(argv[0], 0, size);
	strcpy(argv[0], copy);
	free(copy);
}

/* Each change of rights makes two more mappings, under mmap_lock, charged to the cgroup. */
static _Noreturn void make_maps(const char *dir)
{
	char path[256];
	char *mem = map(2 * NR_MAPS * page, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	write_string(path, "0");
	printf("ready %d\n", getpid());
	fflush(stdout);
	for (size_t i = 0; i < NR_MAPS; i++)
		if (mprotect(mem + 2 * i * page, page, PROT_NONE))
			die("mprotect");
	fprintf(stderr, "# odd_argv: %d mappings, and no OOM\n", NR_MAPS);
	exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	page = sysconf(_SC_PAGESIZE);
	write_string("/proc/self/oom_score_adj", "0");
	prctl(PR_SET_NAME, "odd_argv");
	if (argc < 3)
		return EXIT_FAILURE;
	if (!strcmp(argv[1], "wait"))
		wait_for_ever();
	if (!strcmp(argv[1], "maps"))
		make_maps(argv[2]);
	if (!strcmp(argv[1], "title"))
		set_title(argc, argv, argv[2]);
	else
		put_elsewhere(argv[1], argv[2]);
	wait_for_ever();
}
