// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process of a given size that then, if told to, eats memory until it is killed.
 *
 * It makes itself killable first (the test runner has oom_score_adj -1000 and
 * that is inherited), ranks itself, holds what it was told to hold, prints
 * "ready PID", and goes on when its gate opens (SIGUSR1).
 *
 * Exit codes: 0 never; 1 set-up failed; 3 the memory was refused (errno printed).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

#define RANKING_FILE "/sys/kernel/oom_embedded/oom_ranking"

enum {
	EXIT_REFUSED = 3,
	KB = 1024,
};

struct plan {
	const char *cgroup;	/* directory of the cgroup to join, or NULL */
	const char *file;	/* eat by writing to this file, not by touching memory */
	const char *comm;
	const char *score_adj;
	const char *rank;	/* or NULL: do not rank */
	const char *node;	/* all its memory is of this one, or NULL */
	const char *wish;	/* its memory is of this one, as long as that has some; or NULL */
	bool rank_may_fail;
	bool gated;
	bool leaks;
	bool locked;		/* its memory is never swapped out */
	bool random;		/* nor does it compress */
	bool mixed;		/* only every other page compresses */
	bool kernel;		/* what it eats is the kernel's: messages that nobody reads */
	bool untouched;		/* it only asks, and holds nothing */
	bool at_once;		/* a chunk is one system call */
	bool real_time;		/* others that want the CPU make it no slower */
	bool busy;		/* it takes its CPU, and no more memory */
	size_t hold_kb;
	size_t leak_kb;		/* 0: for ever */
	size_t chunk_kb;
	long pace_ms;
	size_t rate_kb;		/* a second; 0: as fast as it can */
	unsigned int lasts_s;	/* then SIGALRM ends it; 0: never */
};

static int try_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static void set_node(const char *node, int mode)
{
	unsigned long nodes = 1UL << strtoul(node, NULL, 10);

	if (syscall(SYS_set_mempolicy, mode, &nodes, sizeof(nodes) * CHAR_BIT))
		die("set_mempolicy");
}

static void join_cgroup(const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	if (try_write(path, "0"))
		die(path);
}

static void rank_self(const struct plan *plan)
{
	char line[64];

	snprintf(line, sizeof(line), "%d %s\n", getpid(), plan->rank);
	if (try_write(RANKING_FILE, line) && !plan->rank_may_fail)
		die(RANKING_FILE);
}

/* Data that no compression makes smaller: xorshift. */
static void fill_randomly(char *mem, size_t len)
{
	static unsigned long long x = 88172645463325252ULL;

	for (size_t i = 0; i + sizeof(x) <= len; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(mem + i, &x, sizeof(x));
	}
}

/* Messages in sockets, until the chunk is in them: memory that is no process's. */
static void queue_messages(size_t kb)
{
	static char message[4096 - 512];
	size_t queued = 0;

	while (queued < kb * KB) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
			die("socketpair");
		while (queued < kb * KB && send(pair[0], message, sizeof(message), 0) > 0)
			queued += sizeof(message);
	}
}

static void touch(const struct plan *plan, size_t kb)
{
	long page = sysconf(_SC_PAGESIZE);
	size_t len = kb * KB;
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *mem;

	mem = mmap(NULL, len, PROT_READ | PROT_WRITE, flags | (plan->at_once ? MAP_POPULATE : 0),
		   -1, 0);
	if (mem == MAP_FAILED) {
		fprintf(stderr, "# leak: mmap: %s\n", strerrorname_np(errno));
		exit(EXIT_REFUSED);
	}
	if (plan->at_once || plan->untouched)
		return;
	if (plan->random)
		fill_randomly(mem, len);
	else if (plan->mixed)
		for (size_t i = 0; i < len; i += page)
			fill_randomly(mem + i, i / page % 2 ? (size_t)page : sizeof(long long));
	else
		for (size_t i = 0; i < len; i += page)
			mem[i] = 1;
}

static void append(int fd, size_t kb)
{
	static const char block[KB] = { 1 };

	for (size_t i = 0; i < kb; i++) {
		if (write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
			continue;
		printf("refused %s\n", strerrorname_np(errno));
		fflush(stdout);
		exit(EXIT_REFUSED);
	}
}

static void become_real_time(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("sched_setscheduler");
}

static void pace(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms)
		nanosleep(&ts, NULL);
}

/* Waits until so much should have been eaten, whatever that has cost so far. */
static void keep_rate(const struct plan *plan, const struct timespec *start, size_t eaten)
{
	struct timespec until = *start;
	unsigned long long ns;

	if (!plan->rate_kb)
		return;
	ns = eaten * 1000000000ULL / plan->rate_kb + until.tv_nsec;
	until.tv_sec += ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void eat(const struct plan *plan)
{
	const struct rlimit files = { 65536, 65536 };
	struct timespec start;
	size_t eaten;
	int fd = -1;

	if (plan->kernel && setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	if (plan->file) {
		fd = open(plan->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (fd < 0)
			die(plan->file);
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (eaten = 0; !plan->leak_kb || eaten < plan->leak_kb; eaten += plan->chunk_kb) {
		if (plan->kernel)
			queue_messages(plan->chunk_kb);
		else if (fd < 0)
			touch(plan, plan->chunk_kb);
		else
			append(fd, plan->chunk_kb);
		pace(plan->pace_ms);
		keep_rate(plan, &start, eaten + plan->chunk_kb);
	}
	puts("eaten");
	fflush(stdout);
}

static void usage(void)
{
	fputs("usage: leak [-c COMM] [-a OOM_SCORE_ADJ] [-r RANK | -R RANK (may fail)] [-C CGROUP_DIR] [-N NODE] [-w NODE (wished)]\n"
	      "            [-h HOLD_KB] [-g] [-l LEAK_KB (0: for ever)] [-k CHUNK_KB] [-s PACE_MS]\n"
	      "            [-v KB_PER_S] [-f FILE] [-L (locked)] [-P (real-time)] [-B (busy)] [-p (chunk at once)]\n"
	      "            [-x (incompressible)] [-X (every other page)] [-K (in the kernel)] [-n (not touched)] [-t SECONDS (from the gate to SIGALRM)]\n",
	      stderr);
	exit(EXIT_FAILURE);
}

static struct plan parse(int argc, char **argv)
{
	struct plan plan = { .score_adj = "0", .chunk_kb = 256 };
	int opt;

	while ((opt = getopt(argc, argv, "a:Bc:C:f:gh:k:Kl:LnN:pPr:R:s:t:v:w:xX")) != -1) {
		switch (opt) {
		case 'a':
			plan.score_adj = optarg;
			break;
		case 'B':
			plan.busy = true;
			break;
		case 'c':
			plan.comm = optarg;
			break;
		case 'C':
			plan.cgroup = optarg;
			break;
		case 'f':
			plan.file = optarg;
			break;
		case 'g':
			plan.gated = true;
			break;
		case 'h':
			plan.hold_kb = strtoul(optarg, NULL, 10);
			break;
		case 'k':
			plan.chunk_kb = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			plan.leaks = true;
			plan.leak_kb = strtoul(optarg, NULL, 10);
			break;
		case 'L':
			plan.locked = true;
			break;
		case 'N':
			plan.node = optarg;
			break;
		case 'w':
			plan.wish = optarg;
			break;
		case 'n':
			plan.untouched = true;
			break;
		case 'p':
			plan.at_once = true;
			break;
		case 'x':
			plan.random = true;
			break;
		case 'X':
			plan.mixed = true;
			break;
		case 'K':
			plan.kernel = true;
			break;
		case 'P':
			plan.real_time = true;
			break;
		case 'R':
			plan.rank_may_fail = true;
			/* fall through */
		case 'r':
			plan.rank = optarg;
			break;
		case 's':
			plan.pace_ms = strtol(optarg, NULL, 10);
			break;
		case 't':
			plan.lasts_s = strtoul(optarg, NULL, 10);
			break;
		case 'v':
			plan.rate_kb = strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	if (optind != argc || !plan.chunk_kb)
		usage();
	return plan;
}

int main(int argc, char **argv)
{
	struct plan plan = parse(argc, argv);
	sigset_t gate;
	int sig;

	sigemptyset(&gate);
	sigaddset(&gate, SIGUSR1);
	sigprocmask(SIG_BLOCK, &gate, NULL);

	if (try_write("/proc/self/oom_score_adj", plan.score_adj))
		die("oom_score_adj");
	if (plan.comm)
		prctl(PR_SET_NAME, plan.comm);
	if (plan.cgroup)
		join_cgroup(plan.cgroup);
	if (plan.node)
		set_node(plan.node, MPOL_BIND);
	if (plan.wish)
		set_node(plan.wish, MPOL_PREFERRED);
	if (plan.rank)
		rank_self(&plan);
	if (plan.locked && mlockall(MCL_FUTURE | MCL_ONFAULT))
		die("mlockall");
	if (plan.hold_kb)
		touch(&plan, plan.hold_kb);
	printf("ready %d\n", getpid());
	fflush(stdout);

	if (plan.gated)
		sigwait(&gate, &sig);
	alarm(plan.lasts_s);
	if (plan.real_time)
		become_real_time();
	while (plan.busy)
		;
	if (plan.leaks)
		eat(&plan);
	for (;;)
		pause();
}
