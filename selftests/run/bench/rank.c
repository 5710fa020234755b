// SPDX-License-Identifier: GPL-2.0-only
/*
 * rank RANK FILE...: gives every pid in the files that ranking, as many of them
 * in one write as oom_ranking takes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WRITE_MAX = 4000,
	LINE_MAX_LENGTH = 32,
};

static char text[WRITE_MAX];
static size_t used;

static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void flush(void)
{
	int fd;

	if (!used)
		return;
	fd = open("/sys/kernel/oom_embedded/oom_ranking", O_WRONLY);
	if (fd < 0 || write(fd, text, used) != (ssize_t)used)
		die("oom_ranking");
	close(fd);
	used = 0;
}

static void rank_all(const char *rank, const char *path)
{
	FILE *file = fopen(path, "r");
	int pid;

	if (!file)
		die(path);
	while (fscanf(file, "%d", &pid) == 1) {
		if (used + LINE_MAX_LENGTH > WRITE_MAX)
			flush();
		used += snprintf(text + used, LINE_MAX_LENGTH, "%d %s\n", pid, rank);
	}
	fclose(file);
}

int main(int argc, char **argv)
{
	if (argc < 3 || strlen(argv[1]) > 4) {
		fprintf(stderr, "usage: rank RANK FILE...\n");
		return EXIT_FAILURE;
	}
	for (int i = 2; i < argc; i++)
		rank_all(argv[1], argv[i]);
	flush();
	return EXIT_SUCCESS;
}
