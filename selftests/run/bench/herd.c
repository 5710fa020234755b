// SPDX-License-Identifier: GPL-2.0-only
/*
 * herd N FILE [NAMES | UID USERS]: N small paused processes, each with memory of its own,
 * killable as ordinary ones are. Their pids go into FILE; "ready" when all are
 * there. With NAMES they have so many names in turn, with UID they belong to so many users in
 * turn, of whom that is the first.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void become_killable(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		die("oom_score_adj");
	close(fd);
}

static void graze(int i, char **argv)
{
	char name[16];

	if (argv[0] && argv[1] && setuid(atoi(argv[0]) + i % atoi(argv[1])))
		die("setuid");
	if (argv[0] && !argv[1]) {
		snprintf(name, sizeof(name), "herd%d", i % atoi(argv[0]));
		prctl(PR_SET_NAME, name);
	}
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	FILE *file;
	pid_t pid;

	if (argc < 3 || argc > 5) {
		fprintf(stderr, "usage: herd N FILE [NAMES | UID USERS]\n");
		return EXIT_FAILURE;
	}
	file = fopen(argv[2], "we");
	if (!file)
		die(argv[2]);
	become_killable();
	signal(SIGCHLD, SIG_IGN);	/* a killed child is gone */
	for (int i = atoi(argv[1]); i > 0; i--) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid)
			graze(i, argv + 3);
		fprintf(file, "%d\n", pid);
		fflush(file);	/* nothing is left over for the next child to write */
	}
	if (fclose(file))
		die(argv[2]);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
