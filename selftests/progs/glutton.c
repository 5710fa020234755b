// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user's process that holds memory, and what it does when it is asked to end.
 *
 *	glutton [-u UID] [-v UID] [-N UID] [-c COMM] [-h KB] [-n THREADS] [-f]
 *		[-i | -k | -s | -e MS]
 *
 * -u UID	that user's
 * -v UID	what user's it becomes at SIGHUP
 * -N UID	in a user namespace of its own, where it has that number
 * -c, -h	its name, what it holds
 * -n N		so many threads more
 * -f		hands its memory on: forks all the time, the parent ends
 * -i		ignores SIGTERM
 * -k		at SIGTERM leaves its memory to a child, and ends; the child likewise
 * -s		at SIGTERM gives its memory back, and stays
 * -e MS	at SIGTERM ends, with status 0, but not before MS have passed
 *
 * At SIGUSR1 it gives its memory back, and at SIGUSR2 ends with status 0.
 * Prints "ready PID", and "held" once it holds what it should.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "prog.h"

enum {
	KB = 1024,
	THREAD_STACK = 64 * KB,
	GENERATION_US = 3000,
};

static struct {
	uid_t uid;
	uid_t next_uid;
	const char *comm;
	size_t hold_kb;
	long threads;
	const char *inner_uid;
	bool forks;
	bool ignores;
	bool leaves;
	bool shrinks;
	long exit_ms;
} plan = { .exit_ms = -1 };

static char *memory;

/* Root is kept in hand if it is to become somebody else later. */
static void become(uid_t uid)
{
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, plan.next_uid ? 0 : uid))
		die("setresuid");
	prctl(PR_SET_DUMPABLE, 1);	/* /proc/self stays ours */
}

static void become_next(void)
{
	if (setresuid(-1, 0, -1) || setresuid(plan.next_uid, plan.next_uid, plan.next_uid))
		die("setresuid");
}

static void enter_namespace(void)
{
	char map[32];

	snprintf(map, sizeof(map), "%s %u 1", plan.inner_uid, plan.uid);
	if (unshare(CLONE_NEWUSER))
		die("unshare user");
	write_string("/proc/self/uid_map", map);
	if (getuid() != strtoul(plan.inner_uid, NULL, 10))
		die("not the user it should be in here");
}

static void hold(void)
{
	size_t size = plan.hold_kb * KB;

	if (!size)
		return;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	memset(memory, 1, size);
}

static void drop(void)
{
	if (memory)
		munmap(memory, plan.hold_kb * KB);
	memory = NULL;
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void start_threads(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	for (long i = 0; i < plan.threads; i++)
		if (pthread_create(&thread, &attr, idle, NULL))
			die("pthread_create");
}

/* For ever: the one who holds the memory is always somebody else. */
static void hand_on(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid)
			_exit(EXIT_SUCCESS);
		usleep(GENERATION_US);
	}
}

static void be_asked_to_end(void)
{
	if (plan.shrinks) {
		drop();
		return;
	}
	if (plan.leaves) {
		if (fork())
			_exit(EXIT_SUCCESS);
		return;
	}
	usleep(plan.exit_ms * 1000);
	exit(EXIT_SUCCESS);
}

static _Noreturn void live(const sigset_t *signals)
{
	int sig;

	for (;;) {
		if (sigwait(signals, &sig))
			die("sigwait");
		if (sig == SIGHUP)
			become_next();
		else if (sig == SIGUSR1)
			drop();
		else if (sig == SIGUSR2)
			exit(EXIT_SUCCESS);
		else
			be_asked_to_end();
	}
}

static void parse(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "c:e:fh:ikn:N:su:v:")) != -1) {
		switch (opt) {
		case 'c': plan.comm = optarg; break;
		case 'e': plan.exit_ms = strtol(optarg, NULL, 10); break;
		case 'f': plan.forks = true; break;
		case 'h': plan.hold_kb = strtoul(optarg, NULL, 10); break;
		case 'i': plan.ignores = true; break;
		case 'k': plan.leaves = true; break;
		case 'n': plan.threads = strtol(optarg, NULL, 10); break;
		case 'N': plan.inner_uid = optarg; break;
		case 's': plan.shrinks = true; break;
		case 'u': plan.uid = strtoul(optarg, NULL, 10); break;
		case 'v': plan.next_uid = strtoul(optarg, NULL, 10); break;
		default: exit(EXIT_FAILURE);
		}
	}
	if (optind != argc)
		exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	sigset_t signals;

	parse(argc, argv);
	write_string("/proc/self/oom_score_adj", "0");
	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	if (plan.shrinks || plan.leaves || plan.exit_ms >= 0)
		sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (plan.ignores)
		signal(SIGTERM, SIG_IGN);
	if (plan.comm)
		prctl(PR_SET_NAME, plan.comm);
	if (plan.uid)
		become(plan.uid);
	if (plan.inner_uid)
		enter_namespace();
	start_threads();
	/* Before it holds anything: it may not live to tell. */
	printf("ready %d\n", getpid());
	fflush(stdout);
	hold();
	puts("held");
	fflush(stdout);
	if (plan.forks)
		hand_on();
	live(&signals);
}
