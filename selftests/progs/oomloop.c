// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many emergencies in a row: oomloop COUNT [AGAIN_MS]. Each time a child of ranking 900 is there to die, and
 * SysRq asks for a victim. Prints "died N"; ends early, with 1, if somebody else died instead. With AGAIN_MS
 * it asks again after so long: beside other OOMs the kernel may wait for a victim of these.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SIZE = 512 * 1024,
	PATIENCE_MS = 30000,
};

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int put;

	if (fd < 0)
		return -1;
	put = write(fd, text, strlen(text));
	close(fd);
	return put;
}

static void be_victim(int ready)
{
	char line[32];
	char *memory;

	snprintf(line, sizeof(line), "%d 900", getpid());
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED || write_file("/proc/self/oom_score_adj", "0") < 0 ||
	    write_file("/sys/kernel/oom_embedded/oom_ranking", line) < 0 ||
	    write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static long again_ms;

static int ask(void)
{
	return write_file("/proc/sysrq-trigger", "f") == 1;
}

static int died(pid_t child)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	int status;

	for (int ms = 1; ms <= PATIENCE_MS; ms++) {
		if (waitpid(child, &status, WNOHANG) == child)
			return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
		nanosleep(&moment, NULL);
		if (again_ms && !(ms % again_ms))
			ask();
	}
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	return 0;
}

static int emergency(void)
{
	int ready[2];
	char byte;
	pid_t child;
	int there;

	if (pipe2(ready, O_CLOEXEC))
		return 0;
	child = fork();
	if (!child)
		be_victim(ready[1]);
	close(ready[1]);
	there = child > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	return there && ask() && died(child);
}

int main(int argc, char **argv)
{
	long count = argc == 2 || argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	long done = 0;

	if (count <= 0) {
		fputs("usage: oomloop COUNT [AGAIN_MS]\n", stderr);
		return EXIT_FAILURE;
	}
	if (argc == 3)
		again_ms = strtol(argv[2], NULL, 10);
	while (done < count && emergency())
		done++;
	printf("died %ld\n", done);
	return done == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
