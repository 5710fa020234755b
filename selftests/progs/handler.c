// SPDX-License-Identifier: GPL-2.0-only
/*
 * A handler: polls reconfigure_wanted, and at each OOM does what it was told to.
 *
 *	handler [-C CGROUP_DIR] [-k CACHE_KB] [-p PID] [-s SAVE_KB] [-f FILE] MODE
 *
 * drop		gives CACHE_KB of touched memory back, stops (SIGSTOP) process PID if there
 *		is one, acknowledges, and takes the cache again at SIGUSR1
 * save		touches SAVE_KB of fresh memory, as saving data would, and writes it to FILE if
 *		there is one; acknowledges if that could be written
 * idle		nothing at all
 * die, stop	kills or stops itself
 * starve	asks for memory that is not there, and so waits for it as the leaker does
 *
 * It ranks itself 0, makes itself killable by the kernel's own rules, locks what
 * it has, and prints "ready PID". At SIGTERM it prints a line an OOM, "COUNT MS
 * FAULTS": from the wake-up to the acknowledgement (-1: none), and how many page
 * faults of its own there were. Then it exits. Nothing is printed or allocated
 * before that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

#define DIR "/sys/kernel/oom_embedded/"

enum {
	KB = 1024,
	MAX_EPISODES = 4096,
};

static struct {
	unsigned long long count;
	long ms;
	long faults;
} episodes[MAX_EPISODES];

static unsigned int nr_episodes;
static int done_fd;
static size_t cache_size, save_size;
static pid_t paused;
static char *cache;
static int save_fd = -1;

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static long nr_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static char *take(size_t size)
{
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		die("mmap");
	/* Page by page: the process holds the pages that it touched. */
	madvise(mem, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < size; i += 4 * KB)
		mem[i] = 1;
	return mem;
}

static bool drop(void)
{
	if (cache)
		munmap(cache, cache_size);
	cache = NULL;
	if (paused)
		kill(paused, SIGSTOP);
	return true;
}

static bool save(void)
{
	char *mem = take(save_size);
	bool saved = save_fd < 0 || pwrite(save_fd, mem, save_size, 0) == (ssize_t)save_size;

	munmap(mem, save_size);
	return saved;
}

/* More than there is in an OOM, less than a victim gives back. */
static void starve(void)
{
	for (int i = 0; i < 64; i++)
		take(256 * KB);
	for (;;)
		pause();
}

static unsigned long long read_count(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		die("reconfigure_wanted");
	return strtoull(text, NULL, 10);
}

static void acknowledge(unsigned long long count)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%llu", count);

	if (pwrite(done_fd, text, length, 0) < 0)
		die("reconfigure_done");
}

static void handle(const char *mode, unsigned long long count)
{
	long faults = nr_faults();
	long began = now_ms();
	long ms = -1;
	bool handled = false;

	if (!strcmp(mode, "drop"))
		handled = drop();
	else if (!strcmp(mode, "save"))
		handled = save();
	else if (!strcmp(mode, "die"))
		raise(SIGKILL);
	else if (!strcmp(mode, "stop"))
		raise(SIGSTOP);
	else if (!strcmp(mode, "starve"))
		starve();
	if (handled) {
		acknowledge(count);
		ms = now_ms() - began;
	}
	if (nr_episodes < MAX_EPISODES) {
		episodes[nr_episodes].count = count;
		episodes[nr_episodes].faults = nr_faults() - faults;
		episodes[nr_episodes++].ms = ms;
	}
}

static void report(void)
{
	for (unsigned int i = 0; i < nr_episodes; i++)
		printf("%llu %ld %ld\n", episodes[i].count, episodes[i].ms,
		       episodes[i].faults);
	exit(EXIT_SUCCESS);
}

static void on_signal(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		die("signalfd");
	if (info.ssi_signo == SIGTERM)
		report();
	if (!cache)
		cache = take(cache_size);
	/* The sender of the signal waits for this. */
	puts("full");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .events = POLLPRI | POLLERR }, { .events = POLLIN } };
	const char *cgroup = NULL;
	const char *file = NULL;
	char text[300];
	sigset_t set;
	int opt;

	while ((opt = getopt(argc, argv, "C:f:k:p:s:")) != -1) {
		if (opt == 'C')
			cgroup = optarg;
		else if (opt == 'f')
			file = optarg;
		else if (opt == 'k')
			cache_size = strtoul(optarg, NULL, 10) * KB;
		else if (opt == 'p')
			paused = atoi(optarg);
		else if (opt == 's')
			save_size = strtoul(optarg, NULL, 10) * KB;
		else
			return EXIT_FAILURE;
	}
	if (optind + 1 != argc)
		return EXIT_FAILURE;
	if (file) {
		save_fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (save_fd < 0)
			die(file);
	}

	write_string("/proc/self/oom_score_adj", "0");
	snprintf(text, sizeof(text), "%d 0", getpid());
	write_string(DIR "oom_ranking", text);
	if (cgroup) {
		snprintf(text, sizeof(text), "%s/cgroup.procs", cgroup);
		write_string(text, "0");
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fds[0].fd = open(DIR "reconfigure_wanted", O_RDONLY | O_CLOEXEC);
	fds[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	done_fd = open(DIR "reconfigure_done", O_WRONLY | O_CLOEXEC);
	if (fds[0].fd < 0 || fds[1].fd < 0 || done_fd < 0)
		die("open");
	if (mlockall(MCL_CURRENT))
		die("mlockall");
	if (cache_size)
		cache = take(cache_size);
	read_count(fds[0].fd);
	/* mlockall() does not map the page of the clock; a fault may want memory of a full cgroup. */
	now_ms();
	nr_faults();
	printf("ready %d\n", getpid());
	fflush(stdout);

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			die("poll");
		if (fds[0].revents & POLLPRI)
			handle(argv[optind], read_count(fds[0].fd));
		if (fds[1].revents & POLLIN)
			on_signal(fds[1].fd);
	}
}
