// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that reads its own ranking, or makes itself more expendable.
 *
 *	offer read			what it reads about itself
 *	offer RANK [PROGRAM...]		writes RANK; prints OK or the errno's name, and what it
 *					reads then; the program takes its place
 *	offer nowhere			writes from memory that it has not got; prints as the second
 *	offer stay RANK			writes RANK and stays, with a child made before that and
 *					one made after; prints "ready PID BEFORE AFTER"
 *	offer passed RANK		opens the file and is replaced by a program that finds it
 *					open, and writes RANK; prints as the second
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SELF "/proc/oom_embedded/self"

static void print_self(void)
{
	char text[128];
	int fd = open(SELF, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (length < 0) {
		printf("%s\n", strerrorname_np(errno));
		return;
	}
	text[length] = '\0';
	printf("%s", text);
	close(fd);
}

static const char *write_to(int fd, const char *rank)
{
	const char *from = strcmp(rank, "nowhere") ? rank : (char *)16;

	return write(fd, from, strlen(rank)) < 0 ? strerrorname_np(errno) :
						   "OK";
}

static const char *offer(const char *rank)
{
	int fd = open(SELF, O_WRONLY);
	const char *result = fd < 0 ? strerrorname_np(errno) :
				      write_to(fd, rank);

	close(fd);
	return result;
}

static pid_t make_child(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void stay(const char *rank)
{
	pid_t before = make_child();
	const char *result = offer(rank);
	pid_t after = make_child();

	printf("%s %d %d %d\n", strcmp(result, "OK") ? result : "ready",
	       getpid(), before, after);
	fflush(stdout);
	for (;;)
		pause();
}

static void pass_on(const char *rank)
{
	int fd = open(SELF, O_WRONLY);
	char number[16];

	if (fd < 0)
		exit(EXIT_FAILURE);
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "offer", "given", number, rank, NULL);
	exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "stay"))
		stay(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "passed"))
		pass_on(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "given"))
		printf("%s ", write_to(atoi(argv[2]), argv[3]));
	else if (argc < 2)
		return EXIT_FAILURE;
	else if (strcmp(argv[1], "read"))
		printf("%s ", offer(argv[1]));
	if (argc > 2 && strcmp(argv[1], "given")) {
		fflush(stdout);
		execv(argv[2], argv + 2);
		return EXIT_FAILURE;
	}
	print_self();
	return EXIT_SUCCESS;
}
