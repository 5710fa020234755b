// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of one kind: hold KIND KB. It takes at least so much, prints "ready PID" and keeps it
 * until it is killed.
 *
 * Exit codes: 0 never; 1 bad arguments, or the memory was refused (errno printed).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prog.h"

enum {
	KB = 1024,
	HUGE_KB = 2048,		/* what a page table of the lowest level maps */
	STACK_KB = 16,		/* of a thread in the kernel: THREAD_SIZE of x86-64 and arm64 */
	USER_STACK = 1024,
	PIPE_KB = 1024,
	DENTRY_BYTES = 192,
};

static char *map(size_t len, int flags)
{
	char *mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags,
			 -1, 0);

	if (mem == MAP_FAILED)
		die("mmap");
	return mem;
}

static void fill(char *mem, size_t len)
{
	for (size_t i = 0; i < len; i += 4 * KB)
		mem[i] = 1;
}

static void hold_anon(size_t kb)
{
	char *mem = map(kb * KB, 0);

	madvise(mem, kb * KB, MADV_NOHUGEPAGE);
	fill(mem, kb * KB);
}

static void hold_locked(size_t kb)
{
	if (mlockall(MCL_FUTURE))
		die("mlockall");
	hold_anon(kb);
}

static void hold_thp(size_t kb)
{
	char *mem = map(kb * KB, 0);

	if (madvise(mem, kb * KB, MADV_HUGEPAGE))
		die("madvise");
	fill(mem, kb * KB);
}

static void hold_memfd(size_t kb)
{
	static const char block[KB] = { 1 };
	int fd = memfd_create("held", MFD_CLOEXEC);

	if (fd < 0)
		die("memfd_create");
	while (kb--)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			die("write");
}

/* It goes with the process. */
static void hold_sysv(size_t kb)
{
	int id = shmget(IPC_PRIVATE, kb * KB, IPC_CREAT | 0600);
	char *mem = id < 0 ? (char *)-1 : shmat(id, NULL, 0);

	if (mem == (char *)-1)
		die("shmget");
	shmctl(id, IPC_RMID, NULL);
	fill(mem, kb * KB);
}

/* A read of each 2 MB maps the zero page: it takes a table, and no page. */
static void hold_page_tables(size_t kb)
{
	size_t len = kb / 4 * HUGE_KB * KB;
	volatile char *mem = map(len, MAP_NORESERVE);

	madvise((char *)mem, len, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < len; i += (size_t)HUGE_KB * KB)
		(void)mem[i];
}

static int wait_for_ever(void *unused)
{
	while (!unused)
		pause();
	return 0;
}

static void hold_kernel_stacks(size_t kb)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_SYSVSEM;
	size_t nr = kb / STACK_KB;
	char *stacks = map(nr * USER_STACK, 0);

	for (size_t i = 1; i <= nr; i++)
		if (clone(wait_for_ever, stacks + i * USER_STACK, flags, NULL) < 0)
			die("clone");
}

static void hold_pipes(size_t kb)
{
	static const char block[64 * KB] = { 1 };
	size_t held;

	for (held = 0; held < kb; held += PIPE_KB) {
		int end[2];

		if (pipe2(end, O_NONBLOCK) || fcntl(end[1], F_SETPIPE_SZ, PIPE_KB * KB) < 0)
			die("pipe");
		while (write(end[1], block, sizeof(block)) > 0)
			;
	}
}

static void hold_sockets(size_t kb)
{
	static const char message[4096 - 512];
	size_t held = 0;

	while (held < kb * KB) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
			die("socketpair");
		while (held < kb * KB && send(pair[0], message, sizeof(message), 0) > 0)
			held += 4 * KB;
	}
}

/* The kernel remembers names that do not exist, too. They outlive the process. */
static void hold_dentries(size_t kb)
{
	struct stat st;
	char path[64];

	for (size_t i = 0; i < kb * KB / DENTRY_BYTES; i++) {
		snprintf(path, sizeof(path), "/sys/no_file_%zu", i);
		stat(path, &st);
	}
}

static const struct {
	const char *name;
	void (*hold)(size_t kb);
} kinds[] = {
	{ "anon", hold_anon },
	{ "locked", hold_locked },
	{ "thp", hold_thp },
	{ "memfd", hold_memfd },
	{ "sysv", hold_sysv },
	{ "page_tables", hold_page_tables },
	{ "kernel_stacks", hold_kernel_stacks },
	{ "pipes", hold_pipes },
	{ "sockets", hold_sockets },
	{ "dentries", hold_dentries },
};

int main(int argc, char **argv)
{
	const struct rlimit files = { 65536, 65536 };
	size_t i = 0;

	if (argc != 3)
		goto usage;
	while (i < sizeof(kinds) / sizeof(*kinds) && strcmp(kinds[i].name, argv[1]))
		i++;
	if (i == sizeof(kinds) / sizeof(*kinds))
		goto usage;
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	kinds[i].hold(strtoul(argv[2], NULL, 10));
	printf("ready %d\n", getpid());
	fflush(stdout);
	for (;;)
		pause();

usage:
	fputs("usage: hold KIND KB; a KIND is", stderr);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		fprintf(stderr, " %s", kinds[i].name);
	fputc('\n', stderr);
	return EXIT_FAILURE;
}
