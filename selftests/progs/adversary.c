// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user's program that does not want to be limited.
 *
 *	adversary UID KB STRATEGY
 *
 * STRATEGY is one of
 *
 *	plain	ignores SIGTERM
 *	storm	forks processes that hold a part each, and new ones for those that end
 *	reaper	the same, and adopts orphans, so that its children may be somebody else's
 *	saw	holds it for 7 tenths of a second, then a tenth of it for 3
 *	ptrace	a child holds it, and is stopped on its way out
 *	traced	the same, by a process that stays root's; needs root at the start
 *	rename	has the name "spared" for half of the time
 *	hide	has that name from the first SIGTERM on
 *	shm	SysV shared memory without an attachment; removed at SIGUSR1
 *	memfd	a file in memory that is not mapped
 *	swap	swaps it out
 *	setuid	by a set-uid helper: /adversary, root's
 *	userns	as a subordinate user, UID + 100000 and the like; needs root at the start
 *	stop	a child stops itself, and is continued now and then
 *	tmpfs	ten processes that map one file
 *	vfork	a chain of processes that each wait in vfork() for the next one
 *
 * Prints "ready", and "held" once it holds it. Goes on until it is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum {
	KB = 1024,
	CHILDREN = 20,
	MAPPERS = 10,
	LINKS = 60,
	SUBORDINATE = 100000,
};

static uid_t uid;
static size_t size;

static void say_held(void)
{
	puts("held");
	fflush(stdout);
}

static void become(uid_t who)
{
	if (setresgid(who, who, who) || setresuid(who, who, who))
		die("setresuid");
	prctl(PR_SET_DUMPABLE, 1);
}

static void rest_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static char *take(size_t bytes)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	memset(memory, 1, bytes);
	return memory;
}

static _Noreturn void idle(void)
{
	for (;;)
		pause();
}

static _Noreturn void plain(void)
{
	take(size);
	say_held();
	idle();
}

static pid_t fork_part(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	take(size / CHILDREN);
	idle();
}

/* A parent goes on when its child ends or executes a program, which none does. */
static _Noreturn void chain(void)
{
	volatile int left = LINKS; /* one for all */

	take(size);
	while (left-- > 0 && !vfork())
		;
	say_held();
	idle();
}

static _Noreturn void storm(void)
{
	for (int i = 0; i < CHILDREN; i++)
		fork_part();
	say_held();
	for (;;)
		if (wait(NULL) > 0)
			fork_part();
}

static _Noreturn void reaper(void)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("subreaper");
	storm();
}

static _Noreturn void saw(void)
{
	bool said = false;

	for (;;) {
		char *memory = take(size);

		if (!said)
			say_held();
		said = true;
		rest_ms(700);
		munmap(memory + size / 10, size - size / 10);
		rest_ms(300);
		munmap(memory, size / 10);
	}
}

static _Noreturn void hold_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid) {
		if (getuid() == 0)
			become(uid);
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			die("ptrace");
		raise(SIGSTOP);
		take(size);
		say_held();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACEEXIT) ||
	    ptrace(PTRACE_CONT, pid, NULL, NULL))
		die("tracing");
	idle();
}

static _Noreturn void rename_often(void)
{
	take(size);
	say_held();
	for (;;) {
		prctl(PR_SET_NAME, "spared");
		rest_ms(20);
		prctl(PR_SET_NAME, "adversary");
		rest_ms(20);
	}
}

static void change_name(int sig)
{
	(void)sig;
	prctl(PR_SET_NAME, "spared");
}

static _Noreturn void hide(void)
{
	signal(SIGTERM, change_name);
	take(size);
	say_held();
	idle();
}

static _Noreturn void shm(void)
{
	int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	char *memory = id < 0 ? NULL : shmat(id, NULL, 0);
	sigset_t end;
	int sig;

	if (!memory || memory == (char *)-1)
		die("shm");
	memset(memory, 1, size);
	shmdt(memory);
	sigemptyset(&end);
	sigaddset(&end, SIGUSR1);
	sigprocmask(SIG_BLOCK, &end, NULL);
	say_held();
	sigwait(&end, &sig);
	shmctl(id, IPC_RMID, NULL);
	_exit(EXIT_SUCCESS);
}

static void fill_file(int fd)
{
	static char block[64 * KB];
	size_t left = size;

	memset(block, 1, sizeof(block));
	while (left >= sizeof(block)) {
		if (write(fd, block, sizeof(block)) != sizeof(block))
			die("write");
		left -= sizeof(block);
	}
}

static _Noreturn void memfd(void)
{
	int fd = memfd_create("adversary", MFD_CLOEXEC);

	if (fd < 0)
		die("memfd_create");
	fill_file(fd);
	say_held();
	idle();
}

static _Noreturn void swap_out(void)
{
	char *memory = take(size);

	madvise(memory, size, MADV_PAGEOUT);
	say_held();
	idle();
}

static _Noreturn void by_helper(char **argv)
{
	argv[0] = "/adversary";
	argv[3] = "plain";
	execv(argv[0], argv);
	die("exec of the helper");
	_exit(EXIT_FAILURE);
}

static _Noreturn void userns(void)
{
	become(uid + SUBORDINATE);
	if (unshare(CLONE_NEWUSER))
		die("unshare");
	puts("ready");
	take(size);
	say_held();
	idle();
}

static _Noreturn void stop(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		take(size);
		say_held();
		for (;;)
			raise(SIGSTOP);
	}
	for (;;) {
		rest_ms(500);
		if (kill(pid, SIGCONT))
			idle();
	}
}

static _Noreturn void tmpfs(void)
{
	char path[] = "/tmp/adversary.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		die(path);
	fill_file(fd);
	for (int i = 0; i < MAPPERS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (mmap(NULL, size, PROT_READ,
				 MAP_SHARED | MAP_POPULATE, fd,
				 0) == MAP_FAILED)
				die("mmap");
			idle();
		}
	}
	rest_ms(500);
	say_held();
	unlink(path);
	for (;;)
		if (wait(NULL) > 0)
			puts("lost");
}

static void act(const char *strategy, char **argv)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} strategies[] = {
		{ "plain", plain },
		{ "storm", storm },
		{ "saw", saw },
		{ "ptrace", hold_child },
		{ "traced", hold_child },
		{ "rename", rename_often },
		{ "shm", shm },
		{ "memfd", memfd },
		{ "swap", swap_out },
		{ "stop", stop },
		{ "tmpfs", tmpfs },
		{ "reaper", reaper },
		{ "hide", hide },
		{ "vfork", chain },
	};

	if (!strcmp(strategy, "setuid"))
		by_helper(argv);
	for (size_t i = 0; i < sizeof(strategies) / sizeof(*strategies); i++)
		if (!strcmp(strategy, strategies[i].name))
			strategies[i].act();
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return EXIT_FAILURE;
	uid = strtoul(argv[1], NULL, 10);
	size = strtoul(argv[2], NULL, 10) * KB;
	signal(SIGTERM, SIG_IGN);
	/* The set-uid helper has been started by the user already. */
	if (getuid() == 0) {
		write_string("/proc/self/oom_score_adj", "0");
		if (!strcmp(argv[3], "userns"))
			userns();
		if (strcmp(argv[3], "traced"))
			become(uid);
	}
	puts("ready");
	fflush(stdout);
	act(argv[3], argv);
	fprintf(stderr, "# adversary: no strategy '%s'\n", argv[3]);
	return EXIT_FAILURE;
}
