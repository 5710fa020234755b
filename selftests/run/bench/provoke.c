// SPDX-License-Identifier: GPL-2.0-only
/*
 * provoke KIND TRACE [CGROUP]: one OOM, whose victim is the biggest process there
 * is, with the trace instance in directory TRACE on while it happens.
 *
 *	sysrq	SysRq f, while a process of 8 MB sits there
 *	global	a process takes what there is
 *	memcg	the same in CGROUP
 *
 * Fails if that process is not killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	SITTING_PAGES = 2048,
	/* For the end of the call, which is recorded after the victim is gone. */
	SETTLE_US = 50 * 1000,
	PATIENCE_S = 60,
};

static const size_t CHUNK = 64UL << 20;

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void put(const char *dir, const char *name, const char *value)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die(path);
	close(fd);
}

/* Returns after that many pages, or never. */
static void take(size_t pages)
{
	volatile char *memory = NULL;
	size_t at = CHUNK;

	while (pages--) {
		if (at == CHUNK) {
			memory = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
			if (memory == MAP_FAILED ||
			    madvise((void *)memory, CHUNK, MADV_NOHUGEPAGE))
				die("mmap");
			at = 0;
		}
		memory[at] = 1;
		at += PAGE;
	}
}

static void victim(const char *cgroup, size_t pages, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "bench-victim");
	put("/proc/self", "oom_score_adj", "0");
	if (cgroup)
		put(cgroup, "cgroup.procs", "0");
	take(pages);
	if (write(ready, "r", 1) != 1)
		die("pipe");
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int sysrq = argc >= 3 && !strcmp(argv[1], "sysrq");
	const char *cgroup = argc == 4 ? argv[3] : NULL;
	char byte;
	int status;
	int ready[2];
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: provoke sysrq|global|memcg TRACE [CGROUP]\n");
		return EXIT_FAILURE;
	}
	if (mlockall(MCL_CURRENT) || pipe(ready))
		die("set-up");
	put(argv[2], "trace", "");
	put(argv[2], "tracing_on", "1");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		victim(cgroup, sysrq ? SITTING_PAGES : (size_t)-1, ready[1]);
	close(ready[1]);
	alarm(PATIENCE_S);
	if (sysrq) {
		if (read(ready[0], &byte, 1) != 1)
			die("pipe");
		put("/proc", "sysrq-trigger", "f");
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != SIGKILL) {
		fprintf(stderr, "# the victim ended otherwise: status %#x\n", status);
		return EXIT_FAILURE;
	}
	usleep(SETTLE_US);
	put(argv[2], "tracing_on", "0");
	return EXIT_SUCCESS;
}
