// SPDX-License-Identifier: GPL-2.0-only
/*
 * memcg_storm RANK CGROUP_DIR...: in each of these cgroups a child eats memory until it is killed;
 * then the next one does. Prints "ready". After SIGTERM the last children die, too; then it prints
 * "killed N ended M": how many SIGKILL ended, and how many ended otherwise.
 */
#define _GNU_SOURCE
#include <errno.h>
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
	MAX_CGROUPS = 256,
	PAGE = 4096,
	CHUNK = 1 << 20,
};

static volatile sig_atomic_t stopping;

static void stop(int sig)
{
	(void)sig;
	stopping = 1;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(EXIT_FAILURE);
	close(fd);
}

static void eat(const char *dir, const char *rank)
{
	char path[256];
	char line[32];

	put("/proc/self/oom_score_adj", "0");
	snprintf(line, sizeof(line), "%d %s", getpid(), rank);
	put("/sys/kernel/oom_embedded/oom_ranking", line);
	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	put(path, "0");
	for (;;) {
		char *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (chunk == MAP_FAILED)
			_exit(EXIT_FAILURE);
		for (int i = 0; i < CHUNK; i += PAGE)
			chunk[i] = 1;
	}
}

static pid_t start_in(const char *dir, const char *rank)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_NAME, "storm");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_DFL);
	eat(dir, rank);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop }; /* wait() ends early */
	static pid_t pids[MAX_CGROUPS];
	unsigned long killed = 0;
	unsigned long ended = 0;
	int n = argc - 2;
	int status;
	pid_t pid;

	if (n < 1 || n > MAX_CGROUPS)
		return EXIT_FAILURE;
	sigaction(SIGTERM, &action, NULL);
	puts("ready");
	fflush(stdout);
	for (;;) {
		for (int i = 0; i < n && !stopping; i++)
			if (pids[i] <= 0)
				pids[i] = start_in(argv[2 + i], argv[1]);
		pid = wait(&status);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0 && stopping)
			break;
		if (pid < 0) { /* not even one could be forked */
			usleep(1000);
			continue;
		}
		for (int i = 0; i < n; i++)
			if (pids[i] == pid)
				pids[i] = 0;
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			killed++;
		else
			ended++;
	}
	printf("killed %lu ended %lu\n", killed, ended);
	return EXIT_SUCCESS;
}
